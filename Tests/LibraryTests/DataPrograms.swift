import Martlet
import Testing

/// Programs that train on data sources, as users write them.
@Suite struct DataPrograms {
  struct Net: Layer {
    let hidden = Linear(2, 8)
    let out = Linear(8, 2)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(x).tanh()) }
  }

  /// Points of a table that a line separates: read, split, shuffled, read ahead or not, with a last batch that is smaller.
  @Test func classesOfATable() throws {
    let rows = (0..<120).map { number in
      let (x, y) = (Double(number * 37 % 101) / 100, Double(number * 59 % 103) / 102)
      return "\(x),\(y),\(x + y > 1 ? "above" : "below")\n"
    }
    let table = try CSVTable(Array(("x,y,side\n" + rows.joined()).utf8), file: "points.csv")
    let (train, test) = try table.data(labelColumn: "side").split(0.8, seed: 1)
    func losses(readsAhead: Bool) throws -> (losses: [Float], correct: Int) {
      let net = Net()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(weights, .adam(), inputs: .f32(20, 2), .i32(20)) { x, labels in try net(x).crossEntropy(labels) }
      var losses: [Float] = []
      for epoch in 0..<40 {
        let batches = try train.shuffled(seed: 2, epoch: epoch).batched(20)
        let ahead = try readsAhead ? batches.prefetched() : nil
        while let batch = try ahead?.next() ?? (readsAhead ? nil : batches.next()) {
          losses.append(try step(batch[0], batch["label"], learningRate: 2e-2))
        }
      }
      let predict = try Function(weights, inputs: .f32(1, 2)) { try net($0) }
      let all = Array(0..<test.count)
      let scores: [Float] = try predict(test.tensor(0, of: all))
      let labels: [Int32] = try #require(try test.tensor(1, of: all).elements())
      return (losses, all.count { (scores[2 * $0 + 1] > scores[2 * $0]) == (labels[$0] == 1) })
    }
    let plain = try losses(readsAhead: false)
    #expect(test.elements[1].classes == ["above", "below"] && test.count == 24)
    #expect(plain.losses.count == 40 * 5 && plain.correct >= 22, "\(plain.correct) of 24")
    let ahead = try losses(readsAhead: true)
    #expect(ahead.losses == plain.losses && ahead.correct == plain.correct)
  }

  /// A source of one's own: numbers that are computed when they are wanted.
  struct Waves: DataSource {
    let count = 64
    let elements = [DataElement("x", .f32, [1]), DataElement("y", .f32, [1])]
    func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
      try checkWrite(element, of: samples, to: memory)
      let numbers = memory.bindMemory(to: Float.self)
      for (position, sample) in samples.enumerated() { numbers[position] = Float(sample) / 64 * (element == 0 ? 1 : 3) }
    }
  }

  @Test func aSourceOfOnesOwn() throws {
    let line = Linear(1, 1)
    let weights = try Variables(line, seed: 0, on: .cpu(threads: 1))
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(16, 1), .f32(16, 1)) { x, y in try line(x).meanSquaredError(y) }
    var last: Float = .infinity
    for epoch in 0..<200 {
      let batches = try Waves().shuffled(seed: 0, epoch: epoch).batched(16)
      while let batch = try batches.next() { last = try step(batch[0], batch[1], learningRate: 0.5) }
    }
    #expect(last < 1e-3, "\(last)")
  }
}
