import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletTraining
import TestSupport
import Testing

/// Causal attention, rotary embeddings, RMSNorm, tied tables and means against PyTorch: Tests/Fixtures/make_zoo_fixtures.py.
@Suite struct SequenceLayers {
  private struct Probe: Layer {
    let x: Parameter
    let layer: any Layer
    func callAsFunction(_ weights: Tensor) throws -> Tensor { try layer(weights.parameter(x)) }
  }

  private struct Tied: Layer {
    let x = Parameter([2, 5, 6])
    let table = Embedding(11, 6)
    func callAsFunction(_ indices: Tensor) throws -> Tensor { try table.scores(table(indices) * indices.parameter(x)) }
  }

  private let expected: Safetensors

  init() throws { expected = try Safetensors.read(Repository.path("Tests/Fixtures/zoo/layers.safetensors")) }

  /// Compares y and the gradients of the sum of y with weights. `drawn` tells for a parameter its name among the draws and what it is divided by.
  private func check(
    _ name: String, _ net: any Layer, indices: HostTensor? = nil, isDouble: Bool = true, within tolerance: Double,
    drawn: (String) -> (name: String, divisor: Double)
  ) throws {
    let output = try #require(expected["\(name)/y"])
    let weights = ("weights", InputSpecification(.f32, output.shape, hasBatch: false))
    let inputs = [weights] + (indices.map { [("indices", InputSpecification(.i32, $0.shape, hasBatch: false))] } ?? [])
    var graph = try Tracer.trace(ModelStructure(net), name: "net", inputs: inputs, purpose: .training, isTrained: { _ in true }) { inputs in
      let y = try net(inputs[inputs.count - 1])
      return Tracer.Body([("loss", try (y * inputs[0]).sum(axes: Array(0..<y.shape.rank))), ("y", y)])
    }
    if isDouble { graph = try graph.inDoublePrecision() }
    graph = try Compiler().gradients(graph)
    let arguments = graph.parameters.map { parameter in
      if parameter.name == "indices", let indices { return indices }
      let (draw, divisor) = parameter.name == "weights" ? ("\(name)/weights", 1) : drawn(parameter.name)
      let numbers = NamedDraws.numbers("zoo/layers/\(draw)", parameter.type.elementCount)
      return HostTensor(parameter.type, numbers: numbers.map { $0 / divisor })
    }
    let gradients = Set(expected.tensors.map(\.name).filter { $0.hasPrefix("\(name)/") && $0.hasSuffix(".gradient") })
    for device in [InterpreterDevice(), CompilingDevice(try CPUBackend(threads: 2))] as [any ExecutionDevice] {
      let results = try Compiler().run(graph, arguments, on: device)
      var compared: Set<String> = []
      for (result, tensor) in zip(graph.results, results) where result.name != "loss" {
        let key = "\(name)/" + result.name.replacing("layer.", with: "").replacing("table.weight", with: "table")
        let torch = try #require(expected[key], "no expectation for \(key)")
        #expect(tensor.converted(to: torch.dtype).distance(from: torch) <= tolerance, "\(key) on \(device.name)")
        compared.insert(key)
      }
      #expect(compared == gradients.union(["\(name)/y"]), "\(name)")
    }
  }

