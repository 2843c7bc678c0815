import MartletCore

/// The largest integer that is not larger [torch.floor]. Its derivative is zero.
package struct Floor: UnaryPointwise {
  package static let mnemonic = "floor"
  package static var samples: [OperationSample] { samples(.signed(0.05, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.floor, x) }
  package func element(_ x: Element) -> Element { .unary(.floor, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    nil
  }
  package var differentiability: Differentiability { .zeroDerivative }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  package func floor(_ x: Value) throws -> Value { try add(Floor(), x) }
}
