import MartletCore
import MartletGraph

/// Every position of `[N, positions, features]` becomes a mixture of all, or of those up to itself: the weights are the softmax of the scaled
/// products of queries and keys, in several heads [torch.nn.functional.scaled_dot_product_attention between two torch.nn.Linear].
/// Source: A. Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
public struct SelfAttention: Layer {
  package let heads: Int
  /// Whether a position mixes only itself and those before it.
  package let isCausal: Bool
  package let qkv: Linear
  package let projection: Linear
  /// What turns queries and keys by their positions.
  package let rotary: RotaryEmbedding?

  /// Queries, keys and values come from one product, in this order. With `isCausal` a position mixes only itself and those before it; with
  /// `rotary` queries and keys are turned by their positions.
  public init(
    _ features: Int, heads: Int, isCausal: Bool = false, rotary: RotaryEmbedding? = nil, file: String = #fileID, line: Int = #line
  ) {
    self.heads = heads
    self.isCausal = isCausal
    self.rotary = rotary
    qkv = Linear(features, 3 * max(features, 0), file: file, line: line)
    projection = Linear(features, features, file: file, line: line)
  }

  /// Takes and gives `[N, positions, features]`. Throws M402 for another shape, or where the heads do not divide the features.
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    let shape = input.shape
    guard shape.rank == 3, heads > 0, shape[2] % heads == 0 else {
      throw MartletError(
        LayerErrorCode.inputShape,
        "SelfAttention: expected sequences [N, positions, features] with features that \(heads) heads divide, found \(shape)",
        at: qkv.identity.location)
    }
    let (samples, positions, features) = (shape[0], shape[1], shape[2])
    let width = features / heads
    let packed = try qkv(input).reshaped([samples, positions, 3, heads, width]).transposed([2, 0, 3, 1, 4])
    func part(_ number: Int) throws -> Tensor {
      try packed.slice(starts: [number, 0, 0, 0, 0], limits: [number + 1, samples, heads, positions, width])
        .reshaped([samples, heads, positions, width])
    }
    func turned(_ x: Tensor) throws -> Tensor { try rotary.map { try $0(x) } ?? x }
    let (query, key, value) = (try turned(part(0)), try turned(part(1)), try part(2))
    let scores = try query.matrixMultiply(key, transposeRight: true).dividedByRoot(of: width)
    let mixed = try (isCausal ? scores.withoutLaterPositions() : scores).softmax(axis: 3).matrixMultiply(value)
    return try projection(mixed.transposed([0, 2, 1, 3]).reshaped(shape))
  }
}

extension SelfAttention {
  /// One more position `[1, 1, features]` of a sequence, with the keys and values `[1, heads, positions, width]` of those before it; `position`
  /// `i32[1]` counts them. Returns its mixture, and the keys and values with its own.
  func decode(
    _ input: Tensor, position: Tensor, keys: Tensor, values: Tensor
  ) throws -> (output: Tensor, keys: Tensor, values: Tensor) {
    guard rotary == nil else {
      throw MartletError(
        LayerErrorCode.configuration, "SelfAttention: rotary embeddings cannot be decoded token by token", at: qkv.identity.location)
    }
    let (features, positions) = (input.shape[2], keys.shape[2])
    let width = features / heads
    let packed = try qkv(input).reshaped([3, 1, heads, 1, width])
    func part(_ number: Int) throws -> Tensor {
      try packed.slice(starts: [number, 0, 0, 0, 0], limits: [number + 1, 1, heads, 1, width]).reshaped([1, heads, 1, width])
    }
    func places(_ direction: Comparison, _ shape: Shape) throws -> Tensor {
      try input.derived("places", #fileID, #line) { builder in
        let number = try builder.reshape(position.value, [])
        return try builder.compare(
          direction, builder.iota(shape, axis: shape.rank == 2 ? 1 : 2), builder.broadcast(number, shape, axes: []))
      }
    }
    func joined(_ kept: Tensor, _ own: Tensor) throws -> Tensor {
      let isOwn = try places(.eq, kept.shape)
      return try input.derived("keep", #fileID, #line) { builder in
        let row = try builder.broadcast(builder.reshape(own.value, [heads, width]), kept.shape, axes: [1, 3])
        return try builder.select(isOwn.value, row, kept.value)
      }
    }
    let (allKeys, allValues) = (try joined(keys, part(1)), try joined(values, part(2)))
    let scores = try part(0).matrixMultiply(allKeys, transposeRight: true).dividedByRoot(of: width)
    let isVisible = try places(.le, [heads, positions])
    let visible = try scores.derived("causal", #fileID, #line) { builder in
      try scores.keeping(builder.reshape(isVisible.value, scores.shape), builder)
    }
    let mixed = try visible.softmax(axis: 3).matrixMultiply(allValues)
    return (try projection(mixed.reshaped([1, 1, features])), allKeys, allValues)
  }
}

extension Tensor {
  /// Exact in either precision: a factor that f32 does not hold is computed in the graph.
  fileprivate func dividedByRoot(of count: Int) throws -> Tensor {
    let factor = 1 / Double(count).squareRoot()
    guard Double(Float(factor)) != factor else { return try self * factor }
    return try derived("scale", #fileID, #line) { builder in
      let root = try builder.reciprocalSquareRoot(builder.add(Constant(Double(count), TensorType(type.dtype, []))))
      return try builder.multiply(value, builder.broadcast(root, shape, axes: []))
    }
  }

  /// Scores `[…, positions, positions]` of queries and keys, without those of keys behind the query.
  fileprivate func withoutLaterPositions() throws -> Tensor {
    try derived("causal", #fileID, #line) { builder in
      let rank = shape.rank
      let square: Shape = [shape[rank - 2], shape[rank - 1]]
      let isVisible = try builder.compare(.ge, builder.iota(square, axis: 0), builder.iota(square, axis: 1))
      return try keeping(builder.broadcast(isVisible, shape, axes: [rank - 2, rank - 1]), builder)
    }
  }

  /// Scores of which those that are not visible are so low that their softmax is 0. A finite number, so that a search for the first number that
  /// is not finite does not end here.
  fileprivate func keeping(_ isVisible: Value, _ builder: GraphBuilder) throws -> Value {
    try builder.select(isVisible, value, builder.constant(-1e30, like: value))
  }
}
