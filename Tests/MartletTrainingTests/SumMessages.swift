import Foundation
import MartletCommandLine
import TestSupport
import Testing

@testable import MartletCompiler
@testable import MartletTraining

/// Sums over micro-batches that leave a process in several messages, while it computes other gradients.
@Suite struct SumMessages {
  private func layout(_ sizes: [Int]) -> TermLayout {
    TermLayout(sizes.enumerated().map { Compiler.Term(kind: .gradient, variable: "p\($0)", type: TensorType(.f32, [$1])) })
  }

  /// A megabyte is enough for a message, and 64 bytes less are not.
  @Test func messagesHaveAMegabyte() {
    let megabyte = TermLayout.usualMessageBytes / 4
    #expect(layout([megabyte - 16, 1, megabyte]).messages(of: 0..<3) == [0..<2, 2..<3])
    #expect(layout([megabyte, 1, megabyte]).messages(of: 0..<3) == [0..<1, 1..<3])
    #expect(layout([megabyte + 1, 1, 1]).messages(of: 0..<3) == [0..<1, 1..<3])
    // The last one may be shorter, and there may be one alone.
    #expect(layout([megabyte, 1]).messages(of: 0..<2) == [0..<1, 1..<2])
    #expect(layout([1, 1]).messages(of: 0..<2) == [0..<2])
    #expect(layout([megabyte, megabyte, 5]).messages(of: 1..<3) == [1..<2, 2..<3])
    #expect(layout([1, 1]).messages(of: 1..<1) == [])
  }

  /// Of a large model messages are longer, so that there are not more than tags.
  @Test func largeModelsHaveLongerMessages() {
    let megabyte = TermLayout.usualMessageBytes / 4
    let few = layout([Int](repeating: megabyte, count: TermLayout.mostMessages))
    #expect(few.messages(of: 0..<TermLayout.mostMessages).count == TermLayout.mostMessages)
    let many = layout([Int](repeating: megabyte, count: TermLayout.mostMessages + 1))
    #expect(many.messages(of: 0..<TermLayout.mostMessages + 1).count == (TermLayout.mostMessages + 2) / 2)
    for count in [1500, 3000, 5000] {
      let terms = layout([Int](repeating: megabyte, count: count))
      let owned = terms.owned(processes: 7)
      let messages = SumExchange.parts(terms, owned)
      #expect(messages.flatMap(\.terms) == Array(0..<count) && messages.count <= TermLayout.mostMessages + owned.count)
      for (owner, own) in owned.enumerated() {
        let its = messages.filter { $0.owner == owner }
        #expect(its.flatMap(\.terms) == Array(own) && its.map(\.number) == Array(its.indices))
      }
    }
  }

  /// Four layers of about a megabyte, and small ones.
  struct Wide: Model {
    let inputShape: Shape = [1, 28, 28]
    let layers = Sequential {
      Flatten()
      Linear(784, 350)
      ReLU()
      Linear(350, 800)
      ReLU()
      Linear(800, 330)
      ReLU()
      Linear(330, 10)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  /// The same with batch normalisation: all samples come to a layer before any goes on, so that gradients are computed one after the other.
  struct Normalized: Model {
    let inputShape: Shape = [1, 28, 28]
    let layers = Sequential {
      Flatten()
      Linear(784, 350)
      BatchNorm1D(350)
      ReLU()
      Linear(350, 800)
      BatchNorm1D(800)
      ReLU()
      Linear(800, 330)
      BatchNorm1D(330)
      ReLU()
      Linear(330, 800)
      BatchNorm1D(800)
      Linear(800, 10)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  private func images(_ count: Int) throws -> TensorData {
    let (pixels, labels) = GeneratedDigits.images(count, seed: 5)
    return try labelledImages([1, 28, 28], pixels, labels)
  }

  private func hashes(
    _ model: @escaping @Sendable () -> any Model, microBatches: Int, processes: Int, batch: Int,
    device: @escaping @Sendable () throws -> any ExecutionDevice = { CompilingDevice(try CPUBackend(threads: 2)) }
  ) throws -> [String] {
    try ThreadProcessGroup.run(count: processes) { group in
      var options = TrainingSession.Options()
      options.microBatches = microBatches
      let session = try TrainingSession(model(), name: "model", device: device(), options: options, group: group)
      let images = try images(2 * batch)
      for step in 0..<2 {
        _ = try session.train(images, Array(step * batch..<(step + 1) * batch), learningRate: 0.01, number: step + 1)
      }
      return try session.weightsHash()
    }
  }

  /// One micro-batch for each process, several, runs that are no single subtree, micro-batches that are empty.
  @Test(arguments: [(4, 12), (7, 14), (8, 16), (8, 5)]) func theBitsOfOneProcess(_ microBatches: Int, _ batch: Int) throws {
    let one = try hashes({ Wide() }, microBatches: microBatches, processes: 1, batch: batch)
    for processes in [2, 3, 4] {
      let several = try hashes({ Wide() }, microBatches: microBatches, processes: processes, batch: batch)
      #expect(Set(several + one).count == 1, "\(microBatches) micro-batches, \(processes) processes")
    }
    guard batch > microBatches else { return }
    let normalized = try hashes({ Normalized() }, microBatches: microBatches, processes: 1, batch: batch)
    let several = try hashes({ Normalized() }, microBatches: microBatches, processes: 3, batch: batch)
    #expect(Set(several + normalized).count == 1, "\(microBatches) micro-batches, normalized")
  }

  /// Devices that run a program as a whole send at the end.
  @Test func otherDevicesSendAtTheEnd() throws {
    let one = try hashes({ MicroBatchedSteps.Dropping() }, microBatches: 3, processes: 1, batch: 6, device: { InterpreterDevice() })
    #expect(
      try Set(hashes({ MicroBatchedSteps.Dropping() }, microBatches: 3, processes: 2, batch: 6, device: { InterpreterDevice() }) + one)
        .count == 1)
  }

  /// The trace has the messages of a step. Process 0 sends gradients of the last layers, and computes others between the first and the last message.
  @Test(arguments: [2, 8]) func messagesLeaveBeforeTheLastGradient(_ microBatches: Int) throws {
    let names = try ThreadProcessGroup.run(count: 2) { group -> [String] in
      let profiler = Profiler(workers: 2, capacity: 1 << 14)
      var options = TrainingSession.Options()
      options.microBatches = microBatches
      let device = CompilingDevice(try CPUBackend(threads: 1, profiler: profiler))
      let session = try TrainingSession(Normalized(), name: "model", device: device, options: options, group: group)
      let images = try images(16)
      try session.prepare(trainingBatches: [16], testBatches: [])
      session.record(in: profiler, worker: 1)
      profiler.isRecording = true
      _ = try session.train(images, Array(0..<16), learningRate: 0.01, number: 1)
      // After each phase of the last micro-batch.
      #expect(try #require(group as? ThreadProcessGroup).advances > 10)
      return profiler.events().sorted { ($0.start, $0.end) < ($1.start, $1.end) }.map(\.name)
    }
    #expect(names[1].contains("sums are sent"))
    let sent = names[0].indices.filter { names[0][$0] == "sums are sent" }
    let (first, last) = (try #require(sent.first), try #require(sent.last))
    #expect(names[0][first..<last].contains { $0.hasPrefix("layers.") && $0.contains("matmul") }, "\(names[0])")
  }
}
