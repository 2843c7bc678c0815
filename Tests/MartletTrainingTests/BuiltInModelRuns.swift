import Martlet
import TestSupport
import Testing

@testable import MartletTraining

/// Each built-in model against the same model in PyTorch, on the same data and weights: Tests/Fixtures/make_fixtures.py.
@Suite struct BuiltInModelRuns {
  static let names = BuiltInModels.all.map(\.name)

  private func tensors(_ name: String) throws -> Safetensors {
    try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/model-\(name).safetensors"))
  }

  private static let seed: UInt64 = 21

  /// The first loss within 1e-6, the first gradients within 1e-5 of what PyTorch computes in double precision.
  @Test(arguments: names) func firstStepIsPyTorchs(_ name: String) throws {
    let tensors = try tensors(name)
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    let weights = ModelStructure(model).initialVariables(seed: BuiltInModelRuns.seed)
    let squares = try #require(tensors["expect weights"]).numbers
    for ((parameter, tensor), square) in zip(weights, squares) {
      let found = tensor.numbers.reduce(0) { $0 + $1 * $1 }
      #expect(abs(found - square) <= 1e-6 * square, "\(parameter) is not what PyTorch draws")
    }
    let graph = try Pipeline([.differentiate]).run(Tracer.trace(model, name: name, batch: 8, purpose: .training))
    let arguments = try graph.parameters.map { parameter in
      try #require(weights.first { $0.name == parameter.name }?.tensor ?? tensors[parameter.name], "no tensor \(parameter.name)")
    }
    for fuses in [true, false] {
      let executed = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      let results = try CompilingDevice(try CPUBackend()).run(executed, arguments, GraphLowering.Options(isDepthFirst: fuses))
      for (result, tensor) in zip(executed.results, results) where result.name != "logits" {
        let expected = try #require(tensors["expect \(result.name)"], "no expectation for \(result.name)")
        let numbers = tensor.numbers
        guard result.name != "loss" else {
          #expect(
            abs(numbers[0] - expected.numbers[0]) <= 1e-6 * abs(expected.numbers[0]), "\(numbers[0]), expected \(expected.numbers[0])")
          continue
        }
        let largest = try #require(tensors["largest \(result.name)"]).numbers[0]
        let stride = max(numbers.count / 256, 1)
        let distance = zip(Swift.stride(from: 0, to: numbers.count, by: stride), expected.numbers).reduce(0) {
          max($0, abs(numbers[$1.0] - $1.1))
        }
        #expect(distance <= 1e-5 * largest, "\(result.name): \(distance / largest)")
      }
    }
  }

  /// Twenty steps of SGD on one batch: the loss falls as PyTorch's does.
  @Test(arguments: names) func lossFallsAsPyTorchs(_ name: String) throws {
    let tensors = try tensors(name)
    let expected = try #require(tensors["expect losses"]).numbers
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    let session = try TrainingSession(
      model, name: name, device: CompilingDevice(try CPUBackend()), optimizer: .sgd(SGDUpdate()), seed: BuiltInModelRuns.seed)
    let labels = try #require(tensors["labels"]).numbers.map { Int32($0) }
    let images = try #require(tensors["images"])
    for (step, loss) in expected.enumerated() {
      let found = try images.withUnsafeBytes { pixels in
        try labels.withUnsafeBufferPointer {
          try session.train(pixels: UnsafeRawBufferPointer(pixels), labels: $0, learningRate: 0.05, number: step + 1)
        }
      }
      #expect(abs(Double(found) - loss) <= 1e-4 * loss, "step \(step + 1): \(found), PyTorch has \(loss)")
    }
    #expect(expected[19] < 0.95 * expected[0])
  }
}
