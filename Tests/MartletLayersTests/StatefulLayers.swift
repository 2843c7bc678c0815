import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// The counterpart of `Stateful` in Tests/Fixtures/make_fixtures.py.
private struct Stateful: Model {
  let table = Embedding(16, 3)
  let narrow = Embedding(5, 2)
  let norm = BatchNorm2D(3, momentum: 0.3)
  let out = Sequential {
    ReLU()
    Flatten()
    BatchNorm1D(3 * 4 * 5, epsilon: 1e-3)
    Linear(3 * 4 * 5, 10)
  }
  var inputShape: Shape { [1, 4, 5] }
  var inputEncoding: InputEncoding { .indices }
  func callAsFunction(_ indices: Tensor) throws -> Tensor {
    let all = try narrow(indices.constant(HostTensor([5], (0..<5).map { Int32($0) })))
    let x = try table(indices.reshaped([indices.shape[0], 4, 5])).transposed([0, 3, 1, 2])
    return try out(norm(x)) * all.sum(axes: [0, 1])
  }
}

private struct Dropping: Model {
  var probability = 0.25
  var dropsTwice = false
  var inputShape: Shape { [1, 16, 16] }
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let dropped = try Dropout(probability)(x + 1)
    return try dropsTwice ? Dropout(probability)(x + 1).flatten() - dropped.flatten() : dropped.flatten()
  }
  func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor { try output.mean(axes: [0, 1]) }
}

@Suite struct StatefulLayers {
  private static let devices: [@Sendable () throws -> any ExecutionDevice] = [
    { InterpreterDevice() }, { CompilingDevice(try CPUBackend(threads: 2)) }, { CompilingDevice(try CPUBackend(threads: 1)) },
  ]

  /// Loss, gradients, running statistics and the output with running statistics are PyTorch's; so are the drawn weights.
  @Test(arguments: [0, 1, 2]) func areLikePyTorchs(_ deviceNumber: Int) throws {
    let tensors = try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/stateful-layers.safetensors"))
    let model = Stateful()
    let device = try StatefulLayers.devices[deviceNumber]()
    let graph = try Pipeline([.differentiate]).run(Tracer.trace(model, name: "stateful", batch: 6, purpose: .training))
    func run(_ graph: Graph, _ tensors: Safetensors) throws -> [String: HostTensor] {
      let arguments = try graph.parameters.map { try #require(tensors[$0.name], "no tensor \($0.name)") }
      let executed = deviceNumber == 0 ? graph : try Pipeline(Pipeline.optimization(fuses: deviceNumber == 1)).run(graph)
      return Dictionary(uniqueKeysWithValues: zip(graph.results.map(\.name), try device.run(executed, arguments)))
    }
    let found = try run(graph, tensors)
    #expect(found.count == 2 + ModelStructure(model).parameters.count + 4)
    for (name, tensor) in found {
      let expected = try #require(tensors["expect \(name)"], "no expectation for \(name)")
      #expect(distance(tensor, expected) <= 1e-5, "\(name): \(tensor.numbers.prefix(4)), expected \(expected.numbers.prefix(4))")
    }
    var renewed = tensors
    renewed.tensors = tensors.tensors.map { ($0.name, found[$0.name] ?? $0.tensor) }
    let inference = try run(Tracer.trace(model, name: "stateful", batch: 6, purpose: .inference), renewed)
    #expect(distance(try #require(inference["logits"]), try #require(tensors["expect inference"])) <= 1e-5)
    for (name, tensor) in ModelStructure(model).initialVariables(seed: 9) {
      let expected = try #require(tensors[name])
      #expect(distance(tensor, expected) <= 1e-6, "\(name): \(tensor.numbers.prefix(4)), expected \(expected.numbers.prefix(4))")
    }
  }

  /// States are in the training graph alone, keep their role, and do not make it a whole step.
  @Test func statesAreNotTrained() throws {
    let structure = ModelStructure(Stateful())
    #expect(structure.variables.count == structure.parameters.count + 4)
    let training = try Tracer.trace(Stateful(), name: "stateful", batch: 6, purpose: .training)
    #expect(!training.isTrainingStep && training.result(named: "norm.running_mean") != nil)
    let step = try Compilation(Stateful(), name: "stateful", batch: 6).differentiated()
    #expect(step.isTrainingStep && step.parameterIndex(named: "norm.running_mean.exp_avg") == nil)
    let evaluation = try Tracer.trace(Stateful(), name: "stateful", batch: 6, purpose: .evaluation)
    #expect(evaluation.results.map(\.name) == ["loss", "logits"])
    #expect(throws: MartletError.self) { try Tracer.trace(BatchNorm1DOnly(), name: "one", batch: 1, purpose: .training) }
  }

  private struct BatchNorm1DOnly: Model {
    let norm = BatchNorm1D(1)
    var inputShape: Shape { [1, 1, 1] }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try norm(x.flatten()) }
  }

