import Glibc
import Martlet
import Testing

/// Attention, positions and normalisation: the Swift halves of docs/from-pytorch-sequences.md that FromPyTorchSequences.swift does not have.
@Suite struct FromPyTorchAttention {
  private let pyTorch = PyTorchIdioms.sequences
  /// `[N, T, features]`.
  private let features: HostTensor

  init() throws { features = try PyTorchIdioms.numbers([4, 6, 8]) }

  @Test func memory() throws {
    let (query, out) = (Linear(8, 8), Linear(16, 3))
    let weights = try Variables(["query": query, "out": out], seed: 0, on: .cpu(threads: 2))
    func output(_ decoder: Tensor, _ encoder: Tensor) throws -> Tensor {
      let scores = try query(decoder)
        .matrixMultiply(encoder, transposeRight: true)
      let context = try scores.softmax(axis: 2).matrixMultiply(encoder)
      return try out(context.concatenated([decoder], axis: 2))
    }
    let function = try Function(weights, inputs: .f32(4, 5, 8), .f32(4, 6, 8)) { try output($0, $1) }
    let step = try TrainingStep(weights, inputs: .f32(4, 5, 8), .f32(4, 6, 8), .f32(4, 5, 3)) { try output($0, $1).meanSquaredError($2) }
    let decoder = try PyTorchIdioms.numbers([4, 5, 8], stream: 2)
    let target = try PyTorchIdioms.numbers([4, 5, 3], stream: 3)
    try pyTorch.expect(function(decoder, features), "memory/output")
    try pyTorch.expect(loss: step(decoder, features, target, learningRate: 0), step.gradients(decoder, features, target), of: "memory")
  }

  struct Head: Layer {
    let query = Linear(8, 16, bias: false)
    let key = Linear(8, 16, bias: false)
    let value = Linear(8, 16, bias: false)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let (q, k, v) = (try query(x), try key(x), try value(x))
      let scores = try q.matrixMultiply(k, transposeRight: true) * 0.25
      let mask: [Float] = (0..<36).map {
        $0 % 6 <= $0 / 6 ? 0 : -.infinity
      }
      let hidden = try x.constant(HostTensor([6, 6], elements: mask))
      return try (scores + hidden).softmax(axis: 2).matrixMultiply(v)
    }
  }

  @Test func causalMask() throws { try compare(Head(), 16, "mask", "output") }

  @Test func attention() throws {
    let attention = SelfAttention(8, heads: 2, isCausal: true)
    try compare(attention, 8, "attention", "output")
  }

  @Test func sinePositions() throws {
    let table: [Float] = (0..<48).map { number in
      let (place, i) = (Double(number / 8), number % 8)
      let rate = exp(Double(i / 2 * 2) * (-log(10000) / 8))
      return Float(i % 2 == 0 ? sin(place * rate) : cos(place * rate))
    }
    struct Positions: Layer {
      let layer = Linear(8, 3)
      let table: [Float]

      func callAsFunction(_ x: Tensor) throws -> Tensor {
        let positions = try x.constant(HostTensor([6, 8], elements: table))
        let y = try layer(x + positions)
        return y
      }
    }
    try compare(Positions(table: table), 3, "sines", "output", prefix: "layer.")
  }

  struct Turned: Layer {
    let query = Linear(8, 8)
    let key = Linear(8, 8)
    let rotary = RotaryEmbedding()

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let (q, k) = (try rotary(query(x)), try rotary(key(x)))
      return try q.matrixMultiply(k, transposeRight: true)
    }
  }

  @Test func rotary() throws { try compare(Turned(), 6, "rotary", "scores") }

  struct OwnNorm: Layer {
    let weight = Parameter([8], .ones)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let square = try (x * x).mean(axes: [-1])
        .reshaped([x.shape[0], 6, 1])
      return try x * (square + 1e-5).reciprocalSquareRoot()
        * x.parameter(weight)
    }
  }

  @Test func ownNorm() throws {
    let net = Sequential {
      Linear(8, 8)
      OwnNorm()
    }
    try compare(net, 8, "norm", "output")
  }

  @Test func runningMean() throws {
    struct RunningMean: Layer {
      let layer = Linear(8, 3)

      func callAsFunction(_ x: Tensor) throws -> Tensor {
        let count = try x.constant(
          HostTensor([6, 1], elements: (1...6).map(Float.init)))
        let means = try layer(x).cumulativeSum(axis: 1) / count
        return means
      }
    }
    try compare(RunningMean(), 3, "running", "means", prefix: "layer.")
  }

  /// Output, loss and gradients of a net with so many features a token; `prefix` is what PyTorch's names lack.
  private func compare(
    _ net: some Layer, _ count: Int, _ idiom: String, _ output: String, prefix: String = "",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let (net, weights) = try PyTorchIdioms.fresh(net)
    let function = try Function(weights, inputs: .f32(4, 6, 8)) { x in try net(x) }
    let step = try TrainingStep(weights, inputs: .f32(4, 6, 8), .f32(4, 6, count)) { x, y in try net(x).meanSquaredError(y) }
    let target = try PyTorchIdioms.numbers([4, 6, count], stream: 1)
    try pyTorch.expect(function(features), "\(idiom)/\(output)", sourceLocation: sourceLocation)
    let gradients = try step.gradients(features, target).map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    try pyTorch.expect(
      loss: step(features, target, learningRate: 0), Dictionary(gradients) { a, _ in a }, of: idiom, sourceLocation: sourceLocation)
  }
}
