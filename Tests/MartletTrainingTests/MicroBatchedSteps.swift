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
    let features = Sequential {
      Conv2D(1, 4, kernelSize: 3)
      ReLU()
      Dropout(0.4)
      MaxPool2D(2)
    }
    let out = Linear(4 * 13 * 13, 10)

    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x).flatten()) }
  }

  /// Batch normalisation, whose statistics are of a micro-batch.
  struct Normalizing: Model {
    let convolution = Conv2D(1, 4, kernelSize: 3)
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

  private static let devices: [(String, () throws -> any ExecutionDevice)] = [
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
      let layer = Linear(784, 10)

      func callAsFunction(_ x: Tensor) throws -> Tensor {
        let logits = try layer(x.flatten())
        // The one sample whose mean is 1 makes an infinity.
        return try logits / (1 - x.flatten().mean(axes: [1]).reshaped([x.shape[0], 1]))
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

  @Test func numbersThatMakeNoSense() throws {
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
}
