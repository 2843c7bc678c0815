import Foundation
import Martlet
import Testing

/// The Swift halves of docs/from-pytorch.md, run beside the Python halves in Tests/Fixtures/make_from_pytorch_fixtures.py.
@Suite struct FromPyTorch {
  struct Net: Layer {
    let hidden = Linear(4, 16)
    let out = Linear(16, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try out(hidden(x).tanh())
    }
  }

  private let batches: [([Float], [Int32])] = (0..<4).map { (numbers(128, step: $0), classes(32, 3, step: $0)) }
  private let x: [Float] = numbers(128, step: 0)
  private let y: [Int32] = classes(32, 3, step: 0)
  private let device = Result { try Device.cpu(threads: 2) }

  private func fresh() throws -> (net: Net, weights: Variables) {
    let net = Net()
    return (net, try Variables(net, seed: 0, on: device.get()))
  }

  private func train(_ step: TrainingStep, _ rate: Double) throws -> [Float] {
    try batches.map { x, y in try step(x, y, learningRate: rate) }
  }

  @Test func module() throws {
    let (net, weights) = try fresh()
    let function = try Function(weights, inputs: .f32(32, 4)) { try net($0) }
    try expect(function(x), "module/output")
    print(net.outline)
    #expect(net.outline == (try PyTorchNumbers.file.get().metadata("printed")))
  }

  @Test func sequential() throws {
    let net = Sequential {
      Linear(4, 16)
      ReLU()
      Linear(16, 3)
    }
    let weights = try Variables(net, seed: 0, on: device.get())
    try expect(Function(weights, inputs: .f32(32, 4)) { try net($0) }(x), "sequential/output")
  }

  @Test func parameters() throws {
    let (net, weights) = try fresh()
    for (name, tensor) in try weights.tensors() {
      print(name, tensor.shape)
    }
    let bias: [Float] = try weights.values("out.bias")
    try weights.set("out.bias", to: [0.5, 0.5, 0.5] as [Float])
    try expect(bias, "parameters/bias", within: 0)
    try expect(Function(weights, inputs: .f32(32, 4)) { try net($0) }(x), "parameters/output")
  }

  @Test func seed() throws {
    let net = Net()
    let weights = try Variables(net, seed: 7, on: .cpu())
    try expect(weights.values("hidden.weight"), "seed/hidden.weight", within: 0)
  }

  @Test func devices() throws {
    let net = Net()
    let weights = try Variables(net, on: .best())
    #expect(weights.names.count == 4)
    #expect(try Variables(net, on: .cpu(threads: 2)).tensors().map(\.tensor) == Variables(net, on: .interpreter).tensors().map(\.tensor))
  }

