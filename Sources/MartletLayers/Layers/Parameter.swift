import MartletCore
import MartletGraph

/// A trained tensor of a model itself: a property beside its layers.
///
/// ```swift
/// struct Encoder: Layer {
///   let positions = Parameter([64, 128], .normal(0.02))
///   func callAsFunction(_ x: Tensor) throws -> Tensor { try x + x.parameter(positions) }
/// }
/// ```
///
/// The property's name is that of the variable, as of a `torch.nn.Parameter`.
package struct Parameter: PrimitiveLayer {
  package let shape: Shape
  package let initializer: ParameterSpecification.Initializer
  package let identity: LayerIdentity

  package init(
    _ shape: Shape, _ initializer: ParameterSpecification.Initializer = .zeros, file: String = #fileID, line: Int = #line
  ) {
    self.shape = shape
    self.initializer = initializer
    identity = LayerIdentity(file, line)
  }

  package var parameters: [ParameterSpecification] { [ParameterSpecification("", shape, initializer)] }
  package var summary: String { "Parameter(\(shape))" }

  /// The parameter, in the step that the input belongs to: `x.parameter(positions)` says the same.
  package func callAsFunction(_ input: Tensor) throws -> Tensor { try input.parameter("", of: self) }
}

extension Tensor {
  /// A parameter of the model in the step that this tensor belongs to. Throws where it is no property of the model.
  package func parameter(_ parameter: Parameter) throws -> Tensor { try parameter(self) }
}

extension ParameterSpecification.Initializer {
  package static let zeros = ParameterSpecification.Initializer.constant(0)
  package static let ones = ParameterSpecification.Initializer.constant(1)

  /// Normally distributed around 0 [torch.nn.init.normal_].
  package static func normal(_ deviation: Double) -> ParameterSpecification.Initializer { .normal(deviation: deviation) }

  /// Uniform in `-bound ..< bound` [torch.nn.init.uniform_].
  package static func uniform(_ bound: Double) -> ParameterSpecification.Initializer { .uniform(bound: bound) }
}
