import MartletCore

/// The nearest integer, ties to the even one [torch.round]. Its derivative is zero.
package struct Round: UnaryPointwise {
  package static let mnemonic = "round"
  package static var samples: [OperationSample] { samples(.signed(0.05, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.round, x) }
  package func element(_ x: Element) -> Element { .unary(.round, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    nil
  }
  package var differentiability: Differentiability { .zeroDerivative }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  package func round(_ x: Value) throws -> Value { try add(Round(), x) }
}
