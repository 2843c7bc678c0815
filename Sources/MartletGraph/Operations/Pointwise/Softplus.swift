import MartletCore

/// `log(1 + e^x)` [torch.nn.functional.softplus]. Computed as `max(0, x) + log(1 + u)` with `u = e^-|x|`, which neither overflows nor
/// loses small results.
package struct Softplus: UnaryPointwise {
  package static let mnemonic = "softplus"
  package static var samples: [OperationSample] { samples(.uniform(-6, 6)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar {
    let u = Scalar.apply(.exp, -abs(x))
    let sum = 1 + u
    return Scalar.apply(.maximum, 0, x) + (sum == 1 ? u : Scalar.apply(.log, sum) * u / (sum - 1))
  }
  package func element(_ x: Element) -> Element {
    let one = x.constant(1)
    let u = Element.unary(.exp, .unary(.neg, .unary(.abs, x)))
    // The rounding of 1 + u cancels: Kahan's logarithm of 1 + u.
    let sum = one + u
    let logarithm = Element.select(.compare(.eq, sum, one), u, .unary(.log, sum) * u / (sum - one))
    return .binary(.maximum, x.constant(0), x) + logarithm
  }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.sigmoid(x))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 30 }
}

extension GraphBuilder {
  /// `log(1 + e^x)` of each element, f32 or f64 [torch.nn.functional.softplus].
  public func softplus(_ x: Value) throws -> Value { try add(Softplus(), x) }
}
