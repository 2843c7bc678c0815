import MartletCore

/// The hyperbolic tangent [torch.tanh].
package struct HyperbolicTangent: UnaryPointwise {
  package static let mnemonic = "tanh"
  package static var samples: [OperationSample] { samples(.uniform(-3, 3)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.tanh, x) }
  package func element(_ x: Element) -> Element { .unary(.tanh, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.subtract(builder.constant(1, like: y), builder.multiply(y, y)))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  /// The hyperbolic tangent of each element, f32 or f64 [torch.tanh].
  public func hyperbolicTangent(_ x: Value) throws -> Value { try add(HyperbolicTangent(), x) }
}
