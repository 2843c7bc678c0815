import MartletCore
import MartletGraph

/// Subtracts the mean and divides by the standard deviation over the last axes of each sample, then scales and shifts each element
/// [torch.nn.LayerNorm]. Source: J. L. Ba et al., "Layer Normalization", 2016.
public struct LayerNorm: PrimitiveLayer, BuiltInLayer {
  /// The extents of the axes that are normalised: the last ones of the input.
  package let shape: Shape
  /// Added to the variance.
  package let epsilon: Double
  package let mark: LayerIdentity

  /// `extents` are those of the last axes of the input, over which mean and variance are taken; `epsilon` is added to the variance. The
  /// parameters `weight` (ones at first) and `bias` (zeros) have this shape. A call throws M402 where the last axes differ.
  public init(_ extents: Int..., epsilon: Double = 1e-5, file: String = #fileID, line: Int = #line) {
    shape = Shape(extents)
    self.epsilon = epsilon
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] {
    let own = Shape(shape.extents.map { max($0, 0) })
    return [ParameterSpecification("weight", own, .constant(1)), ParameterSpecification("bias", own, .constant(0))]
  }

  package var title: String {
    "LayerNorm((\(shape.extents.map(String.init).joined(separator: ", "))\(shape.rank == 1 ? "," : "")), eps=\(epsilon), elementwise_affine=True)"
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      let rank = input.shape.rank
      guard shape.rank > 0, shape.rank < rank, Array(input.shape.extents.suffix(shape.rank)) == shape.extents else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected samples whose last axes are \(shape), found \(input.shape)",
          advice: "Correct the layer's extents.")
      }
      let (builder, x) = (input.tracer.builder, input.value)
      let axes = Array(rank - shape.rank..<rank)
      let kept = Array(0..<rank - shape.rank)
      func spread(_ value: Value) throws -> Value { try builder.broadcast(value, input.shape, axes: kept) }
      let centered = try builder.subtract(x, spread(builder.reduceMean(x, axes: axes)))
      let variance = try builder.reduceMean(builder.multiply(centered, centered), axes: axes)
      let scale = try builder.reciprocalSquareRoot(builder.add(variance, builder.constant(epsilon, like: variance)))
      let normal = try builder.multiply(centered, spread(scale))
      let weight = try builder.broadcast(input.tracer.parameter(self, "weight"), input.shape, axes: axes)
      let bias = try builder.broadcast(input.tracer.parameter(self, "bias"), input.shape, axes: axes)
      return try builder.add(builder.multiply(normal, weight), bias)
    }
  }
}
