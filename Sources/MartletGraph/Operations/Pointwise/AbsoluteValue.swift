import MartletCore

/// The absolute value [torch.abs]; its derivative at 0 is 0.
package struct AbsoluteValue: UnaryPointwise {
  package static let mnemonic = "abs"
  package static var samples: [OperationSample] { samples(.signed(0.05, 2)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.abs, x) }
  package func element(_ x: Element) -> Element { .unary(.abs, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.sign(x))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  /// The magnitude of each element, f32 or f64 [torch.abs]; the derivative at 0 is 0.
  public func absoluteValue(_ x: Value) throws -> Value { try add(AbsoluteValue(), x) }
}
