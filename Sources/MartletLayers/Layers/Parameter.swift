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
public struct Parameter: PrimitiveLayer, BuiltInLayer {
  package let shape: Shape
  package let initializer: ParameterSpecification.Initializer
  package let mark: LayerIdentity

  /// An f32 tensor of this shape, zeros at first unless told otherwise.
  public init(
    _ shape: Shape, _ initializer: ParameterSpecification.Initializer = .zeros, file: String = #fileID, line: Int = #line
  ) {
    self.shape = shape
    self.initializer = initializer
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] { [ParameterSpecification("", shape, initializer)] }
  package var title: String { "Parameter(\(shape))" }

  /// The parameter, in the step that the input belongs to: `x.parameter(positions)` says the same.
  package func output(_ input: Tensor) throws -> Tensor { try input.parameter("", of: self) }
}

extension Tensor {
  /// A parameter of the model in the step that this tensor belongs to. Throws where it is no property of the model.
  public func parameter(_ parameter: Parameter) throws -> Tensor { try parameter(self) }
}

extension ParameterSpecification.Initializer {
  /// All 0 [torch.nn.init.zeros_].
  public static let zeros = ParameterSpecification.Initializer.constant(0)
  /// All 1 [torch.nn.init.ones_].
  public static let ones = ParameterSpecification.Initializer.constant(1)

  /// Normally distributed around 0 [torch.nn.init.normal_].
  public static func normal(_ deviation: Double) -> ParameterSpecification.Initializer { .normal(deviation: deviation) }

  /// Uniform in `-bound ..< bound` [torch.nn.init.uniform_].
  public static func uniform(_ bound: Double) -> ParameterSpecification.Initializer { .uniform(bound: bound) }
}
