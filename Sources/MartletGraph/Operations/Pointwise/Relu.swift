import MartletCore

/// `max(0, x)` [torch.relu]: NaN stays NaN.
package struct Relu: UnaryPointwise {
  package static let mnemonic = "relu"
  package static var samples: [OperationSample] { samples(.signed(0.05, 2)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.maximum, 0, x) }
  package func element(_ x: Element) -> Element { .binary(.maximum, x.constant(0), x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.reluGradient(adjoint, y)
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  package func relu(_ x: Value) throws -> Value { try add(Relu(), x) }
}
