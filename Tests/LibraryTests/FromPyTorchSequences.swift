import Martlet
import Testing

/// Recurrent nets, loops, losses and measures of tokens: the Swift halves of docs/from-pytorch-sequences.md, beside the Python halves in
/// Tests/Fixtures/make_from_pytorch_sequences_fixtures.py. FromPyTorchAttention.swift has the rest of the page.
@Suite struct FromPyTorchSequences {
  private let pyTorch = PyTorchIdioms.sequences
  private let tokens: HostTensor
  private let following: HostTensor
  /// `[N, T, features]`.
  private let features: HostTensor
  private let labels: HostTensor
  private let lengths: [Int32] = [6, 3, 1, 4]
  /// Tokens that are 0 behind the lengths.
  private let padded: HostTensor

  init() throws {
    tokens = try PyTorchIdioms.classes([4, 6], 12)
    following = try PyTorchIdioms.classes([4, 6], 12, step: 1)
    features = try PyTorchIdioms.numbers([4, 6, 8])
    labels = try PyTorchIdioms.classes([4], 3)
    let (given, lengths) = (classes(24, 10, step: 0), lengths)
    padded = try HostTensor([4, 6], elements: (0..<24).map { Int32($0 % 6) < lengths[$0 / 6] ? given[$0] + 1 : 0 })
  }