  private func dropped(_ model: Dropping, batch: Int, key: [Int32], _ device: any ExecutionDevice) throws -> [Double] {
    let graph = try Tracer.trace(model, name: "dropping", batch: batch, purpose: .training)
    let arguments = graph.parameters.map { parameter in
      parameter.name == "random_key" ? HostTensor([2], key) : HostTensor(repeating: 0, parameter.type)
    }
    let executed = device is InterpreterDevice ? graph : try Pipeline(Pipeline.optimization()).run(graph)
    let results = try device.run(executed, arguments)
    return results[1].numbers
  }

  /// The expected share of elements is dropped, the rest scaled; the key and nothing else decides which.
  @Test func dropoutDrawsFromItsKey() throws {
    let reference = try dropped(Dropping(), batch: 64, key: [1, 7], InterpreterDevice())
    #expect(Set(reference).count == 2 && reference.contains(0))
    let zeros = reference.count { $0 == 0 }
    // Four standard deviations of a binomial distribution.
    let deviation = (Double(reference.count) * 0.25 * 0.75).squareRoot()
    #expect(abs(Double(zeros) - 0.25 * Double(reference.count)) < 4 * deviation)
    #expect(reference.allSatisfy { $0 == 0 || abs($0 - 1 / 0.75) < 1e-6 })
    for threads in 1...3 {
      #expect(try dropped(Dropping(), batch: 64, key: [1, 7], CompilingDevice(try CPUBackend(threads: threads))) == reference)
    }
    // The samples of a shorter batch draw as the first of a longer one; also where the batch has the extent of the key.
    for batch in [2, 5] {
      let short = try dropped(Dropping(), batch: batch, key: [1, 7], CompilingDevice(try CPUBackend(threads: 2)))
      #expect(short == Array(reference.prefix(short.count)))
    }
    #expect(try dropped(Dropping(), batch: 64, key: [1, 8], InterpreterDevice()) != reference)
    #expect(try dropped(Dropping(), batch: 64, key: [2, 7], InterpreterDevice()) != reference)
    // Two layers draw different numbers.
    #expect(try dropped(Dropping(dropsTwice: true), batch: 4, key: [1, 7], InterpreterDevice()).contains { $0 != 0 })
    #expect(try dropped(Dropping(probability: 1), batch: 2, key: [1, 7], InterpreterDevice()).allSatisfy { $0 == 0 })
  }

  /// Outside training nothing is dropped and no key is asked for.
  @Test func dropoutIsTheIdentityOutsideTraining() throws {
    let graph = try Tracer.trace(Dropping(), name: "dropping", batch: 2, purpose: .evaluation)
    #expect(graph.parameterIndex(named: "random_key") == nil)
    #expect(throws: MartletError.self) { try Tracer.trace(Dropping(probability: 1.5), name: "d", batch: 2, purpose: .training) }
  }
}
