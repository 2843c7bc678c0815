import MartletCore

/// The natural logarithm [torch.log]: -inf at 0, NaN below.
package struct Logarithm: UnaryPointwise {
  package static let mnemonic = "log"
  package static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.log, x) }
  package func element(_ x: Element) -> Element { .unary(.log, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.divide(adjoint, x)
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 10 }
}

extension GraphBuilder {
  /// The natural logarithm of each element, f32 or f64 [torch.log]; -inf at 0 and NaN below.
  public func logarithm(_ x: Value) throws -> Value { try add(Logarithm(), x) }
}
