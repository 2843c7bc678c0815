/// What the layers of this module state for `PrimitiveLayer`, under names of the package: their public members are then what differs from
/// layer to layer, the initializers.
package protocol BuiltInLayer: PrimitiveLayer {
  /// `identity`.
  var mark: LayerIdentity { get }
  /// `summary`.
  var title: String { get }
  /// `parameters`.
  var specifications: [ParameterSpecification] { get }
  /// `callAsFunction`.
  func output(_ input: Tensor) throws -> Tensor
}

extension BuiltInLayer {
  package var title: String { "\(Self.self)()" }
  package var specifications: [ParameterSpecification] { [] }

  /// Made with the layer; copies share it.
  public var identity: LayerIdentity { mark }
  /// The layer's name and settings, as PyTorch prints them.
  public var summary: String { title }
  /// In the order in which PyTorch draws them.
  public var parameters: [ParameterSpecification] { specifications }
  /// Adds the layer to the graph that is being traced. Throws M401 or M402, with the layer's name and line, where arguments or shapes do not
  /// fit.
  public func callAsFunction(_ input: Tensor) throws -> Tensor { try output(input) }
}
