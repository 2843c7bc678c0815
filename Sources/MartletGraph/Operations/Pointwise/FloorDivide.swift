import MartletCore

/// The quotient rounded down [torch.floor_divide], of f32, f64 or i32. The derivative is 0.
package struct FloorDivide: FlooredDivision {
  package static let mnemonic = "floor_divide"

  package init() {}

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil, nil] }

  package static func value<Scalar: RealScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
    guard b != 0 else { return a / b }
    let remainder = Scalar.apply(.fmod, a, b)
    var quotient = (a - remainder) / b
    if remainder != 0, (b < 0) != (remainder < 0) { quotient -= 1 }
    guard quotient != 0 else { return a / b * 0 }
    let whole = Scalar.apply(.floor, quotient)
    return quotient - whole > 0.5 ? whole + 1 : whole
  }

  package static func value(_ a: Int32, _ b: Int32) -> Int32 {
    guard b != 0 else { return 0 }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    return overflow ? a : a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
  }

  package static func element(_ a: Element, _ b: Element) -> Element {
    let (zero, one) = (a.constant(0), a.constant(1))
    guard a.dtype.isFloatingPoint else {
      let (divisor, quotient, remainder) = truncated(a, b)
      let floored = Element.select(isRoundedUp(remainder: remainder, divisor: divisor), quotient - one, quotient)
      let negated = Element.select(.compare(.eq, b, a.constant(-1)), zero - a, floored)
      return .select(.compare(.eq, b, zero), zero, negated)
    }
    let remainder = Element.binary(.fmod, a, b)
    let truncated = (a - remainder) / b
    let quotient = Element.select(isRoundedUp(remainder: remainder, divisor: b), truncated - one, truncated)
    let whole = Element.unary(.floor, quotient)
    let nearest = Element.select(.compare(.gt, quotient - whole, a.constant(0.5)), whole + one, whole)
    let signed = Element.select(.compare(.eq, quotient, zero), a / b * zero, nearest)
    return .select(.compare(.eq, b, zero), a / b, signed)
  }
}

extension GraphBuilder {
  /// The quotient rounded down, of two tensors of one type: f32, f64 or i32 [torch.floor_divide]. An i32 divided by 0 is 0. Throws M305 where
  /// the types differ.
  package func floorDivide(_ a: Value, _ b: Value) throws -> Value { try add(FloorDivide(), a, b) }
}
