import MartletCore

/// The square root [torch.sqrt]: NaN below 0.
package struct SquareRoot: UnaryPointwise {
  package static let mnemonic = "sqrt"
  package static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.sqrt, x) }
  package func element(_ x: Element) -> Element { .unary(.sqrt, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.divide(builder.multiply(adjoint, builder.constant(0.5, like: y)), y)
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  /// The square root of each element, f32 or f64 [torch.sqrt]; NaN below 0.
  public func squareRoot(_ x: Value) throws -> Value { try add(SquareRoot(), x) }
}
