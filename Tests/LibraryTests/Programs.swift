import Martlet
import Testing

/// Programs that a user writes, each beside the same program in PyTorch.
@Suite struct Programs {
  struct Regression: Layer {
    let hidden = Linear(4, 16)
    let out = Linear(16, 1)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(x).tanh()) }
  }

  @Test func regressionOnFloats() throws {
    let net = Regression()
    let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, .adam(), inputs: .f32(32, 4), .f32(32, 1)) { x, y in try net(x).meanSquaredError(y) }
    let expectation = Expectation(program: "regression")
    try expectation.expectGradients(step.gradients(numbers(128, step: 0), numbers(32, step: 0, stream: 1)))
    let losses = try (0..<5).map { try step(numbers(128, step: $0), numbers(32, step: $0, stream: 1), learningRate: 1e-2) }
    try expectation.expectLosses(losses)
    // Another number of samples.
    let predict = try Function(weights, inputs: .f32(1, 4)) { try net($0) }
    let predicted: [Float] = try predict(numbers(28, step: 9))
    try expectation.expect(predicted.map(Double.init), "prediction", within: 1e-5)
    #expect(try predict(HostTensor([7, 4], elements: numbers(28, step: 9))).shape == [7, 1])
  }

  struct Autoencoder: Layer {
    let encoder = Sequential {
      Linear(12, 6); ReLU(); Linear(6, 3)
    }
    let decoder = Sequential {
      Linear(3, 6); ReLU(); Linear(6, 12); Sigmoid()
    }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try decoder(encoder(x)) }
  }

  /// The loss reads the input again.
  @Test func autoencoder() throws {
    let net = Autoencoder()
    let weights = try Variables(net, seed: 1, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, .rmsprop(), inputs: .f32(20, 12)) { x in try net(x).meanSquaredError(x) }
    func images(_ step: Int) -> [Float] { numbers(240, step: step).map { ($0 + 1) / 2 } }
    let expectation = Expectation(program: "autoencoder")
    try expectation.expectGradients(step.gradients(images(0)))
    try expectation.expectLosses((0..<5).map { try step(images($0), learningRate: 1e-3) })
    let encode = try Function(weights, inputs: .f32(20, 12)) { try net.encoder($0) }
    try expectation.expect(encode(images(3)).numbers, "code", within: 1e-5)
  }

  struct LeakyReLU: Layer {
    func callAsFunction(_ x: Tensor) throws -> Tensor { try x.maximum(x * 0.2) }
  }

  /// Two steps over the variables of both networks; each trains one of them.
  @Test func generatorAndCritic() throws {
    let generator = Sequential {
      Linear(3, 8); ReLU(); Linear(8, 5)
    }
    let critic = Sequential {
      Linear(5, 8); LeakyReLU(); Linear(8, 1)
    }
    let weights = try Variables(["generator": generator, "critic": critic], seed: 2, on: .cpu(threads: 2))
    let ones = try HostTensor([16, 1], elements: [Float](repeating: 1, count: 16))
    let zeros = try HostTensor([16, 1], elements: [Float](repeating: 0, count: 16))
    let criticStep = try TrainingStep(weights, .adam(beta1: 0.5), inputs: .f32(16, 3), .f32(16, 5), training: critic) { noise, real in
      let (onReal, onFake) = (try critic(real), try critic(generator(noise)))
      return try onReal.binaryCrossEntropy(onReal.constant(ones)) + onFake.binaryCrossEntropy(onFake.constant(zeros))
    }
    let generatorStep = try TrainingStep(weights, .adam(beta1: 0.5), inputs: .f32(16, 3), training: generator) { noise in
      let judged = try critic(generator(noise))
      return try judged.binaryCrossEntropy(judged.constant(ones))
    }
    var (ofCritic, ofGenerator): ([Float], [Float]) = ([], [])
    for step in 0..<5 {
      let (noise, real) = (numbers(48, step: step), numbers(80, step: step, stream: 2))
      if step == 0 {
        try Expectation(program: "critic").expectGradients(criticStep.gradients(noise, real).withoutPrefix("critic."))
      }
      ofCritic.append(try criticStep(noise, real, learningRate: 1e-3))
      if step == 0 { try Expectation(program: "generator").expectGradients(generatorStep.gradients(noise).withoutPrefix("generator.")) }
      ofGenerator.append(try generatorStep(noise, learningRate: 2e-3))
    }
    try Expectation(program: "critic").expectLosses(ofCritic)
    try Expectation(program: "generator").expectLosses(ofGenerator)
  }

  struct Classifier: Layer {
    let features = Sequential {
      Linear(10, 24, bias: false); BatchNorm1D(24)
    }
    let head = Linear(24, 37)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try head(features(x).silu()) }
  }

  /// Thirty-seven classes: a frozen part, then two groups with rates and decays of their own.
  @Test func frozenPartsAndGroups() throws {
    let net = Classifier()
    let weights = try Variables(net, seed: 3, on: .cpu(threads: 2))
    let frozen = try weights["features.0.weight"]
    let head = try TrainingStep(weights, .sgd(momentum: 0.9), inputs: .f32(40, 10), .i32(40), training: net.head) { x, labels in
      try net(x).crossEntropy(labels)
    }
    func batch(_ step: Int) -> ([Float], [Int32]) { (numbers(400, step: step), classes(40, 37, step: step)) }
    let ofHead = Expectation(program: "frozen")
    try ofHead.expectGradients(head.gradients(batch(0).0, batch(0).1))
    try ofHead.expectLosses((0..<3).map { try head(batch($0).0, batch($0).1, learningRate: 0.1) })
    #expect(try weights["features.0.weight"] == frozen)
    // Statistics are renewed where parameters are frozen.
    try ofHead.expect(weights["features.1.running_mean"].numbers, "features.1.running_mean", within: 1e-5)

    let step = try TrainingStep(
      weights, .adamW(), inputs: .f32(40, 10), .i32(40),
      training: [ParameterGroup(net.features, rate: 0.1, optimizer: .adamW(weightDecay: 0.1)), ParameterGroup(net.head)],
      options: .init(gradientNorm: 0.5)
    ) { x, labels in try net(x).crossEntropy(labels) }
    let groups = Expectation(program: "groups")
    try groups.expectLosses((0..<4).map { try step(batch($0).0, batch($0).1, learningRate: 1e-2) })
    let classify = try Function(weights, inputs: .f32(5, 10)) { try net($0).softmax(axis: 1) }
    try groups.expect(classify(numbers(50, step: 7)).numbers, "probabilities", within: 1e-5)
  }

  /// A layer with a parameter of its own.
  struct Scale: PrimitiveLayer {
    let features: Int
    let identity = LayerIdentity(#fileID, #line)
    var summary: String { "Scale(\(features))" }
    var parameters: [ParameterSpecification] { [ParameterSpecification("scale", [features], .constant(0.5))] }
    func callAsFunction(_ input: Tensor) throws -> Tensor {
      try input.applying(self) { try $0 * $0.parameter("scale", of: self) }
    }
  }

  /// `x tanh(softplus(x))` [torch.nn.Mish]: an operation of its own, with its derivative.
  struct Mish: UnaryPointwise {
    static let mnemonic = "mish"
    static var samples: [OperationSample] { samples(.uniform(-4, 4)) }
    func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar {
      x * Scalar.apply(.tanh, Scalar.apply(.log, 1 + Scalar.apply(.exp, x)))
    }
    func element(_ x: Element) -> Element { x * .unary(.tanh, .unary(.log, x.constant(1) + .unary(.exp, x))) }
    func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
      let squashed = try builder.hyperbolicTangent(builder.softplus(x))
      let slope = try builder.multiply(
        builder.multiply(x, builder.sigmoid(x)),
        builder.subtract(builder.constant(1, like: x), builder.multiply(squashed, squashed)))
      return try builder.multiply(adjoint, builder.add(squashed, slope))
    }
    var differentiability: Differentiability { .differentiable }
    var operationsPerElement: Int { 40 }
  }

  struct Scaled: Layer {
    let first = Linear(6, 6)
    let scale = Scale(features: 6)
    let last = Linear(6, 2)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try last(scale(first(x)).applying(Mish())) }
  }

  @Test func ownLayerAndOperation() throws {
    let net = Scaled()
    let weights = try Variables(net, seed: 4, on: .cpu(threads: 2))
    #expect(weights.names == ["first.weight", "first.bias", "scale.scale", "last.weight", "last.bias"])
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(9, 6), .f32(9, 2)) { x, y in try net(x).meanSquaredError(y) }
    let expectation = Expectation(program: "own")
    let gradients = try step.gradients(numbers(54, step: 0), numbers(18, step: 0, stream: 1))
    // PyTorch's module holds the scale itself.
    try expectation.expectGradients(
      Dictionary(uniqueKeysWithValues: gradients.map { ($0 == "scale.scale" ? "scale" : $0, $1) }))
    try expectation.expectLosses((0..<5).map { try step(numbers(54, step: $0), numbers(18, step: $0, stream: 1), learningRate: 0.05) })
  }
}

