import MartletCore

/// 1, 0 or -1 [torch.sign]; 0 for NaN. Its derivative is zero.
package struct Sign: UnaryPointwise {
  package static let mnemonic = "sign"
  package static var samples: [OperationSample] { samples(.signed(0.05, 2)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { x > 0 ? 1 : x < 0 ? -1 : 0 }
  package func element(_ x: Element) -> Element {
    .select(.compare(.gt, x, x.constant(0)), x.constant(1), .select(.compare(.lt, x, x.constant(0)), x.constant(-1), x.constant(0)))
  }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    nil
  }
  package var differentiability: Differentiability { .zeroDerivative }
  package var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  /// -1, 0 or 1 for each element, f32 or f64 [torch.sign]; the derivative is 0.
  public func sign(_ x: Value) throws -> Value { try add(Sign(), x) }
}
