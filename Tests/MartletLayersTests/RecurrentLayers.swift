import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// LSTM, GRU and RNN are PyTorch's, with their gradients: Tests/Fixtures/make_recurrent_fixtures.py.
@Suite struct RecurrentLayers {
  private static let file = Result { try Safetensors.read(Repository.path("Tests/Fixtures/recurrent.safetensors")) }

  private static func tensor(_ name: String) throws -> HostTensor { try #require(try file.get()[name], "\(name)") }

  private static func specification(_ name: String) throws -> InputSpecification {
    let type = try tensor(name).type
    return InputSpecification(type.dtype, type.shape, hasBatch: false)
  }

  /// The input is trained too, so that it has a gradient.
  private struct Recurrent: Layer {
    let layer: any Layer
    let input: Parameter
    func callAsFunction(_ input: Tensor) throws -> Tensor { try layer(input) }
  }

  static let cases: [(String, any Layer)] = [
    ("lstm", LSTM(4, 6)), ("gru", GRU(4, 6)), ("rnn", RNN(4, 6)), ("lstm-two-layers", LSTM(3, 5, layers: 2)),
    ("gru-both-directions", GRU(3, 5, isBidirectional: true)),
    ("lstm-both-directions-two-layers", LSTM(3, 4, layers: 2, isBidirectional: true)), ("lstm-one-step", LSTM(3, 5)),
    ("lstm-wide", LSTM(8, 16)), ("gru-wide", GRU(8, 16)),
  ]

  /// `loss`, the results and all gradients.
  private static func graph(_ name: String, _ layer: any Layer) throws -> Graph {
    let input = try tensor("\(name)/input")
    let whole = Recurrent(layer: layer, input: Parameter(input.shape))
    let factors = try ["output", "hidden", "cell"].filter { try file.get()["\(name)/factor.\($0)"] != nil }
    let inputs = try factors.map { (name: $0, specification: try RecurrentLayers.specification("\(name)/factor.\($0)")) }
    return try Tracer.trace(ModelStructure(whole), name: "recurrent", inputs: inputs, purpose: .training, isTrained: { _ in true }) {
      tensors in
      let x = try tensors[0].parameter(whole.input)
      var results: [(name: String, value: Tensor)] = []
      switch layer {
      case let lstm as LSTM:
        let (output, hidden, cell) = try lstm.states(x)
        results = [("y.output", output), ("y.hidden", hidden), ("y.cell", cell)]
      case let gru as GRU:
        let (output, hidden) = try gru.states(x)
        results = [("y.output", output), ("y.hidden", hidden)]
      case let rnn as RNN:
        let (output, hidden) = try rnn.states(x)
        results = [("y.output", output), ("y.hidden", hidden)]
      default: break
      }
      var loss: Tensor?
      for (result, factor) in zip(results, tensors) {
        let part = try (result.value * factor).sum(axes: Array(0..<result.value.shape.rank))
        loss = try loss.map { try $0 + part } ?? part
      }
      return Tracer.Body([("loss", try #require(loss))] + results)
    }
  }

  @Test(arguments: cases.indices) func areLikePyTorchs(_ number: Int) throws {
    let (name, layer) = RecurrentLayers.cases[number]
    let traced = try RecurrentLayers.graph(name, layer)
    let single = try Pipeline([.differentiate], instruments: [VerifyInstrument(), RoundTripInstrument()]).run(traced)
    for graph in [single, try single.inDoublePrecision()] {
      let isDouble = graph.type(of: graph.results[0].value).dtype == .f64
      let arguments = try graph.parameters.map { parameter -> HostTensor in
        let key =
          parameter.role == .input
          ? "factor.\(parameter.name)" : parameter.name == "input" ? "input" : "parameter.\(parameter.name.dropFirst("layer.".count))"
        return try RecurrentLayers.tensor("\(name)/\(key)").converted(to: parameter.type.dtype)
      }
      func check(_ results: [HostTensor], _ device: String) throws {
        for (result, found) in zip(graph.results, results) {
          let key = result.name.replacing("y.", with: "").replacing("layer.", with: "")
          let right = try RecurrentLayers.tensor("\(name)/expect.\(key)").numbers
          let size = max(right.map(abs).max() ?? 0, 1e-3)
          let distance = zip(found.numbers, right).map { abs($0 - $1) / size }.max() ?? .infinity
          #expect(found.count == right.count && distance <= (isDouble ? 1e-12 : 1e-5), "\(name) \(key) on \(device): \(distance)")
        }
      }
      try check(graph.evaluate(arguments), "the interpreter")
      let optimized = try Pipeline(Pipeline.optimization(), instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
      for threads in [1, 2, 3] {
        try check(CompilingDevice(CPUBackend(threads: threads)).run(optimized, arguments), "\(threads) threads")
      }
      try check(CompilingDevice(CPUBackend(threads: 2)).run(graph, arguments), "two threads, as written")
    }
  }

  /// Dropout inside a loop draws other numbers in each step, the same on every device and in each repetition, and others for another key.
  @Test func dropoutInsideALoop() throws {
    struct Dropping: Layer {
      let dropout = Dropout(0.5)
      func callAsFunction(_ input: Tensor) throws -> Tensor {
        try input.scan([]) { _, element in ScanStep(carried: [], stacked: [try dropout(element)]) }.stacked[0]
      }
    }
    let net = Dropping()
    let graph = try Tracer.trace(
      ModelStructure(net), name: "dropping", inputs: [("x", InputSpecification(.f32, [6, 32], hasBatch: false))], purpose: .training,
      isTrained: { _ in true }
    ) { Tracer.Body([("y", try net($0[0]))]) }
    #expect(try GraphParser.parse(graph.description) == graph)
    func run(_ key: [Int32], _ device: any ExecutionDevice) throws -> [Double] {
      try device.run(graph, [HostTensor(repeating: 1, TensorType(.f32, [6, 32])), HostTensor([2], key)])[0].numbers
    }
    let right = try run([3, 9], InterpreterDevice())
    #expect(right.allSatisfy { $0 == 0 || $0 == 2 } && (60...130).contains(right.count { $0 == 0 }))
    let rows = (0..<6).map { Array(right[$0 * 32..<($0 + 1) * 32]) }
    #expect(Set(rows).count == 6)
    for threads in 1...3 { #expect(try run([3, 9], CompilingDevice(CPUBackend(threads: threads))) == right) }
    #expect(try run([3, 10], InterpreterDevice()) != right)
  }

  /// What a step computes is used inside only; states are not renewed there; sequences are equally long.
  @Test func usesThatHaveNoMeaning() throws {
    struct Normalizing: Layer {
      let norm = BatchNorm1D(4)
      func callAsFunction(_ input: Tensor) throws -> Tensor { try norm(input) }
    }
    let net = Normalizing()
    func trace(_ body: @escaping (Tensor) throws -> Tensor) throws {
      _ = try Tracer.trace(
        ModelStructure(net), name: "f", inputs: [("x", InputSpecification(.f32, [3, 5, 4], hasBatch: false))], purpose: .training,
        isTrained: { _ in true }
      ) { Tracer.Body([("y", try body($0[0]))]) }
    }
    func expect(_ number: Int, _ message: String, _ body: @escaping (Tensor) throws -> Tensor) throws {
      let error = try #require(throws: MartletError.self) { try trace(body) }
      #expect(error.number == number && error.message.contains(message) && error.location != nil, "\(error)")
    }
    try expect(411, "renews its state") { x in
      try x.scan([]) { _, element in ScanStep(carried: [], stacked: [try net(element)]) }.stacked[0]
    }
    try expect(305, "the carried value 0") { x in
      let zero = try x.sum(axes: [0, 1])
      return try x.scan([zero]) { _, element in ScanStep(carried: [element]) }.carried[0]
    }
    try expect(403, "different first extents") { x in
      try Tensor.scan([x, x.transposed([1, 0, 2])], []) { _, elements in ScanStep(carried: [], stacked: [elements[0]]) }.stacked[0]
    }
    try expect(401, "as many as the loop begins with") { x in
      try x.scan([x]) { _, element in ScanStep(carried: [], stacked: [element]) }.stacked[0]
    }
    try expect(401, "gives none") { x in try x.scan([]) { _, _ in ScanStep(carried: []) }.stacked[0] }
    try expect(404, "an axis") { x in
      try x.sum(axes: [0, 1, 2]).scan([]) { _, element in ScanStep(carried: [], stacked: [element]) }.stacked[0]
    }
  }

  /// The initial weights are those of PyTorch, bit for bit.
  @Test(arguments: cases.indices) func beginLikePyTorchs(_ number: Int) throws {
    let (name, layer) = RecurrentLayers.cases[number]
    let variables = ModelStructure(layer).initialVariables(seed: 3)
    for (parameter, tensor) in variables { #expect(try tensor == RecurrentLayers.tensor("\(name)/parameter.\(parameter)")) }
  }
}
