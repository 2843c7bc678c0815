import MartletCore
import MartletGraph

/// Every position of `[N, positions, features]` becomes a mixture of all: the weights are the softmax of the scaled products of queries
/// and keys, in several heads [torch.nn.functional.scaled_dot_product_attention between two torch.nn.Linear].
/// Source: A. Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
public struct SelfAttention: Layer {
  package let heads: Int
  package let qkv: Linear
  package let projection: Linear

  /// Queries, keys and values come from one product, in this order.
  public init(_ features: Int, heads: Int, file: String = #fileID, line: Int = #line) {
    self.heads = heads
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
    let (query, key, value) = (try part(0), try part(1), try part(2))
    let scores = try query.matrixMultiply(key, transposeRight: true) * (1 / Double(width).squareRoot())
    let mixed = try scores.softmax(axis: 3).matrixMultiply(value)
    return try projection(mixed.transposed([0, 2, 1, 3]).reshaped(shape))
  }
}