  struct CharLSTM: Layer {
    let embedding = Embedding(12, 8)
    let lstm = LSTM(8, 8)
    let out = Linear(8, 12)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try out(lstm(embedding(x)))
    }
  }

  @Test func charLSTM() throws {
    let (net, weights) = try PyTorchIdioms.fresh(CharLSTM())
    let step = try TrainingStep(
      weights, .adam(), inputs: .i32(4, 6), .i32(4, 6)
    ) { x, y in
      try net(x).reshaped([x.shape.elementCount, 12])
        .crossEntropy(y.flatten(from: 0))
    }
    let function = try Function(weights, inputs: .i32(4, 6)) { x in try net(x) }
    try pyTorch.expect(function(tokens), "char_lstm/logits")
    try pyTorch.expect(loss: step(tokens, following, learningRate: 0), step.gradients(tokens, following), of: "char_lstm")
  }

  struct Classifier: Layer {
    let lstm = LSTM(8, 6, layers: 2)
    let out = Linear(6, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let (_, h, _) = try lstm.states(x)
      let n = x.shape[0]
      let last = try h.slice(starts: [-1, 0, 0], limits: [2, n, 6])
      return try out(last.reshaped([n, 6]))
    }
  }

  @Test func lastState() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Classifier())
    try compare(net, weights, features, labels, "last_state", "logits")
  }

  struct BothWays: Layer {
    let gru = GRU(8, 4, layers: 2, isBidirectional: true)
    let out = Linear(8, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let (output, _) = try gru.states(x)
      return try out(output).mean(axes: [1])
    }
  }

  @Test func bothWays() throws {
    let (net, weights) = try PyTorchIdioms.fresh(BothWays())
    try compare(net, weights, features, labels, "both_ways", "logits")
    let states = try Function(weights, inputs: .f32(4, 6, 8)) { x in try net.gru.states(x).hidden }
    try pyTorch.expect(states(features), "both_ways/states")
  }

  struct Cell: Layer {
    let input = Linear(8, 6)
    let hidden = Linear(6, 6)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let zeros = try HostTensor(
        TensorType(.f32, [x.shape[0], 6]), repeating: 0)
      let loop = try x.transposed([1, 0, 2]).scan(
        [x.constant(zeros)]
      ) { carried, x in
        let h = try (input(x) + hidden(carried[0])).tanh()
        return ScanStep(carried: [h], stacked: [h])
      }
      return try loop.stacked[0].transposed([1, 0, 2])
    }
  }

  @Test func loop() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Cell())
    let step = try TrainingStep(weights, inputs: .f32(4, 6, 8), .f32(4, 6, 6)) { x, y in try net(x).meanSquaredError(y) }
    let target = try PyTorchIdioms.numbers([4, 6, 6], stream: 1)
    let function = try Function(weights, inputs: .f32(4, 6, 8)) { x in try net(x) }
    try pyTorch.expect(function(features), "loop/states")
    try pyTorch.expect(loss: step(features, target, learningRate: 0), step.gradients(features, target), of: "loop")
  }

  @Test func windowsInTurn() throws {
    let (net, weights) = try PyTorchIdioms.fresh(CharLSTM())
    let windows = try (0..<3).map { step in
      (try PyTorchIdioms.classes([4, 6], 12, step: step), try PyTorchIdioms.classes([4, 6], 12, step: step + 1))
    }
    var losses: [Double] = []
    let step = try TrainingStep(
      weights, .adam(),
      inputs: [
        .i32(4, 6), .i32(4, 6),
        .f32(1, 4, 8).withoutBatch, .f32(1, 4, 8).withoutBatch,
      ]
    ) { inputs in
      let (output, hidden, cell) = try net.lstm.states(
        net.embedding(inputs[0]), from: (inputs[2], inputs[3]))
      let logits = try net.out(output).transposed([0, 2, 1])
      return StepResult(
        loss: try logits.crossEntropy(inputs[1]),
        ["hidden": hidden, "cell": cell])
    }
    var state = try Array(
      repeating: HostTensor(
        TensorType(.f32, [1, 4, 8]), repeating: 0), count: 2)
    for (x, y) in windows {
      let results = try step.values(
        x, y, state[0], state[1], learningRate: 1e-2)
      state = ["hidden", "cell"].compactMap { results[$0] }
      losses.append(results.number("loss") ?? .nan)
    }
    try pyTorch.expect(numbers: losses, "windows/losses")
    try pyTorch.expect(state[1], "windows/cell")
  }

  struct Translator: Layer {
    let source = Embedding(12, 8)
    let target = Embedding(10, 8)
    let encoder = GRU(8, 8)
    let decoder = GRU(8, 8)
    let out = Linear(8, 10)

    /// The state after the sentence.
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try encoder.states(source(x)).hidden
    }

    func decode(
      _ y: Tensor, from h: Tensor
    ) throws -> (logits: Tensor, h: Tensor) {
      let (output, h) = try decoder.states(target(y), from: h)
      return (try out(output), h)
    }
  }

  @Test func teacherForcing() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Translator())
    func logits(_ x: Tensor, _ y: Tensor) throws -> Tensor {
      // A zero before, and the last token left out.
      let shifted = try y.padded(low: [0, 1], high: [0, 0])
        .slice(starts: [0, 0], limits: [y.shape[0], -1])
      return try net.decode(shifted, from: net(x)).logits
    }
    let y = try PyTorchIdioms.classes([4, 5], 10)
    let function = try Function(weights, inputs: .i32(4, 6), .i32(4, 5)) { x, y in try logits(x, y) }
    let step = try TrainingStep(weights, inputs: .i32(4, 6), .i32(4, 5)) { x, y in
      try logits(x, y).transposed([0, 2, 1]).crossEntropy(y)
    }
    try pyTorch.expect(function(tokens, y), "teacher/logits")
    try pyTorch.expect(loss: step(tokens, y, learningRate: 0), step.gradients(tokens, y), of: "teacher")
  }

  @Test func greedy() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Translator())
    let x = tokens
    var decoded: [Int32] = []
    let encode = try Function(weights, inputs: .i32(4, 6)) { x in
      try net(x)
    }
    let decode = try Function(
      weights, inputs: .i32(4, 1), .f32(1, 4, 8).withoutBatch
    ) { token, h in
      let (logits, h) = try net.decode(token, from: h)
      return NamedTensors([
        "token": try logits.argumentOfMaximum(axis: 2), "h": h,
      ])
    }
    var h: HostTensor = try encode(x)
    var token = try HostTensor(
      TensorType(.i32, [4, 1]), repeating: 0)
    for _ in 0..<5 {
      let results = try decode.values(token, h)
      guard let next = results["token"], let state = results["h"]
      else { break }
      (token, h) = (next, state)
      decoded += token.elements() ?? []
    }
    try pyTorch.expect(numbers: decoded.map(Double.init), "greedy/tokens", within: 0)
    try pyTorch.expect(h, "greedy/state")
  }

  /// The same tokens from one call: the state and the token are carried values.
  @Test func greedyInOneCall() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Translator())
    let decode = try Function(weights, inputs: .i32(4, 6)) { x in
      let token = try x.constant(HostTensor(TensorType(.i32, [x.shape[0], 1]), repeating: 0))
      let steps = try x.constant(HostTensor(TensorType(.i32, [5]), repeating: 0))
      let loop = try steps.scan([net(x), token]) { carried, _ in
        let (logits, h) = try net.decode(carried[1], from: carried[0])
        let next = try logits.argumentOfMaximum(axis: 2)
        return ScanStep(carried: [h, next], stacked: [next])
      }
      return try loop.stacked[0].reshaped([5 * x.shape[0], 1])
    }
    try pyTorch.expect(decode(tokens), "greedy/tokens", within: 0)
  }

  @Test func temperature() throws {
    let (net, weights) = try PyTorchIdioms.fresh(CharLSTM())
    let text: [Int32] = [3, 1, 4, 1, 5, 9]
    let predict = try Function(weights, inputs: .i32(1, 6)) { x in
      let last = try net(x).slice(
        starts: [0, -1, 0], limits: [x.shape[0], 6, 12])
      return try (last / 0.8).softmax(axis: 2)
    }
    let probabilities: [Float] = try predict(text)
    var rest = Float.random(in: 0..<1)
    let token = probabilities.firstIndex { probability in
      rest -= probability
      return rest < 0
    }
    try pyTorch.expect(numbers: probabilities, "temperature/probabilities")
    let logits: [Float] = try Function(weights, inputs: .i32(1, 6)) { x in try net(x) }(text)
    try pyTorch.expect(numbers: logits.suffix(12).map { $0 }, "temperature/logits")
    // The sum may be a rounding below 1.
    #expect(token.map { $0 < 12 } ?? (rest < 1e-5))
  }

  struct Tied: Layer {
    let embedding = Embedding(12, 8)
    let gru = GRU(8, 8)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try embedding.scores(gru(embedding(x)))
    }
  }

  @Test func tied() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Tied())
    try compare(net, weights, tokens, following, "tied", "logits")
  }

  struct Padded: Layer {
    let embedding = Embedding(12, 8)
    let gru = GRU(8, 8)
    let out = Linear(8, 12)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let isToken = try x.isGreater(than: 0).converted(to: .f32)
      let states = try gru(
        embedding(x) * isToken.reshaped([x.shape[0], 6, 1]))
      return try out(states)
    }
  }

  @Test func ignored() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Padded())
    let step = try TrainingStep(
      weights, .adam(), inputs: .i32(4, 6), .i32(4, 6)
    ) { x, y in
      try net(x).transposed([0, 2, 1])
        .crossEntropy(y, ignoreIndex: 0)
    }
    let x = try #require(padded.elements(as: Int32.self))
    let y = (0..<24).map { (place: Int) -> Int32 in place % 6 == 5 ? 0 : x[place + 1] }
    let function = try Function(weights, inputs: .i32(4, 6)) { x in try net(x) }
    try pyTorch.expect(function(x), "ignored/logits")
    try pyTorch.expect(loss: step(x, y, learningRate: 0), step.gradients(x, y), of: "ignored")
  }

  @Test func meanOfTokens() throws {
    let (embedding, out) = (Embedding(12, 8), Linear(8, 3))
    let weights = try Variables(["embedding": embedding, "out": out], seed: 0, on: .cpu(threads: 2))
    func logits(_ x: Tensor, _ lengths: Tensor) throws -> Tensor {
      let n = x.shape[0]
      let places = try x.constant(
        HostTensor([6], elements: [Int32](0..<6)))
      let mask = try places.isLess(than: lengths.reshaped([n, 1]))
        .converted(to: .f32).reshaped([n, 6, 1])
      let count = try lengths.converted(to: .f32).reshaped([n, 1])
      let states = try embedding(x) * mask
      return try out(states.sum(axes: [1]) / count)
    }
    let function = try Function(weights, inputs: .i32(4, 6), .i32(4)) { x, lengths in try logits(x, lengths) }
    let step = try TrainingStep(weights, inputs: .i32(4, 6), .i32(4), .i32(4)) { try logits($0, $1).crossEntropy($2) }
    try pyTorch.expect(function(padded, lengths), "mean/logits")
    try pyTorch.expect(loss: step(padded, lengths, labels, learningRate: 0), step.gradients(padded, lengths, labels), of: "mean")
  }

  @Test func lastOfPadded() throws {
    let (lstm, out) = (LSTM(8, 6), Linear(6, 3))
    let weights = try Variables(["lstm": lstm, "out": out], seed: 0, on: .cpu(threads: 2))
    func logits(_ x: Tensor, _ lengths: Tensor) throws -> Tensor {
      let isLast = try (lengths - 1).oneHot(classes: 6)
        .reshaped([x.shape[0], 6, 1])
      return try out((lstm(x) * isLast).sum(axes: [1]))
    }
    let function = try Function(weights, inputs: .f32(4, 6, 8), .i32(4)) { x, lengths in try logits(x, lengths) }
    let step = try TrainingStep(weights, inputs: .f32(4, 6, 8), .i32(4), .i32(4)) { try logits($0, $1).crossEntropy($2) }
    try pyTorch.expect(function(features, lengths), "packed/logits")
    try pyTorch.expect(loss: step(features, lengths, labels, learningRate: 0), step.gradients(features, lengths, labels), of: "packed")
  }

  @Test func weightedTokens() throws {
    let (net, weights) = try PyTorchIdioms.fresh(CharLSTM())
    var classWeights = [Double](repeating: 1, count: 12)
    classWeights[3] = 0.25
    let step = try TrainingStep(weights, inputs: .i32(4, 6), .i32(4, 6)) { [classWeights] x, y in
      try net(x).transposed([0, 2, 1]).crossEntropy(
        y, classWeights: classWeights, labelSmoothing: 0.1)
    }
    try pyTorch.expect(loss: step(tokens, following, learningRate: 0), step.gradients(tokens, following), of: "weighted")
  }

  @Test func tokenAccuracy() throws {
    let (net, weights) = try PyTorchIdioms.fresh(CharLSTM())
    var bias: [Float] = try weights.values("out.bias")
    bias[4] = 0.5
    try weights.set("out.bias", to: bias)
    let accuracy = try Function(
      weights, inputs: .i32(4, 6), .i32(4, 6)
    ) { x, y in
      let counts = try y.isGreater(than: 0).converted(to: .f32)
      let isRight = try net(x).argumentOfMaximum(axis: 2)
        .isEqual(to: y)
      let right = try isRight.converted(to: .f32) * counts
      return try right.sum(axes: [0, 1]) / counts.sum(axes: [0, 1])
    }
    let y = try #require(padded.elements(as: Int32.self))
    // Each sequence turned by one place.
    let x = (0..<24).map { (place: Int) -> Int32 in
      let row = place / 6
      return y[row * 6 + (place + 1) % 6]
    }
    try pyTorch.expect(accuracy(x, y), "accuracy/accuracy")
  }

  struct TextCNN: Layer {
    let embedding = Embedding(12, 8)
    let conv = Conv1D(8, 6, kernel: 3, padding: 1)
    let out = Linear(6, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let x = try embedding(x).transposed([0, 2, 1])
      return try out(conv(x).relu().max(axes: [2]))
    }
  }

  @Test func textCNN() throws {
    let (net, weights) = try PyTorchIdioms.fresh(TextCNN())
    try compare(net, weights, tokens, labels, "text_cnn", "logits")
  }

  /// Output, loss and gradients of a classifier: of sequences with a label each, or of tokens.
  private func compare(
    _ net: some Layer, _ weights: Variables, _ x: HostTensor, _ y: HostTensor, _ idiom: String, _ output: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let input = InputSpecification(x.dtype, x.shape)
    let function = try Function(weights, inputs: input) { x in try net(x) }
    let step = try TrainingStep(weights, inputs: input, InputSpecification(.i32, y.shape)) { x, y in
      let logits = try net(x)
      return try (logits.shape.rank == 3 ? logits.transposed([0, 2, 1]) : logits).crossEntropy(y)
    }
    try pyTorch.expect(function(x), "\(idiom)/\(output)", sourceLocation: sourceLocation)
    try pyTorch.expect(loss: step(x, y, learningRate: 0), step.gradients(x, y), of: idiom, sourceLocation: sourceLocation)
  }
}
