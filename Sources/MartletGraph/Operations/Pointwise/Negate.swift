import MartletCore

/// `-x`.
package struct Negate: UnaryPointwise {
  package static let mnemonic = "neg"
  package static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { -x }
  package func element(_ x: Element) -> Element { .unary(.neg, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.negate(adjoint)
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  /// Minus each element, f32 or f64 [torch.neg].
  public func negate(_ x: Value) throws -> Value { try add(Negate(), x) }
}