/// What a program adds of its own beside layers: parameters of the model, an optimizer, an operation that text names.
@Suite struct OwnParts {
  struct Positioned: Layer {
    let positions = Parameter([5, 8], .normal(0.02))
    let mix = Linear(8, 3)
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let shifted = try x + x.parameter(positions)
      return try mix(shifted.reshaped([x.shape[0] * x.shape[1], x.shape[2]]))
    }
  }

  /// Source: X. Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.
  struct Lion: TensorOptimizer {
    let stateNames = ["exp_avg"]
    func update(_ step: OptimizerStep) throws -> OptimizerUpdate {
      let average = step.states[0]
      let direction = try (average * 0.9 + step.gradient * 0.1).sign()
      return OptimizerUpdate(
        parameter: try step.parameter - direction * step.learningRate, states: [try average * 0.99 + step.gradient * 0.01])
    }
  }

  @Test func parametersOfTheModelAndAnOptimizer() throws {
    let net = Positioned()
    let weights = try Variables(net, seed: 5, on: .cpu(threads: 2))
    #expect(weights.names == ["positions", "mix.weight", "mix.bias"])
    let expectation = Expectation(program: "lion")
    try expectation.expect(weights["positions"].numbers, "positions", within: 1e-6)
    let step = try TrainingStep(weights, Lion(), inputs: .f32(4, 5, 8), .i32(20).withoutBatch) { x, labels in
      let output = try net(x)
      return StepResult(loss: try output.crossEntropy(labels), ["accuracy": try output.accuracy(labels)])
    }
    try expectation.expectGradients(step.gradients(numbers(160, step: 0), classes(20, 3, step: 0)))
    var losses: [Float] = []
    for number in 0..<5 {
      let values = try step.values(numbers(160, step: number), classes(20, 3, step: number), learningRate: 1e-3)
      losses.append(Float(try #require(values.number("loss"))))
      if number == 0 { try expectation.expect([#require(values.number("accuracy"))], "accuracy", within: 1e-6) }
    }
    try expectation.expectLosses(losses)
    #expect(try step.optimizerState().map(\.name).contains("positions.exp_avg"))
  }

  /// An optimizer that forgets a state is an error that names it.
  struct Forgetful: TensorOptimizer {
    let stateNames = ["average"]
    func update(_ step: OptimizerStep) throws -> OptimizerUpdate { OptimizerUpdate(parameter: step.parameter) }
  }

  @Test func updatesAreChecked() throws {
    let net = Positioned()
    let weights = try Variables(net, on: .interpreter)
    do {
      _ = try TrainingStep(weights, Forgetful(), inputs: .f32(4, 5, 8)) { try net($0).mean(axes: [0, 1]) }
      Issue.record("nothing was thrown")
    } catch let error as MartletError {
      #expect(error.number == 409 && error.message.contains("Forgetful must give a parameter and 1 states"))
    }
  }

  @Test func comparisons() throws {
    let function = try Function(Variables(on: .interpreter), inputs: .f32(4), .f32(4)) { x, y in
      try NamedTensors([
        "larger": x.isGreater(than: y).choosing(x, else: y), "equal": x.isEqual(to: y).converted(to: .f32),
        "less": x.isLess(than: 1.5).converted(to: .f32),
      ])
    }
    let values = try function.values([1, 2, 3, .nan] as [Float], [1, 5, -1, 0] as [Float])
    #expect(values["larger"]?.numbers == [1, 5, 3, 0])
    #expect(values["equal"]?.numbers == [1, 0, 0, 0])
    #expect(values["less"]?.numbers == [1, 0, 0, 0])
  }

  @Test func operationsInText() throws {
    try OperationRegistry.add([Programs.Mish.self])
    try OperationRegistry.add([Programs.Mish.self])
    let text = "graph @f(input %x: f32[3]) -> (y: f32[3]) {\n  %0 = mish(%x) : f32[3]\n  return %0\n}"
    let graph = try GraphParser.parse(text)
    let found = try graph.evaluate([HostTensor([3], elements: [-1, 0, 2] as [Float])])[0].numbers
    #expect(zip(found, [-0.303401, 0, 1.943959]).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(try GraphParser.parse(graph.description).description == graph.description)
  }
}

extension [String: HostTensor] {
  func withoutPrefix(_ prefix: String) -> [String: HostTensor] {
    Dictionary(uniqueKeysWithValues: map { (String($0.dropFirst(prefix.count)), $1) })
  }
}