  @Test func training() throws {
    var losses: [Float] = []
    let net = Net()
    let weights = try Variables(net, seed: 0, on: .cpu())
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(32, 4), .i32(32)
    ) { x, y in try net(x).crossEntropy(y) }
    for (x, y) in batches {
      let loss = try step(x, y, learningRate: 1e-2)
      losses.append(loss)
    }
    try expect(losses, "training/losses")
  }

  @Test func groups() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(
      weights, .sgd(momentum: 0.9), inputs: .f32(32, 4), .i32(32),
      training: [
        ParameterGroup(net.hidden, rate: 0.1),
        ParameterGroup(
          net.out,
          optimizer: .sgd(momentum: 0.9, weightDecay: 0.1)),
      ]
    ) { x, y in try net(x).crossEntropy(y) }
    try expect(train(step, 0.1), "groups/losses")
  }

  @Test func freezing() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(32, 4), .i32(32),
      training: net.out
    ) { x, y in try net(x).crossEntropy(y) }
    try expect(train(step, 1e-2), "freezing/losses")
  }

  @Test func schedule() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(32, 4), .i32(32)) { x, y in try net(x).crossEntropy(y) }
    var losses: [Float] = []
    let schedule = LearningRateSchedule(.cosine)
    for (number, (x, y)) in batches.enumerated() {
      let factor = schedule.factor(
        step: number + 1, stepsPerEpoch: batches.count,
        total: batches.count)
      losses.append(try step(x, y, learningRate: 0.1 * factor))
    }
    try expect(losses, "schedule/losses")
  }

  @Test func modes() throws {
    let net = Sequential {
      Linear(4, 8)
      BatchNorm1D(8)
      Linear(8, 3)
    }
    let weights = try Variables(net, seed: 0, on: .cpu())
    let step = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32)
    ) { x, y in try net(x).crossEntropy(y) }
    let predict = try Function(weights, inputs: .f32(32, 4)) { x in
      try net(x)
    }
    let loss = try step(x, y, learningRate: 0.1)
    let logits: [Float] = try predict(x)
    try expect([loss], "modes/loss")
    try expect(logits, "modes/output")
  }

  @Test func inference() throws {
    let (net, weights) = try fresh()
    let classify = try Function(weights, inputs: .f32(32, 4)) { x in
      try net(x).softmax(axis: 1)
    }
    let probabilities: [Float] = try classify(x)
    try expect(probabilities, "inference/probabilities")
  }

  @Test func batchSizes() throws {
    let (net, weights) = try fresh()
    let function = try Function(weights, inputs: .f32(32, 4)) { try net($0) }
    let first: [Float] = try function(Array(x.prefix(4 * 4)))
    try expect(first, "batch_sizes/output")
  }

  @Test func clipping() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32),
      options: .init(gradientNorm: 0.1)
    ) { x, y in try net(x).crossEntropy(y) }
    try expect(train(step, 0.5), "clipping/losses")
  }

  @Test func accumulation() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32),
      options: .init(accumulating: 4)
    ) { x, y in try net(x).crossEntropy(y) }
    try expect(train(step, 0.5), "accumulation/losses")
  }

  @Test func losses() throws {
    let (net, weights) = try fresh()
    let smoothed = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32)
    ) { x, y in
      try net(x).crossEntropy(y, labelSmoothing: 0.1)
    }
    // A rate of 0 changes nothing.
    try expect([smoothed(x, y, learningRate: 0)], "losses/smoothed")
  }

  @Test func gradients() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(32, 4), .i32(32)) { x, y in try net(x).crossEntropy(y) }
    let gradients = try step.gradients(x, y)
    let gradient = gradients["out.weight"]
    try expect(gradient?.elements() ?? [], "gradients/out.weight")
  }

  @Test func files() throws {
    let (net, weights) = try fresh()
    try TemporaryFile.using { path in
      try weights.save(path)
      try weights.load(path)
      // A file that PyTorch wrote.
      try weights.load(PyTorchNumbers.path("from-pytorch-net.safetensors"))
      try expect(Function(weights, inputs: .f32(32, 4)) { try net($0) }(x), "files/output")
    }
  }

  @Test func optimizerState() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(weights, .adam(), inputs: .f32(32, 4), .i32(32)) { x, y in try net(x).crossEntropy(y) }
    try expect(train(step, 1e-2), "state/losses")
    try TemporaryFile.using { path in
      try step.save(path)

      try step.load(path)
      let saved = try Safetensors.read(path)
      try expect(saved["out.bias.exp_avg"]?.elements() ?? [], "state/out.bias.exp_avg")
      try expect(saved["out.bias.exp_avg_sq"]?.elements() ?? [], "state/out.bias.exp_avg_sq")
    }
    try expect(train(step, 1e-2), "state/losses after")
  }

  struct Scale: Layer {
    let scale = Parameter([4], .constant(0.5))

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try x * x.parameter(scale)
    }
  }

  @Test func customLayer() throws {
    let net = Sequential {
      Scale()
      Linear(4, 3)
    }
    let weights = try Variables(net, seed: 0, on: device.get())
    #expect(weights.names == ["0.scale", "1.weight", "1.bias"])
    try expect(Function(weights, inputs: .f32(32, 4)) { try net($0) }(x), "layer/output")
    let step = try TrainingStep(weights, inputs: .f32(32, 4), .i32(32)) { x, y in try net(x).crossEntropy(y) }
    try expect(step.gradients(x, y)["0.scale"]?.elements() ?? [], "layer/0.scale")
  }

  struct Cube: UnaryPointwise {
    static let mnemonic = "cube"
    static var samples: [OperationSample] {
      samples(.uniform(-2, 2))
    }
    func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { x * x * x }
    func element(_ x: Element) -> Element { x * x * x }
    func adjoint(
      _ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value
    ) throws -> Value? {
      let square = try builder.multiply(x, x)
      let slope = try builder.multiply(
        builder.constant(3, like: x), square)
      return try builder.multiply(adjoint, slope)
    }
    var differentiability: Differentiability { .differentiable }
    var operationsPerElement: Int { 2 }
  }

  @Test func customOperation() throws {
    let layer = Linear(4, 3)
    let weights = try Variables(layer, seed: 0, on: device.get())
    let step = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4)
    ) { x in
      try layer(x).applying(Cube()).mean(axes: [0, 1])
    }
    try expect(step.gradients(x)["weight"]?.elements() ?? [], "operation/weight")
    try expect([step(x, learningRate: 0)], "operation/loss")
  }

  @Test func activations() throws {
    let (net, weights) = try fresh()
    let function = try Function(weights, inputs: .f32(32, 4)) { x in
      let hidden = try net.hidden(x).watched("hidden")
      return try net.out(hidden.tanh())
    }
    let values = try function.values(x)
    let hidden = values["hidden"]
    try expect(hidden?.elements() ?? [], "activations/hidden")
  }

  @Test func shapes() throws {
    let function = try Function(Variables(on: device.get()), inputs: .f32(2, 3, 4)) { x in
      let y = try x.reshaped([x.shape[0], 12])
      let z = try x.transposed([0, 2, 1])
      let both = try x.concatenated([x * 2], axis: 1)
      let part = try x.slice(
        starts: [0, 1, 0], limits: [x.shape[0], 3, 4],
        strides: [1, 1, 2])
      let total = try x.sum(axes: [2])
      return NamedTensors(["y": y, "z": z, "both": both, "part": part, "total": total])
    }
    let values = try function.values(Array(numbers(24, step: 0)))
    for name in ["y", "z", "both", "part", "total"] { try expect(values[name]?.elements() ?? [], "shapes/\(name)") }
    #expect(values["z"]?.shape == [2, 4, 3] && values["part"]?.shape == [2, 2, 2])
  }

  @Test func accuracy() throws {
    let (net, weights) = try fresh()
    let accuracy = try Function(
      weights, inputs: .f32(32, 4), .i32(32)
    ) { x, y in try net(x).accuracy(y) }
    let share = try accuracy.values(x, y).number("result")
    try expect([Float(#require(share))], "accuracy/accuracy")
  }

  @Test func choosing() throws {
    let function = try Function(Variables(on: device.get()), inputs: .f32(32, 4)) { x in
      let y = try x.isGreater(than: 0).choosing(x, else: 0.1 * x)
      return y
    }
    try expect(function(x), "choosing/output")
  }

  @Test func anomalies() throws {
    let (net, weights) = try fresh()
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(32, 4), .i32(32)) { x, y in try net(x).crossEntropy(y) }
    // Sixteen such terms overflow.
    try weights.set("out.weight", to: [Float](repeating: 3e38, count: 48))
    let before = try weights.tensors().map(\.tensor)
    var message = ""
    do {
      try step(x, y, learningRate: 0.1)
    } catch let error as MartletError {
      message = "\(error)"
    }
    #expect(message.contains("the first operation whose result is not finite") && message.contains("of layer out"), "\(message)")
    #expect(try weights.tensors().map(\.tensor) == before && step.number == 0)
    let going = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32),
      options: .init(nonFinite: .ignore)
    ) { x, y in try net(x).crossEntropy(y) }
    #expect(try !going(x, y, learningRate: 0).isFinite)
  }

  // MARK: The page

  /// A page, and the files of Tests/LibraryTests and Tests/Fixtures that its blocks of code stand in.
  struct Page: CustomTestStringConvertible, Sendable {
    let name: String
    let suites: [String]
    let blocks: Int
    var testDescription: String { "docs/\(name).md" }
  }

  static let pages = [
    Page(name: "from-pytorch", suites: ["FromPyTorch", "FromPyTorchData", "FromPyTorchLosses"], blocks: 40),
    Page(name: "from-pytorch-sequences", suites: ["FromPyTorchSequences", "FromPyTorchAttention"], blocks: 50),
    Page(name: "from-pytorch-functions", suites: ["FromPyTorchImages", "FromPyTorchFunctions"], blocks: 40),
  ]

  /// Every block of code of a page stands, line by line, in its suites or in its Python script.
  @Test(arguments: pages) func pageIsThisCode(_ listed: Page) throws {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.map(String.init)
    }
    func text(_ path: String) throws -> String { try String(contentsOfFile: "/\(tests)/\(path)", encoding: .utf8) }
    let sources = [
      "swift": lines(try listed.suites.map { try text("LibraryTests/\($0).swift") }.joined()),
      "python": lines(try text("Fixtures/make_\(listed.name.replacing("-", with: "_"))_fixtures.py")),
    ]
    var blocks = 0
    var page = try text("../docs/\(listed.name).md")[...]
    while let fence = page.firstRange(of: /```(swift|python)\n/) {
      let language = String(page[fence].dropFirst(3).dropLast())
      let rest = page[fence.upperBound...]
      let end = try #require(rest.firstRange(of: "```"))
      let block = lines(String(rest[..<end.lowerBound]))
      let source = try #require(sources[language])
      let isThere = source.indices.contains { source[$0...].starts(with: block) }
      #expect(isThere, "docs/\(listed.name).md: this \(language) is not what the tests run:\n\(block.joined(separator: "\n"))")
      blocks += 1
      page = rest[end.upperBound...]
    }
    #expect(blocks >= listed.blocks)
  }

  private func expect(
    _ found: [Float], _ name: String, within tolerance: Float = 1e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    try PyTorchNumbers.expect(found, name, within: tolerance, sourceLocation: sourceLocation)
  }
}

/// What PyTorch computed.
enum PyTorchNumbers {
  static let file = Result { try Safetensors.read(path("from-pytorch.safetensors")) }

  static func path(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/\(name)"
  }

  /// Compares with what PyTorch computed, relative to the largest magnitude.
  static func expect(
    _ found: [Float], _ name: String, within tolerance: Float = 1e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let expected: [Float] = try #require(try file.get()[name]?.elements(), "\(name)", sourceLocation: sourceLocation)
    #expect(found.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    let size = expected.map(abs).max() ?? 0
    let distance = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(distance <= tolerance * size, "\(name): \(distance) away, of \(size)", sourceLocation: sourceLocation)
  }
}

private enum TemporaryFile {
  /// Calls the body with the path of a file that is removed afterwards.
  static func using(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = "\(folder)/martlet-from-pytorch-\(UInt64.random(in: 0 ... .max)).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }
}
