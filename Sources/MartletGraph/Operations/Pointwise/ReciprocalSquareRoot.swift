import MartletCore

/// `1 / sqrt(x)` [torch.rsqrt]: infinite at 0, NaN below.
package struct ReciprocalSquareRoot: UnaryPointwise {
  package static let mnemonic = "rsqrt"
  package static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { 1 / Scalar.apply(.sqrt, x) }
  package func element(_ x: Element) -> Element { x.constant(1) / .unary(.sqrt, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    let cube = try builder.multiply(y, builder.multiply(y, y))
    return try builder.multiply(adjoint, builder.multiply(builder.constant(-0.5, like: y), cube))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 2 }
}

extension GraphBuilder {
  package func reciprocalSquareRoot(_ x: Value) throws -> Value { try add(ReciprocalSquareRoot(), x) }
}
