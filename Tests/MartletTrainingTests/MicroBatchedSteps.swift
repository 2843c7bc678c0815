import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletTraining

/// Steps that are divided into micro-batches, beside whole ones.
@Suite struct MicroBatchedSteps {
  /// Dropout behind a convolution and behind a linear layer.
  struct Dropping: Model {
    let inputShape: Shape = [1, 28, 28]
    let features = Sequential {
      Conv2D(1, 4, kernel: 3)
      ReLU()
      Dropout(0.4)
      MaxPool2D(2)
    }
    let out = Linear(4 * 13 * 13, 10)

    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x).flatten()) }
  }

  /// Batch normalisation, whose statistics are of a micro-batch.
  struct Normalizing: Model {
    let inputShape: Shape = [1, 28, 28]
    let convolution = Conv2D(1, 4, kernel: 3)
    let normalization = BatchNorm2D(4)
    let out = Linear(4 * 26 * 26, 10)

    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(normalization(convolution(x)).relu().flatten()) }
  }

  private func session(
    _ model: any Model, _ microBatches: Int, device: any ExecutionDevice, optimizer: UpdateRule = .sgd(SGDUpdate()),
    _ change: (inout TrainingSession.Options) -> Void = { _ in }
  ) throws -> TrainingSession {
    var options = TrainingSession.Options()
    options.microBatches = microBatches
    change(&options)
    return try TrainingSession(model, name: "model", device: device, optimizer: optimizer, options: options)
  }

  private func images(_ count: Int) throws -> TensorData {
    let (pixels, labels) = GeneratedDigits.images(count, seed: 5)
    return try labelledImages([1, 28, 28], pixels, labels)
  }

  /// The losses of some steps.
  private func steps(_ session: TrainingSession, _ count: Int, batch: Int, rate: Float = 0.05) throws -> [Float] {
    let images = try images(count * batch)
    return try (0..<count).map { step in
      try session.train(images, Array(step * batch..<(step + 1) * batch), learningRate: rate, number: step + 1)
    }
  }

  private static let devices: [(String, @Sendable () throws -> any ExecutionDevice)] = [
    ("cpu", { CompilingDevice(try CPUBackend(threads: 2)) }), ("interpreter", { InterpreterDevice() }),
    ("cuda-emulated", { CompilingDevice(try CUDABackend.emulated()) }),
  ]

  /// The sum over micro-batches is the gradient of the batch; masks of dropout are those of the batch. Also where sizes differ, and with more
  /// micro-batches than samples.
  @Test(arguments: [1, 2, 3, 4, 7, 10, 16])
  func theSumIsTheGradientOfTheBatch(_ count: Int) throws {
    for (name, make) in MicroBatchedSteps.devices where name == "cpu" || count == 3 {
      let whole = try session(Dropping(), 1, device: make())
      let divided = try session(Dropping(), count, device: make())
      let (a, b) = (try steps(whole, 3, batch: 10), try steps(divided, 3, batch: 10))
      for (a, b) in zip(a, b) { #expect(abs(a - b) < 2e-6 * abs(a), "\(name) \(count): \(a) and \(b)") }
      for ((name, a), (_, b)) in zip(try whole.tensors(), try divided.tensors()) { #expect(distance(b, a) < 1e-5, "\(name)") }
    }
  }

  /// Clipping sees the sum, by value before the norm, and averages follow the updated parameters.
  @Test func clippingAndAveragesSeeTheWholeBatch() throws {
    func change(_ options: inout TrainingSession.Options) {
      (options.gradientBound, options.gradientNorm, options.averageDecay) = (0.05, 0.2, 0.9)
    }
    let device = CompilingDevice(try CPUBackend(threads: 2))
    let whole = try session(Dropping(), 1, device: device, optimizer: .sgd(SGDUpdate(momentum: 0.9)), change)
    let divided = try session(Dropping(), 4, device: device, optimizer: .sgd(SGDUpdate(momentum: 0.9)), change)
    let unclipped = try session(Dropping(), 4, device: device, optimizer: .sgd(SGDUpdate(momentum: 0.9))) { $0.averageDecay = 0.9 }
    let (a, b) = (try steps(whole, 3, batch: 16), try steps(divided, 3, batch: 16))
    let other = try steps(unclipped, 3, batch: 16)
    for (a, b) in zip(a, b) { #expect(abs(a - b) < 2e-6 * abs(a)) }
    #expect(abs(other[2] - a[2]) > 1e-3, "nothing was clipped")
    let (expected, found) = (try whole.tensors(), try divided.tensors())
    #expect(expected.map(\.name) == found.map(\.name) && found.contains { $0.name == "out.weight.average" })
    for ((name, a), (_, b)) in zip(expected, found) { #expect(distance(b, a) < 1e-5, "\(name)") }
  }

  /// Running statistics are the mean over micro-batches of what each makes of the value before the step.
  @Test func statesAreMeans() throws {
    let device = CompilingDevice(try CPUBackend(threads: 2))
    let images = try images(10)
    let divided = try session(Normalizing(), 3, device: device)
    _ = try divided.train(images, Array(0..<10), learningRate: 0, number: 1)
    var sums: [String: [Double]] = [:]
    for range in [0..<3, 3..<6, 6..<10] {
      let part = try session(Normalizing(), 1, device: device)
      _ = try part.train(images, Array(range), learningRate: 0, number: 1)
      for (name, tensor) in try part.tensors() where name.contains("running") {
        sums[name] = zip(sums[name] ?? tensor.numbers.map { _ in 0 }, tensor.numbers).map { $0 + $1 * Double(range.count) / 10 }
      }
    }
    #expect(sums.count == 2)
    for (name, tensor) in try divided.tensors() {
      guard let expected = sums[name] else { continue }
      #expect(distance(tensor, HostTensor(tensor.type, numbers: expected)) < 1e-6, "\(name)")
    }
  }

  /// One micro-batch whose loss is not finite stops the update of all, and the error names the operation.
  @Test func aLossThatIsNotFiniteUpdatesNothing() throws {
    struct Exploding: Model {
      let inputShape: Shape = [1, 28, 28]
      let layer = Linear(784, 10)

      func callAsFunction(_ x: Tensor) throws -> Tensor {
        let logits = try layer(x.flatten())
        // The one sample whose mean is 1 makes an infinity.
        return try logits / (x.flatten().mean(axes: [1]).reshaped([x.shape[0], 1]) * -1 + 1)
      }
    }
    var (pixels, labels) = GeneratedDigits.images(8, seed: 5)
    pixels.replaceSubrange(5 * 784..<6 * 784, with: [UInt8](repeating: 255, count: 784))
    labels[5] = 1
    let images = try labelledImages([1, 28, 28], pixels, labels)
    for policy in [NonFinitePolicy.stop, .ignore] {
      let session = try session(Exploding(), 4, device: CompilingDevice(try CPUBackend(threads: 2))) { $0.nonFinitePolicy = policy }
      let before = try session.weightsHash()
      let loss = try session.train(images, Array(0..<8), learningRate: 0.1, number: 1)
      #expect(!loss.isFinite)
      #expect(try (session.weightsHash() == before) == (policy == .stop))
      guard policy == .stop else { continue }
      let error = try session.nonFiniteError(loss, batch: 8, epoch: 1, step: 1, kept: "nothing was kept")
      #expect(error.message.contains("= div") && error.message.contains("[1, "), "\(error)")
    }
  }

  /// The process that has the micro-batch finds the operation, and all throw the same error.
  @Test func processesThrowTheSameError() throws {
    let errors = try ThreadProcessGroup.run(count: 3) { group in
      var options = TrainingSession.Options()
      options.microBatches = 4
      let session = try TrainingSession(
        Dropping(), name: "model", device: CompilingDevice(try CPUBackend(threads: 1)), options: options, group: group)
      let images = try images(8)
      let before = try session.weightsHash()
      // The weights become so large that the second loss is not finite.
      var last = Float.nan
      for step in 1...3 where last.isNaN || last.isFinite {
        last = try session.train(images, Array(0..<8), learningRate: 1e38, number: step)
      }
      let after = try session.weightsHash()
      #expect(!last.isFinite && after != before)
      return try session.nonFiniteError(last, batch: 8, epoch: 1, step: 2, kept: "nothing was kept")
    }
    #expect(Set(errors).count == 1 && errors[0].message.contains("is not finite"), "\(errors)")
  }

  @Test func numbersThatMakeNoSense() throws {
    try TrainingSession.expectMicroBatches(65_536, processes: 65_536)
    for count in [0, -1, 65_537] {
      #expect(throws: MartletError.self) { try session(Dropping(), count, device: InterpreterDevice()) }
    }
  }

  /// The same bits for any number of threads; other numbers of micro-batches round otherwise.
  @Test func threadsDoNotMatter() throws {
    var hashes = Set<String>()
    for threads in [1, 2, 3] {
      let session = try session(Normalizing(), 4, device: CompilingDevice(try CPUBackend(threads: threads)), optimizer: .adam(AdamUpdate()))
      _ = try steps(session, 3, batch: 18, rate: 0.001)
      hashes.insert(try session.weightsHash())
    }
    #expect(hashes.count == 1)
  }

  // MARK: Processes

  /// What a process has after some steps.
  private struct Trained: Sendable {
    var losses: [Float]
    var hash: String
    var tensors: [(name: String, tensor: HostTensor)]
    var test: TestResult
    /// Bytes of the optimizer's state.
    var stateBytes: Int
  }

  private func trained(
    _ model: @escaping @Sendable () -> any Model, microBatches: Int, processes: Int, threads: Int = 1, batch: Int = 18,
    norm: Double? = 0.5, leastMessageBytes: Int = TermLayout.usualMessageBytes,
    device: @escaping @Sendable (Int) throws -> any ExecutionDevice = { CompilingDevice(try CPUBackend(threads: $0)) }
  ) throws -> [Trained] {
    try ThreadProcessGroup.run(count: processes) { group in
      var options = TrainingSession.Options()
      (options.microBatches, options.gradientNorm, options.averageDecay) = (microBatches, norm, 0.9)
      let session = try TrainingSession(model(), name: "model", device: device(threads), options: options, group: group)
      let images = try images(3 * batch)
      session.divided?.leastMessageBytes = leastMessageBytes
      // The last one of an epoch is smaller, and leaves micro-batches empty; a process may then have nothing to compute and own nothing.
      let sizes = [batch, batch, 5, 1, 3, batch]
      try session.prepare(trainingBatches: Set(sizes), testBatches: [])
      let losses = try sizes.enumerated().map { step, size in
        try session.train(images, Array(step..<step + size), learningRate: 0.002, number: step + 1)
      }
      let test = try Trainer.test(session, images, batch: 10)
      let bytes = session.stateBytes
      return Trained(losses: losses, hash: try session.weightsHash(), tensors: try session.tensors(), test: test, stateBytes: bytes)
    }
  }

  /// The bits of one process, in all processes, for every number of them; the optimizer's state is there once.
  @Test(arguments: [4, 7]) func processesDoNotMatter(_ count: Int) throws {
    let models: [(String, @Sendable () -> any Model)] = [
      ("dropout", { Dropping() }), ("batch norm", { Normalizing() }), ("keras-cnn", { KerasCNN() }),
    ]
    for (name, model) in models where name != "keras-cnn" || count == 4 {
      let one = try trained(model, microBatches: count, processes: 1)[0]
      for processes in [2, 3, 4, 7] where processes <= count {
        let several = try trained(model, microBatches: count, processes: processes, threads: processes == 3 ? 2 : 1)
        for (rank, own) in several.enumerated() {
          #expect(own.losses == one.losses, "\(name), process \(rank) of \(processes)")
          #expect(own.hash == one.hash, "\(name), process \(rank) of \(processes)")
          #expect(own.test.loss == one.test.loss && own.test.accuracy == one.test.accuracy)
        }
        #expect(several[0].tensors.map(\.name) == one.tensors.map(\.name))
        for ((name, a), (_, b)) in zip(several[0].tensors, one.tensors) { #expect(a == b, "\(name) of \(processes) processes") }
        #expect(several.reduce(0) { $0 + $1.stateBytes } <= one.stateBytes + processes * 4)
      }
    }
  }

  /// Messages of a few terms each, and of all at once, with and without clipping.
  @Test(arguments: [1, 64, 4096], [nil, 0.5]) func messagesDoNotMatter(_ leastMessageBytes: Int, _ norm: Double?) throws {
    let one = try trained({ Normalizing() }, microBatches: 7, processes: 1, norm: norm)[0]
    for processes in [2, 3, 7] {
      let several = try trained({ Normalizing() }, microBatches: 7, processes: processes, norm: norm, leastMessageBytes: leastMessageBytes)
      #expect(several.allSatisfy { $0.hash == one.hash && $0.losses == one.losses }, "\(processes) processes")
    }
  }

  /// Of four processes one owns no term, for the last one is large, and of one sample it has none.
  @Test(arguments: [nil, 0.5]) func processesThatHaveNothing(_ norm: Double?) throws {
    let one = try trained({ Dropping() }, microBatches: 4, processes: 1, norm: norm)[0]
    let several = try trained({ Dropping() }, microBatches: 4, processes: 4, norm: norm)
    #expect(several.contains { $0.stateBytes == 0 })
    #expect(several.allSatisfy { $0.hash == one.hash && $0.losses == one.losses })
  }

  /// The same where gradients are in a GPU's memory.
  @Test func emulatedGPUsExchangeTerms() throws {
    let one = try trained({ Normalizing() }, microBatches: 3, processes: 1, device: { _ in CompilingDevice(try CUDABackend.emulated()) })[0]
    let two = try trained({ Normalizing() }, microBatches: 3, processes: 2, device: { _ in CompilingDevice(try CUDABackend.emulated()) })
    #expect(two.allSatisfy { $0.hash == one.hash && $0.losses == one.losses })
  }

  @Test func moreProcessesThanMicroBatches() {
    #expect {
      _ = try trained({ Dropping() }, microBatches: 2, processes: 3)
    } throws: {
      ($0 as? MartletError)?.number == TrainingErrorCode.moreProcesses.rawValue
    }
  }

  /// A checkpoint of three processes goes on with two and with one, to the same bits.
  @Test func processesChange() throws {
    func steps(_ range: Range<Int>, _ processes: Int, _ start: [(name: String, tensor: HostTensor)]?) throws -> [(
      name: String, tensor: HostTensor
    )] {
      let start = start.map { $0.map { (name: $0.name, tensor: $0.tensor) } }
      return try ThreadProcessGroup.run(count: processes) { group in
        var options = TrainingSession.Options()
        options.microBatches = 4
        let session = try TrainingSession(
          Normalizing(), name: "model", device: CompilingDevice(try CPUBackend(threads: 1)), options: options, group: group)
        if let start { try session.load(start, needsState: true, path: "the checkpoint") }
        try session.prepare(trainingBatches: [12], testBatches: [])
        let images = try images(12 * 4)
        for step in range {
          _ = try session.train(images, Array(step * 12..<(step + 1) * 12), learningRate: 0.002, number: step + 1)
        }
        return try session.tensors()
      }[0]
    }
    let whole = try steps(0..<4, 1, nil)
    for (first, second) in [(3, 2), (1, 4), (4, 1)] {
      let resumed = try steps(2..<4, second, steps(0..<2, first, nil))
      #expect(resumed.map(\.name) == whole.map(\.name))
      for ((name, a), (_, b)) in zip(resumed, whole) { #expect(a == b, "\(name): \(first) processes, then \(second)") }
    }
  }
}
