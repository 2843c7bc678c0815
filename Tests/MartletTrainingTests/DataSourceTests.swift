import Foundation
import MartletCore
import Synchronization
import TestSupport
import Testing

@testable import MartletTraining

/// Sample k is 10 k, 10 k + 1, 10 k + 2 and the label k % 3.
private func numbered(_ count: Int) throws -> TensorData {
  try TensorData(
    [
      ("x", HostTensor([count, 3], (0..<count).flatMap { sample in (0..<3).map { Float(10 * sample + $0) } })),
      ("y", HostTensor([count], (0..<count).map { Int32($0 % 3) })),
    ], classes: ["y": ["a", "b", "c"]])
}

/// A source that counts its reads and fails at some samples.
private final class FailingSource: DataSource {
  struct Refusal: Error, Equatable { var sample: Int }
  let count: Int
  let elements = [DataElement("number", .i32, [])]
  let failing: Set<Int>
  let reads = Atomic<Int>(0)

  init(_ count: Int, failing: Set<Int> = []) {
    self.count = count
    self.failing = failing
  }

  func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    reads.add(1, ordering: .relaxed)
    if let sample = samples.first(where: failing.contains) { throw Refusal(sample: sample) }
    for (position, sample) in samples.enumerated() { memory.storeBytes(of: Int32(sample), toByteOffset: 4 * position, as: Int32.self) }
  }
}

@Suite struct DataSourceTests {
  @Test func tensorsInMemory() throws {
    let data = try numbered(5)
    #expect(data.count == 5)
    #expect(data.elements == [DataElement("x", .f32, [3]), DataElement("y", .i32, [], classes: ["a", "b", "c"])])
    #expect(data.elements[0].byteCount == 12 && data.elements[1].byteCount == 4)
    // In order, backwards, more than once, neighbours in the middle.
    for samples in [[0, 1, 2, 3, 4], [4, 3, 0], [2, 2, 3, 4, 1], []] {
      let x = try data.tensor(0, of: samples)
      #expect(x == HostTensor([samples.count, 3], samples.flatMap { sample in (0..<3).map { Float(10 * sample + $0) } }))
      #expect(try data.tensor(1, of: samples) == HostTensor([samples.count], samples.map { Int32($0 % 3) }))
    }
    #expect(try data["y"] == data[1] && data[0].shape == [5, 3])
    // Samples without a byte.
    let empty = try TensorData(["nothing": HostTensor([3, 0], [Float]())])
    #expect(try empty.tensor(0, of: [2, 0]) == HostTensor([2, 0], [Float]()))
    #expect(try TensorData(["b": HostTensor([2], [true, false])]).tensor(0, of: [1, 0, 0]) == HostTensor([3], [false, true, true]))
    #expect(try TensorData(["d": HostTensor([2], [0.5, -0.0])]).tensor(0, of: [1, 0]) == HostTensor([2], [-0.0, 0.5]))
  }

