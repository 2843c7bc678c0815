import MartletCore
import MartletGraph

/// Divides by the root of the mean square over the last axes of each sample, then scales each element [torch.nn.RMSNorm].
/// Source: B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization", 2019.
public struct RMSNorm: PrimitiveLayer, BuiltInLayer {
  /// The extents of the axes that are normalised: the last ones of the input.
  package let shape: Shape
  /// Added to the mean square; nil for the distance from 1 to the next larger number of the input's type.
  package let epsilon: Double?
  package let mark: LayerIdentity

  /// `extents` are those of the last axes of the input, over which the mean is taken; `epsilon` is added to the mean square, without it the
  /// distance from 1 to the next larger number of the input's type. The parameter `weight` (ones at first) has this shape. A call throws M402
  /// where the last axes differ, M401 for an epsilon below 0.
  public init(_ extents: Int..., epsilon: Double? = nil, file: String = #fileID, line: Int = #line) {
    shape = Shape(extents)
    self.epsilon = epsilon
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] {
    [ParameterSpecification("weight", Shape(shape.extents.map { max($0, 0) }), .constant(1))]
  }

  package var title: String {
    let list = shape.extents.map(String.init).joined(separator: ", ")
    return "RMSNorm((\(list)\(shape.rank == 1 ? "," : "")), eps=\(epsilon.map { "\($0)" } ?? "None"), elementwise_affine=True)"
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      let rank = input.shape.rank
      guard shape.rank > 0, shape.rank < rank, Array(input.shape.extents.suffix(shape.rank)) == shape.extents else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected samples whose last axes are \(shape), found \(input.shape)",
          advice: "Correct the layer's extents.")
      }
      let added = epsilon ?? (input.type.dtype == .f64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
      guard added >= 0 else {
        throw MartletError(LayerErrorCode.configuration, "expected an epsilon from 0 on, found \(added)")
      }
      let (builder, x) = (input.tracer.builder, input.value)
      let axes = Array(rank - shape.rank..<rank)
      let meanSquare = try builder.reduceMean(builder.multiply(x, x), axes: axes)
      let scale = try builder.reciprocalSquareRoot(builder.add(meanSquare, builder.constant(added, like: meanSquare)))
      let normal = try builder.multiply(x, builder.broadcast(scale, input.shape, axes: Array(0..<rank - shape.rank)))
      return try builder.multiply(normal, builder.broadcast(input.tracer.parameter(self, "weight"), input.shape, axes: axes))
    }
  }
}
