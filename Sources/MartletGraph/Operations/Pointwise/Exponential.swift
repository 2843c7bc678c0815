import MartletCore

/// `e^x` [torch.exp].
package struct Exponential: UnaryPointwise {
  package static let mnemonic = "exp"
  package static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.exp, x) }
  package func element(_ x: Element) -> Element { .unary(.exp, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, y)
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 10 }
}

extension GraphBuilder {
  /// e to the power of each element, f32 or f64 [torch.exp].
  public func exponential(_ x: Value) throws -> Value { try add(Exponential(), x) }
}