  @Test func tensorsThatAreNoSamples() throws {
    let x = HostTensor([2], [Float(1), 2])
    expectError(DataErrorCode.elementsDiffer, "a tensor at least") { try TensorData([(String, HostTensor)]()) }
    expectError(DataErrorCode.elementsDiffer, "needs an axis") { try TensorData(["x": HostTensor([], [Float(1)])]) }
    expectError(DataErrorCode.elementsDiffer, "'y' is f32[3]", "'x' f32[2]") {
      try TensorData(["x": x, "y": HostTensor([3], [Float](repeating: 0, count: 3))])
    }
    expectError(DataErrorCode.elementsDiffer, "two tensors are named 'x'") { try TensorData(["x": x, "x": x]) }
    expectError(DataErrorCode.elementsDiffer, "classes are given for 'z'") { try TensorData(["x": x], classes: ["z": ["a"]]) }
    expectError(DataErrorCode.elementsDiffer, "i32 number") { try TensorData(["x": x], classes: ["x": ["a"]]) }
    expectError(DataErrorCode.noClasses, "of sample 1 is 2", "names of 2") {
      try TensorData(["y": HostTensor([2], [Int32(0), 2])], classes: ["y": ["a", "b"]])
    }
    expectError(DataErrorCode.noClasses, "is -1") { try TensorData(["y": HostTensor([1], [Int32(-1)])], classes: ["y": ["a", "b"]]) }
    let data = try numbered(2)
    expectError(DataErrorCode.sampleOutOfRange, "no element 'z'", "0 'x', 1 'y'") { try data["z"] }
    for element in [-1, 2] { expectError(DataErrorCode.sampleOutOfRange, "element \(element)") { try data[element] } }
    for element in [-1, 2] { expectError(DataErrorCode.sampleOutOfRange) { try data.tensor(element, of: [0]) } }
    for sample in [-1, 2, Int.min, Int.max] {
      expectError(DataErrorCode.sampleOutOfRange, "no sample \(sample)", "has 2") { try data.tensor(0, of: [0, sample]) }
    }
    for size in [11, 13, 0] {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4)
      defer { memory.deallocate() }
      expectError(DataErrorCode.elementsDiffer, "take 12 bytes, memory of \(size)") { try data.write(0, of: [1], to: memory) }
    }
  }

  @Test func subsets() throws {
    let data = try numbered(6)
    let odd = try data.subset([5, 3, 1, 3])
    #expect(odd.count == 4 && odd.elements == data.elements)
    #expect(try odd.tensor(1, of: [0, 3, 1]) == HostTensor([3], [Int32(2), 0, 0]))
    // A subset of a subset reads the source itself.
    let inner = try odd.subset([2, 0])
    #expect(inner.samples == [1, 5] && inner.source is TensorData)
    #expect(try inner.tensor(0, of: [1]) == HostTensor([1, 3], [Float(50), 51, 52]))
    #expect(try data.subset([]).count == 0)
    for sample in [-1, 6] { expectError(DataErrorCode.sampleOutOfRange, "no sample \(sample)") { try data.subset([0, sample]) } }
    expectError(DataErrorCode.sampleOutOfRange, "no sample 4") { try odd.tensor(0, of: [4]) }
  }

  /// NumPy's Mersenne Twister draws the same permutations.
  @Test func shuffles() throws {
    let orders: [Int32] = try #require(try Npy.read(DataFixture.path("orders.npy")).elements())
    let data = try numbered(13)
    for (row, (seed, epoch)) in [(0, 0), (1, 0), (0, 2), (123_456, 7)].enumerated() {
      #expect(try data.shuffled(seed: UInt64(seed), epoch: epoch).samples.map { Int32($0) } == Array(orders[13 * row..<13 * row + 13]))
    }
    #expect(try data.shuffled(seed: 3).samples == data.shuffled(seed: 3).samples)
    #expect(try data.shuffled(seed: .max, epoch: -1).samples.sorted() == Array(0..<13))
    #expect(try FailingSource(0).shuffled(seed: 0).count == 0)
    expectError(DataErrorCode.impossibleChoice) { try FailingSource(1 << 33).shuffled(seed: 0) }
  }

  @Test func splits() throws {
    let data = try numbered(10)
    for (fraction, first) in [(0, 0), (0.04, 0), (0.05, 1), (0.9, 9), (0.96, 10), (1, 10)] as [(Double, Int)] {
      let (a, b) = try data.split(fraction)
      #expect(a.samples == Array(0..<first) && b.samples == Array(first..<10), "\(fraction)")
    }
    let (a, b) = try data.split(0.7, seed: 4)
    #expect(a.count == 7)
    #expect(try a.samples + b.samples == data.shuffled(seed: 4).samples)
    for fraction in [-0.001, 1.001, .nan, .infinity, -.infinity] {
      expectError(DataErrorCode.impossibleChoice, "fraction") { try data.split(fraction) }
    }
  }

  @Test func maps() throws {
    let data = try numbered(4)
    let calls = Mutex(0)
    let mapped = try data.mapped(to: [DataElement("sum", .f32, []), DataElement("pair", .i32, [2])]) { sample in
      calls.withLock { $0 += 1 }
      let (x, y): ([Float], [Int32]) = (sample[0].elements() ?? [], sample[1].elements() ?? [])
      guard sample[0].shape == [3], sample[1].shape == [] else { throw FailingSource.Refusal(sample: -1) }
      return [HostTensor([], [x.reduce(0, +)]), HostTensor([2], [y[0], -y[0]])]
    }
    #expect(mapped.count == 4)
    #expect(try mapped.tensor(0, of: [3, 1]) == HostTensor([2], [Float(93), 33]))
    #expect(try mapped.tensor(1, of: [2]) == HostTensor([1, 2], [Int32(2), -2]))
    calls.withLock { $0 = 0 }
    let batch = try #require(try mapped.batched(4).next())
    #expect(try batch[0] == HostTensor([4], [Float(3), 33, 63, 93]) && batch[1].shape == [4, 2])
    // Once a sample, not once an element.
    #expect(calls.withLock { $0 } == 4)
    // A subset hands all elements over together too.
    _ = try mapped.subset([1, 2]).batched(2).next()
    #expect(calls.withLock { $0 } == 6)

    for (words, results) in [
      ("returned 0 tensors for sample 2, 1 were announced", []),
      ("returned f32[2] as 'v' of sample 2, f32[] was", [HostTensor([2], [Float(1), 2])]),
      ("returned i32[] as 'v'", [HostTensor([], [Int32(1)])]),
    ] as [(String, [HostTensor])] {
      let wrong = try data.mapped(to: [DataElement("v", .f32, [])]) { _ in results }
      expectError(DataErrorCode.elementsDiffer, words) { try wrong.tensor(0, of: [2]) }
      expectError(DataErrorCode.elementsDiffer, words) { try wrong.subset([2]).batched(1).next() }
    }
    expectError(DataErrorCode.elementsDiffer, "[-1]") { try data.mapped(to: [DataElement("v", .f32, [-1])]) { $0 } }
    let refusing = try data.mapped(to: data.elements) { _ in throw FailingSource.Refusal(sample: 1) }
    #expect(throws: FailingSource.Refusal(sample: 1)) { try refusing.tensor(0, of: [0]) }
  }

  @Test func batches() throws {
    let data = try numbered(7)
    for (size, dropsRest, counts) in [
      (3, false, [3, 3, 1]), (3, true, [3, 3]), (7, true, [7]), (8, true, []), (8, false, [7]), (1, false, [1, 1, 1, 1, 1, 1, 1]),
    ] as [(Int, Bool, [Int])] {
      let batches = try data.batched(size, dropsRest: dropsRest)
      #expect(batches.count == counts.count)
      var seen: [Int] = []
      for expected in counts {
        let batch = try #require(try batches.next())
        #expect(batch.count == expected)
        #expect(try batch[0] == data.tensor(0, of: batch.samples) && batch["y"] == data.tensor(1, of: batch.samples))
        seen += batch.samples
      }
      #expect(try batches.next() == nil)
      #expect(try batches.next() == nil)
      #expect(seen == Array(0..<counts.reduce(0, +)))
    }
    #expect(try numbered(0).batched(2).next() == nil)
    for size in [0, -1, Int.min] { expectError(DataErrorCode.impossibleChoice, "batch of \(size)") { try data.batched(size) } }
    #expect(try data.batched(.max).count == 1)
    let batch = try #require(try data.batched(2).next())
    for element in [-1, 2] { expectError(DataErrorCode.sampleOutOfRange, "element \(element)") { try batch[element] } }
    expectError(DataErrorCode.sampleOutOfRange, "'x', 'y'") { try batch["z"] }
  }

  /// The call after an error goes on with the batch that follows, with and without a thread.
  @Test func errorsBelongToTheirBatches() throws {
    func outcomes(_ next: () throws -> DataBatch?) -> [String] {
      var outcomes: [String] = []
      while outcomes.count < 20 {
        do {
          guard let batch = try next() else { return outcomes }
          outcomes.append("\(batch.samples)")
        } catch { outcomes.append("\(error)") }
      }
      return outcomes
    }
    let source = FailingSource(9, failing: [2, 3, 8])
    let plain = try source.batched(2)
    let expected = outcomes(plain.next)
    #expect(expected.map { $0.contains("Refusal") } == [false, true, false, false, true])
    for ahead in [1, 2, 7] {
      let prefetched = try source.batched(2).prefetched(ahead)
      #expect(prefetched.count == 5)
      #expect(outcomes(prefetched.next) == expected)
      #expect(try prefetched.next() == nil)
    }
  }

  @Test func readingAhead() throws {
    let data = try numbered(100)
    let shuffled = try data.shuffled(seed: 5)
    let (plain, prefetched) = (try shuffled.batched(7), try shuffled.batched(7).prefetched())
    while let batch = try plain.next() {
      let other = try #require(try prefetched.next())
      #expect(try other.samples == batch.samples && other[0] == batch[0] && other[1] == batch[1])
    }
    #expect(try prefetched.next() == nil)
    // From the batch on that comes next.
    let begun = try data.batched(40)
    _ = try begun.next()
    let rest = try begun.prefetched(1)
    #expect(rest.count == 2)
    #expect(try rest.next()?.samples.first == 40)
    for count in [0, -1] { expectError(DataErrorCode.impossibleChoice, "\(count) batches") { try data.batched(1).prefetched(count) } }
    expectError(DataErrorCode.noThread) {
      try PrefetchedBatches(BatchPlan(data, size: 1, dropsRest: false), from: 0, ahead: 1, stackByteCount: 1 << 46)
    }
    #expect(try numbered(0).batched(3).prefetched().next() == nil)
  }

  /// No more than the announced number of batches is read before it is wanted, and none after the object is gone.
  @Test func readingAheadIsBounded() throws {
    let source = FailingSource(1000)
    do {
      let batches = try source.batched(1).prefetched(3)
      for _ in 0..<5 { _ = try batches.next() }
      for _ in 0..<200 where source.reads.load(ordering: .relaxed) < 8 { usleep(1000) }
      usleep(20_000)
      #expect(source.reads.load(ordering: .relaxed) == 8)
    }
    let reads = source.reads.load(ordering: .relaxed)
    usleep(20_000)
    #expect(source.reads.load(ordering: .relaxed) == reads && reads <= 9)
    // Dropped at once, many times: every thread is joined.
    for _ in 0..<200 { _ = try source.batched(10).prefetched(2) }
  }
}
