import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// Moving averages and clipped gradients are PyTorch's: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct AveragesAndBounds {
  /// Least squares of a linear layer, as in the script.
  private static let text = """
    graph @f(input %x: f32[4, 3], input %y: f32[4, 2], parameter %weight: f32[2, 3], parameter %bias: f32[2]) -> (loss: f32[]) {
      %0 = matmul(%x, %weight) {transpose_rhs = true} : f32[4, 2]
      %1 = broadcast(%bias) {shape = [4, 2], axes = [1]} : f32[4, 2]
      %2 = add(%0, %1) : f32[4, 2]
      %3 = sub(%2, %y) : f32[4, 2]
      %4 = mul(%3, %3) : f32[4, 2]
      %5 = reduce_mean(%4) {axes = [0, 1]} : f32[]
      return %5
    }
    """

  /// The interpreter, two threads, one thread without fusion.
  private func device(_ number: Int) throws -> any ExecutionDevice {
    number == 0 ? InterpreterDevice() : CompilingDevice(try CPUBackend(threads: 3 - number))
  }

  private func run(_ graph: Graph, _ device: any ExecutionDevice, _ values: inout [String: HostTensor]) throws {
    let arguments = try graph.parameters.map { parameter in
      let averaged = Pass.averagedParameter(ofState: parameter.name).flatMap { values[$0] }
      return try #require(
        values[parameter.name] ?? averaged ?? (parameter.role == .state ? HostTensor(repeating: 0, parameter.type) : nil),
        "\(parameter.name)")
    }
    for (result, tensor) in zip(graph.results, try device.run(graph, arguments)) { values[result.name] = tensor }
  }

  private func expect(_ found: HostTensor?, _ name: String) throws {
    let right = try LoopFixture.numbers(name)
    let size = right.map(abs).max() ?? 0
    let numbers = try #require(found, "\(name)").numbers
    #expect(
      numbers.count == right.count && zip(numbers, right).allSatisfy { abs($0 - $1) <= 1e-5 * size }, "\(name): \(numbers), not \(right)")
  }

  @Test(arguments: [0, 1, 2], ["sgd", "adam"]) func areLikePyTorchs(_ deviceNumber: Int, _ name: String) throws {
    let optimizer: Optimizer = name == "sgd" ? .sgd(momentum: 0.9) : .adam()
    let clipping: [Pass] = name == "sgd" ? [.clipGradientValues(0.25)] : []
    let traced = try GraphParser.parse(AveragesAndBounds.text)
    let cleaning = deviceNumber == 0 ? [] : Pipeline.optimization(fuses: deviceNumber == 1)
    let instruments: [any Instrument] = [VerifyInstrument(), RoundTripInstrument()]
    let gradients = try Pipeline([.differentiate] + clipping + cleaning, instruments: instruments).run(traced)
    let step = try Pipeline(
      [.differentiate] + clipping + [.applyOptimizer(optimizer.rule), .averageParameters(decay: 0.75)] + cleaning, instruments: instruments
    ).run(traced)
    let device = try device(deviceNumber)
    var values = [
      "weight": HostTensor([2, 3], LoopFixture.data(6, stream: 7)), "bias": HostTensor([2], LoopFixture.data(2, stream: 8)),
      "learning_rate": HostTensor([], [name == "sgd" ? 0.1 : 0.05] as [Float]),
    ]
    for number in 0..<5 {
      values["x"] = HostTensor([4, 3], LoopFixture.data(12, stream: number))
      values["y"] = HostTensor([4, 2], LoopFixture.data(8, stream: number + 20))
      if number == 0 {
        var copy = values
        try run(gradients, device, &copy)
        for part in ["weight.gradient", "bias.gradient"] { try expect(copy[part], "average/\(name)/\(part)") }
      }
      try run(step, device, &values)
    }
    for part in ["weight", "bias", "weight.average", "bias.average"] { try expect(values[part], "average/\(name)/\(part)") }
  }

  /// Averages change nothing else, to the bit.
  @Test func theStepStaysTheSame() throws {
    let traced = try GraphParser.parse(AveragesAndBounds.text)
    let plain = try Pipeline([.differentiate, .applyOptimizer(.adam(AdamUpdate()))]).run(traced)
    let averaged = try Pipeline([.differentiate, .applyOptimizer(.adam(AdamUpdate())), .averageParameters(decay: 0)]).run(traced)
    var (a, b): ([String: HostTensor], [String: HostTensor]) = ([:], [:])
    for parameter in plain.parameters { a[parameter.name] = fill(parameter.type, .uniform(0.1, 1), seed: 5) }
    a["step"] = HostTensor([], [0] as [Int32])
    b = a
    try run(plain, try device(1), &a)
    try run(averaged, try device(1), &b)
    for (name, tensor) in a { #expect(b[name] == tensor, "\(name)") }
    // Of decay 0 the average is the parameter.
    #expect(b["weight.average"] == a["weight"] && b["bias.average"] == a["bias"])
  }

  /// What is not finite is handled as PyTorch's clamp does: NaN stays, infinities become the bound.
  @Test(arguments: [0, 1, 2]) func boundsOfWhatIsNotFinite(_ deviceNumber: Int) throws {
    let text = """
      graph @f(parameter %w: f32[6], input %c: f32[6]) -> (loss: f32[]) {
        %0 = mul(%w, %c) : f32[6]
        %1 = reduce_sum(%0) {axes = [0]} : f32[]
        return %1
      }
      """
    let cleaning = deviceNumber == 0 ? [] : Pipeline.optimization(fuses: deviceNumber == 1)
    let graph = try Pipeline([.differentiate, .clipGradientValues(0.5)] + cleaning).run(GraphParser.parse(text))
    var values = [
      "w": HostTensor([6], [Float](repeating: 1, count: 6)), "c": HostTensor([6], [.nan, .infinity, -.infinity, 0.25, 0.5, -7] as [Float]),
    ]
    try run(graph, try device(deviceNumber), &values)
    let found = try #require(values["w.gradient"]).numbers
    #expect(found[0].isNaN && Array(found[1...]) == [0.5, -0.5, 0.25, 0.5, -0.5])
  }

  @Test func impossibleArguments() throws {
    let traced = try GraphParser.parse(AveragesAndBounds.text)
    let step = try Pipeline([.differentiate, .applyOptimizer(.sgd(SGDUpdate()))]).run(traced)
    func expect(_ number: Int, _ pass: Pass, _ graph: Graph) {
      let error = #expect(throws: MartletError.self) { try pass.run(graph) }
      #expect(error?.number == number, "\(String(describing: error))")
    }
    let gradients = try Pass.differentiate.run(traced)
    for bound in [0, -1, .nan, .infinity, 1e300] as [Double] { expect(512, .clipGradientValues(bound), gradients) }
    expect(501, .clipGradientValues(1), traced)
    for decay in [1, -0.1, .nan, .infinity] as [Double] { expect(513, .averageParameters(decay: decay), step) }
    expect(514, .averageParameters(decay: 0.9), gradients)
    // Averages twice: a name is there already.
    let averaged = try Pass.averageParameters(decay: 0.9).run(step)
    #expect(throws: MartletError.self) { try Pass.averageParameters(decay: 0.9).run(averaged) }
    #expect(
      Pass.averagedParameter(ofState: Pass.averageState(ofParameter: "a.b")) == "a.b" && Pass.averagedParameter(ofState: "a.b") == nil)
  }

  @Test func passesAreNamed() throws {
    #expect(try PassRegistry.pass(named: "clip-gradient-values=0.25").name == "clip-gradient-values")
    #expect(try PassRegistry.pass(named: "average-parameters").name == "average-parameters")
    #expect(throws: MartletError.self) { try PassRegistry.pass(named: "average-parameters=") }
    #expect(throws: MartletError.self) { try PassRegistry.pass(named: "clip-gradient-values=x") }
  }
}
