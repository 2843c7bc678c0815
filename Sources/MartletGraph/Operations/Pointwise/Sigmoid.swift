import MartletCore

/// `1 / (1 + e^-x)` [torch.sigmoid].
package struct Sigmoid: UnaryPointwise {
  package static let mnemonic = "sigmoid"
  package static var samples: [OperationSample] { samples(.uniform(-4, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { 1 / (1 + Scalar.apply(.exp, -x)) }
  package func element(_ x: Element) -> Element { x.constant(1) / (x.constant(1) + .unary(.exp, .unary(.neg, x))) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.multiply(y, builder.subtract(builder.constant(1, like: y), y)))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  /// `1 / (1 + e^-x)` of each element, f32 or f64 [torch.sigmoid].
  public func sigmoid(_ x: Value) throws -> Value { try add(Sigmoid(), x) }
}
