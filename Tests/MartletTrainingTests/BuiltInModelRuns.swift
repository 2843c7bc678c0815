import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// Each built-in model against the same model in PyTorch, on the same data and weights: Tests/Fixtures/make_fixtures.py. Of the large ones
/// narrow versions.
@Suite struct BuiltInModelRuns {
  static let names = TestModels.names

  private func tensors(_ name: String) throws -> Safetensors {
    try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/model-\(name).safetensors"))
  }

  private static let seed: UInt64 = 21

  /// Whether the model normalises over the batch: rounding then moves values across the kinks of relu, and PyTorch's own gradients in f32 are
  /// up to 5e-2 away from those in f64.
  private static func normalizesBatches(_ model: any Model) -> Bool {
    ModelStructure(model).variables.contains { $0.specification.isState }
  }

  /// The first loss within 1e-6, the first gradients and running statistics within 1e-5 of what PyTorch computes in double precision; models
  /// that normalise over the batch run in double precision too.
  @Test(arguments: names) func firstStepIsPyTorchs(_ name: String) throws {
    let tensors = try tensors(name)
    let model = try #require(TestModels.make(name))
    let structure = ModelStructure(model)
    let variables = structure.initialVariables(seed: BuiltInModelRuns.seed)
    let squares = try #require(tensors["expect weights"]).numbers
    let trained = Set(structure.parameters.map(\.name))
    let weights = variables.filter { trained.contains($0.name) }
    #expect(weights.count == squares.count)
    for ((parameter, tensor), square) in zip(weights, squares) {
      let found = tensor.numbers.reduce(0) { $0 + $1 * $1 }
      #expect(abs(found - square) <= 1e-6 * square, "\(parameter) is not what PyTorch draws")
    }
    var graph = try Pipeline([.differentiate]).run(Tracer.trace(model, name: name, batch: 8, purpose: .training))
    if BuiltInModelRuns.normalizesBatches(model) { graph = try graph.inDoublePrecision() }
    let arguments = try graph.parameters.map { parameter in
      let tensor = variables.first { $0.name == parameter.name }?.tensor ?? tensors[parameter.name]
      return HostTensor(parameter.type, numbers: try #require(tensor, "no tensor \(parameter.name)").numbers)
    }
    for fuses in [true, false] {
      let executed = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      let results = try CompilingDevice(try CPUBackend()).run(executed, arguments, Lowering.Options(isDepthFirst: fuses))
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

  /// Twenty steps of SGD on one batch: the loss falls as PyTorch's does. Where the model normalises over the batch, PyTorch's own losses in f32
  /// leave those in f64 by 3e-3.
  @Test(arguments: names) func lossFallsAsPyTorchs(_ name: String) throws {
    let tensors = try tensors(name)
    let expected = try #require(tensors["expect losses"]).numbers
    let model = try #require(TestModels.make(name))
    let tolerance = BuiltInModelRuns.normalizesBatches(model) ? 1e-2 : 1e-4
    let session = try TrainingSession(
      model, name: name, device: CompilingDevice(try CPUBackend()), optimizer: .sgd(SGDUpdate()), seed: BuiltInModelRuns.seed)
    let labels = try #require(tensors["labels"]).converted(to: .i32)
    let samples = try TensorData(["image": try #require(tensors["images"]), "label": labels])
    for (step, loss) in expected.enumerated() {
      let found = try session.train(samples, Array(0..<samples.count), learningRate: 0.05, number: step + 1)
      #expect(abs(Double(found) - loss) <= tolerance * loss, "step \(step + 1): \(found), PyTorch has \(loss)")
    }
    #expect(expected[19] < 0.95 * expected[0])
  }
}