  private func probe(_ name: String, _ layer: any Layer) throws -> Probe {
    Probe(x: Parameter(try #require(expected["\(name)/x.gradient"]).shape), layer: layer)
  }

  @Test(arguments: [false, true]) func causalAttentionIsPyTorchs(_ isRotary: Bool) throws {
    let name = isRotary ? "rotary-attention" : "attention"
    let layer = SelfAttention(16, heads: 2, isCausal: true, rotary: isRotary ? RotaryEmbedding() : nil)
    // Tables of a traced graph are rounded to f32.
    try check(name, probe(name, layer), within: isRotary ? 1e-6 : 1e-12) {
      $0 == "x" ? ("\(name)/x", 1) : ("attention/" + $0.dropFirst("layer.".count), 4)
    }
  }

  @Test func rootMeanSquareIsPyTorchs() throws {
    try check("norm", probe("norm", RMSNorm(12, epsilon: 1e-5)), within: 1e-9) { ($0 == "x" ? "norm/x" : "norm/weight", 1) }
    let name = "norm-default"
    try check(name, probe(name, RMSNorm(12)), isDouble: false, within: 2e-6) { $0 == "x" ? ("\(name)/x", 1024) : ("\(name)/weight", 1) }
    #expect(RMSNorm(12).summary == "RMSNorm((12,), eps=None, elementwise_affine=True)")
  }

  @Test(arguments: [1, 7, 70]) func rotationsArePyTorchs(_ positions: Int) throws {
    let name = "rotary-\(positions)"
    try check(name, probe(name, RotaryEmbedding()), within: 1e-6) { _ in ("\(name)/x", 1) }
  }

  @Test func rotationsOfDoublesAreExact() throws {
    for (name, layer, positions, features) in [("rotary-70", RotaryEmbedding(), 70, 10), ("rotary-base", RotaryEmbedding(base: 100), 9, 6)]
    {
      let graph = try Tracer.trace(
        ModelStructure(layer), name: "net", inputs: [("x", .f64(2, positions, features))], purpose: .inference, isTrained: { _ in true }
      ) { Tracer.Body([("y", try layer($0[0]))]) }
      let x = HostTensor(graph.parameters[0].type, numbers: NamedDraws.numbers("zoo/layers/\(name)/x", 2 * positions * features))
      let y = try graph.evaluate([x])[0]
      #expect(y.distance(from: try #require(expected["\(name)/y"])) <= 1e-14)
    }
  }

  @Test func tablesAreTied() throws {
    let words = NamedDraws.words("zoo/layers/tied/indices", 10)
    let indices = HostTensor(TensorType(.i32, [2, 5]), numbers: words.map { Double($0 % 11) })
    try check("tied", Tied(), indices: indices, within: 1e-12) { ($0 == "x" ? "tied/x" : "tied/table", 1) }
    #expect(ModelStructure(Tied()).parameters.map(\.name) == ["x", "table.weight"])
  }

  @Test func meansArePyTorchs() throws {
    try check("mean", probe("mean", Mean(axes: [2, 3])), within: 1e-12) { _ in ("mean/x", 1) }
  }

  @Test func impossibleLayersSayWhy() {
    func error(_ shape: InputSpecification, _ layer: any Layer, _ body: @escaping (Tensor) throws -> Tensor) -> Int? {
      do {
        _ = try Tracer.trace(ModelStructure(layer), name: "net", inputs: [("x", shape)], purpose: .inference, isTrained: { _ in true }) {
          Tracer.Body([("y", try body($0[0]))])
        }
        return nil
      } catch { return (error as? MartletError)?.number }
    }
    let configuration = LayerErrorCode.configuration.rawValue
    let inputShape = LayerErrorCode.inputShape.rawValue
    for (layer, shape, number) in [
      (RMSNorm(5), .f32(2, 4), inputShape), (RMSNorm(4, epsilon: -1), .f32(2, 4), configuration), (RMSNorm(), .f32(2, 4), inputShape),
      (RotaryEmbedding(), .f32(2, 3, 5), inputShape), (RotaryEmbedding(), .i32(2, 3, 4), inputShape),
      (RotaryEmbedding(), .f32(4), inputShape), (RotaryEmbedding(base: 0), .f32(2, 3, 4), configuration),
      (SelfAttention(6, heads: 4, isCausal: true), .f32(2, 3, 6), inputShape), (Mean(axes: [2]), .f32(2, 3), 404),
      (Mean(axes: [-3]), .f32(2, 3), 404),
    ] as [(any Layer, InputSpecification, Int)] {
      #expect(error(shape, layer) { try layer($0) } == number, "\(ModelStructure(layer))")
    }
    let table = Embedding(5, 6)
    #expect(error(.f32(2, 5), table) { try table.scores($0) } == inputShape)
    #expect(error(.i32(2, 6), table) { try table.scores($0) } == inputShape)
  }

  /// PyTorch's `parameters()` has those of a module before those of its children; they are drawn as they are declared.
  @Test func ownParametersStandFirst() throws {
    struct Net: Layer {
      let first = Linear(2, 3)
      let own = Parameter([2], .normal(1))
      let last = Sequential { Linear(3, 1) }
      func callAsFunction(_ x: Tensor) throws -> Tensor { try last(first(x * x.parameter(own))) }
    }
    let structure = ModelStructure(Net())
    #expect(structure.variables.map(\.name) == ["own", "first.weight", "first.bias", "last.0.weight", "last.0.bias"])
    let initial = structure.initialVariables(seed: 5)
    #expect(initial.map(\.name) == structure.variables.map(\.name))
    var generator = PyTorchGenerator(seed: 5)
    let bound = Float(3.0.squareRoot() * (1.0 / 3).squareRoot() / 2.0.squareRoot())
    #expect(initial[1].tensor.numbers[0] == Double(generator.uniform(-bound, bound)))
  }
}
