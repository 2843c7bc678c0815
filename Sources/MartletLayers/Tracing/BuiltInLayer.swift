/// What the layers of this module state for `PrimitiveLayer`, under names of the package: the tracer and the printer read it through the
/// protocol, so that the public members of a layer are its initializer and its call.
package protocol BuiltInLayer: PrimitiveLayer {
  /// `identity`.
  var mark: LayerIdentity { get }
  /// `summary`.
  var title: String { get }
  /// `parameters`.
  var specifications: [ParameterSpecification] { get }
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
}
