import Martlet
import Testing

/// The part of docs/from-pytorch.md that is about data: see FromPyTorch.swift.
@Suite struct FromPyTorchData {
  struct Parabola: DataSource {
    let count = 10
    let elements = [
      DataElement("x", .f32, [1]), DataElement("y", .f32, [1]),
    ]

    func write(
      _ element: Int, of samples: [Int],
      to memory: UnsafeMutableRawBufferPointer
    ) throws {
      let numbers = memory.bindMemory(to: Float.self)
      for (place, i) in samples.enumerated() {
        let x = Float(i) / 10
        numbers[place] = element == 0 ? x : x * x
      }
    }
  }

  @Test func data() throws {
    var sums: [Float] = []
    let loader = try Parabola().batched(4).prefetched()
    while let batch = try loader.next() {
      let (x, y) = (try batch[0], try batch[1])
      print(x, y)
      sums.append(Float(y.numbers.reduce(0, +)))
    }
    // What PyTorch's loader gives: Tests/Fixtures/make_from_pytorch_fixtures.py.
    for (sum, expected) in zip(sums, [0.14, 1.26, 1.45] as [Float]) { #expect(abs(sum - expected) < 1e-6) }
    #expect(sums.count == 3)
  }
}
