import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// A loss that is not finite ends a run before it damages anything, and the operation that began it is named.
@Suite struct NonFiniteLosses {
  private func origin(_ text: String, _ arguments: [HostTensor]) throws -> (name: String, NonFiniteOrigin)? {
    let graph = try GraphParser.parse(text)
    return try graph.nonFiniteOrigin(of: graph.results[0].value, arguments).map {
      (graph.producer(of: $0.value)?.mnemonic ?? graph.printedNames[$0.value.id], $0)
    }
  }

  @Test func theFirstOperationIsFound() throws {
    // The logarithm of a negative number; the quotient's infinity is no part of the loss.
    let text = """
      graph @g(input %x: f32[3]) -> (loss: f32[]) {
        %zero = constant() {value = 0} : f32[3]
        %aside = div(%x, %zero) : f32[3]
        %log = log(%x) : f32[3]
        %more = exp(%log) : f32[3]
        %loss = reduce_sum(%more) {axes = [0]} : f32[]
        return %loss
      }
      """
    let found = try #require(try origin(text, [HostTensor([3], [Float(1), -2, 3])]))
    #expect(found.name == "log")
    #expect(found.1.element == [1])
    #expect(found.1.number.isNaN)
    #expect(try origin(text, [HostTensor([3], [Float(1), 2, 3])]) == nil)
    // What was given is named, not what is made of it.
    let given = try #require(try origin(text, [HostTensor([3], [Float(1), 2, .infinity])]))
    #expect(given.name == "x")
    #expect(given.1.element == [2])
  }

  /// On every backend: the finite steps update, the first that is not changes no bit of any variable.
  @Test(arguments: [true, false]) func nothingIsUpdated(_ fuses: Bool) throws {
    let target = try CPUBackend().target
    let devices: [any ExecutionDevice] = [
      CompilingDevice(try CPUBackend(threads: 1)), CompilingDevice(try CPUBackend(threads: 3)), InterpreterDevice(),
      CompilingDevice(LoopInterpreterBackend(target)), CompilingDevice(try testGPU()),
    ]
    for device in devices {
      for policy in NonFinitePolicy.allCases {
        // The loop interpreter takes half a minute a step on the larger model.
        let session = try TrainingSession(
          SmallNetwork(), name: "small", device: device, fuses: fuses, seed: 0, nonFinitePolicy: policy)
        let images = try labelledImages(SmallNetwork().inputShape, (0..<4 * 64).map { UInt8($0 * 37 % 251) }, [1, 2, 0, 1])
        func step(_ rate: Float, _ number: Int) throws -> Float {
          try session.train(images, [0, 1, 2, 3], learningRate: rate, number: number)
        }
        func bits() throws -> [[UInt8]] { try session.tensors().map { $0.tensor.withUnsafeBytes { [UInt8]($0) } } }
        let initial = try bits()
        #expect(try step(1e37, 1).isFinite)
        let before = try bits()
        #expect(before != initial)
        #expect(try !step(0.01, 2).isFinite)
        #expect(try (bits() == before) == (policy == .stop), "\(device.name) \(policy)")
        guard policy == .stop else { continue }
        let error = try session.nonFiniteError(.nan, batch: 4, epoch: 1, step: 2, kept: "nothing was kept")
        #expect(error.kind == .checkFailed)
        #expect(error.description.contains("of layer ") && error.description.contains("NonFiniteLosses.swift:"), "\(error)")
      }
    }
  }

  /// The schedule says so, and everything that writes a variable stands behind the line.
  @Test func theScheduleShowsTheGuard() throws {
    let compilation = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 8)
    var compiler = compilation.compiler
    compiler.guardedResult = "loss"
    let program = try compiler.program(compilation.optimized(), for: Target(.avx2))
    let parts = program.description.components(separatedBy: "unless loss is finite the run ends here")
    try #require(parts.count == 2)
    #expect(parts[0].contains("result loss"))
    #expect(!parts[1].contains("result loss"))
    for parameter in program.parameters where parameter.role != .input {
      #expect(!parts[0].contains("write %\(parameter.name),") && !parts[0].contains("update %\(parameter.name),"))
      #expect(parts[1].contains("%\(parameter.name)"))
    }
  }

  @Test func theCommandLineStopsWarnsOrGoesOn() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 160, test: 32)
    let checkpoint = folder.path + "/run.safetensors"
    func train(_ more: String...) throws -> ProgramResult {
      try runProgram(
        martletExecutable, ["train", "--data", folder.path, "--batch", "32", "--checkpoint", checkpoint, "--test-every", "0"] + more)
    }
    #expect(try train("--epochs", "1").code == 0)
    let kept = try FileBytes.read(checkpoint)
    let stopped = try train("--epochs", "2", "--resume", "--lr", "1e30")
    #expect(stopped.code == 1)
    #expect(stopped.errors.contains("the loss of epoch 2, step 2 is "), "\(stopped.errors)")
    #expect(stopped.errors.contains("the first operation whose result is not finite is %"), "\(stopped.errors)")
    #expect(stopped.errors.contains("\(checkpoint) is as it was"), "\(stopped.errors)")
    #expect(try FileBytes.read(checkpoint) == kept)
    // The loss before the last update is finite, the weights are not: they are not saved.
    let damaged = try train("--epochs", "2", "--resume", "--lr", "inf", "--max-steps", "6")
    #expect(damaged.code == 1)
    #expect(damaged.errors.contains("keeps what was saved before"), "\(damaged.errors)")
    #expect(try FileBytes.read(checkpoint) == kept)
    let warned = try train("--epochs", "2", "--resume", "--lr", "1e30", "--nan", "warn")
    #expect(warned.code == 0)
    #expect(warned.errors.contains("warning: the loss of epoch 2, step 2 is "), "\(warned.errors)")
    let ignored = try train("--epochs", "1", "--lr", "1e30", "--nan", "ignore")
    #expect(ignored.code == 0 && ignored.errors.isEmpty, "\(ignored.errors)")
    let unknown = try train("--nan", "maybe")
    #expect(unknown.code == 2 && unknown.errors.contains("stop, warn, ignore"))
  }
}

/// A batch normalisation, a convolution and a linear layer on 8 x 8 images; nothing that brings large numbers back.
private struct SmallNetwork: Model {
  let features = Sequential {
    BatchNorm2D(1)
    Conv2D(1, 4, kernel: 3, padding: 1)
    AvgPool2D(2)
    Flatten()
  }
  let out = Linear(64, 3)

  var inputShape: Shape { [1, 8, 8] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}
