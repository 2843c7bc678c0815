import Glibc
import MartletCore
import MartletGraph

/// Turns pairs of features by angles that grow with the position, so that products of queries and keys depend on the distance of their
/// positions. Feature i of the first half of the last axis and feature i of the second half are a pair; at position p it turns by
/// `p * base^(-2 i / features)`.
/// Source: J. Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, equation 34, with the pairs of GPT-NeoX and
/// LLaMA.
public struct RotaryEmbedding: PrimitiveLayer, BuiltInLayer {
  package let base: Double
  package let mark: LayerIdentity

  /// Takes and gives `[…, positions, features]`, f32 or f64: queries or keys of one head. A call throws M401 for a base that is no positive
  /// number, M402 where the number of features is not even.
  public init(base: Double = 10_000, file: String = #fileID, line: Int = #line) {
    self.base = base
    mark = LayerIdentity(file, line)
  }

  package var title: String { "RotaryEmbedding(base=\(base))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard base.isFinite, base > 0 else {
        throw MartletError(LayerErrorCode.configuration, "the base is a positive number, found \(base)")
      }
      let (shape, rank) = (input.shape, input.shape.rank)
      guard rank >= 2, input.type.dtype.isFloatingPoint, shape[rank - 1] > 0, shape[rank - 1] % 2 == 0, shape[rank - 2] > 0 else {
        throw MartletError(
          LayerErrorCode.inputShape,
          "expected f32 or f64 of shape […, positions, features] with an even number of features, found \(input.type)")
      }
      let builder = input.tracer.builder
      let (positions, half) = (shape[rank - 2], shape[rank - 1] / 2)
      let (cosine, sine) = try turns(positions, half, input.type.dtype, builder)
      func part(_ start: Int) throws -> Value {
        let outer = shape.extents.dropLast()
        return try builder.slice(
          input.value, starts: outer.map { _ in 0 } + [start], limits: outer + [start + half], strides: nil)
      }
      let (first, second) = (try part(0), try part(half))
      let partShape = builder.shape(of: first)
      func spread(_ value: Value) throws -> Value { try builder.broadcast(value, partShape, axes: [rank - 2, rank - 1]) }
      let (c, s) = (try spread(cosine), try spread(sine))
      return try builder.concatenate(
        [
          builder.subtract(builder.multiply(first, c), builder.multiply(second, s)),
          builder.add(builder.multiply(second, c), builder.multiply(first, s)),
        ], axis: rank - 1)
    }
  }

  /// Cosine and sine of each angle, `[positions, half]`. They come from tables of the angles of every k-th position and of the first k
  /// ones, as the sum of two angles: the text of the graph then holds few numbers, which are exact in either precision.
  private func turns(_ positions: Int, _ half: Int, _ dtype: DType, _ builder: GraphBuilder) throws -> (cosine: Value, sine: Value) {
    let fine = max(Int(Double(positions).squareRoot().rounded(.up)), 1)
    let coarse = (positions + fine - 1) / fine
    let frequencies = (0..<half).map { pow(base, -Double($0) / Double(half)) }
    func table(_ count: Int, _ distance: Int, _ function: (Double) -> Double) throws -> Value {
      let angles = (0..<count).flatMap { row in frequencies.map { Double(row * distance) * $0 } }
      return try builder.table(angles.map(function), [count, half], dtype)
    }
    let whole: Shape = [coarse, fine, half]
    func near(_ function: (Double) -> Double) throws -> Value { try builder.broadcast(table(fine, 1, function), whole, axes: [1, 2]) }
    func far(_ function: (Double) -> Double) throws -> Value { try builder.broadcast(table(coarse, fine, function), whole, axes: [0, 2]) }
    let (nearCosine, nearSine, farCosine, farSine) = (try near(cos), try near(sin), try far(cos), try far(sin))
    func cut(_ value: Value) throws -> Value {
      let rows = try builder.reshape(value, [coarse * fine, half])
      return try builder.slice(rows, starts: [0, 0], limits: [positions, half], strides: nil)
    }
    return (
      try cut(builder.subtract(builder.multiply(farCosine, nearCosine), builder.multiply(farSine, nearSine))),
      try cut(builder.add(builder.multiply(farSine, nearCosine), builder.multiply(farCosine, nearSine)))
    )
  }
}

extension GraphBuilder {
  /// Numbers as a constant.
  func table(_ numbers: [Double], _ shape: Shape, _ dtype: DType) throws -> Value { try add(Constant(numbers, TensorType(dtype, shape))) }
}
