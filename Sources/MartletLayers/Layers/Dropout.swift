import MartletCore
import MartletGraph

/// In training, each element becomes zero with a probability and is divided by the rest of it otherwise [torch.nn.Dropout]; the identity
/// outside training. Which ones depends on the seed of the run, the step and the place alone: repetitions, other numbers of threads and
/// resumed runs drop the same ones.
/// Source: N. Srivastava et al., "Dropout", 2014.
public struct Dropout: PrimitiveLayer, BuiltInLayer {
  package let probability: Double
  package let mark: LayerIdentity

  /// `probability` is that of an element to become 0, from 0 to 1; a call throws M401 for another one. Takes tensors of any shape, f32 or
  /// f64.
  public init(_ probability: Double = 0.5, file: String = #fileID, line: Int = #line) {
    self.probability = probability
    mark = LayerIdentity(file, line)
  }

  package var title: String { "Dropout(p=\(probability), inplace=False)" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard (0...1).contains(probability) else {
        throw MartletError(LayerErrorCode.configuration, "a probability is between 0 and 1, found \(probability)")
      }
      let (builder, x) = (input.tracer.builder, input.value)
      guard input.tracer.purpose == .training, probability > 0 else { return x }
      let draw = try builder.convert(input.tracer.randomUniform(input.shape), to: input.type.dtype)
      let isKept = try builder.compare(.ge, draw, builder.constant(probability, like: draw))
      let scale = probability < 1 ? 1 / (1 - probability) : 0
      let factor = try builder.select(isKept, builder.constant(scale, like: draw), builder.constant(0, like: draw))
      return try builder.multiply(x, factor)
    }
  }
}
