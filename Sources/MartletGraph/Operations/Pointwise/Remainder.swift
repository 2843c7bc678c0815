import MartletCore

/// What is left of a division that is rounded down, of f32, f64 or i32: 0, or of the sign of the divisor [torch.remainder].
package struct Remainder: FlooredDivision {
  package static let mnemonic = "remainder"

  package init() {}

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    return [
      adjoint,
      try context.ifNeeded(1) {
        try builder.multiply(builder.negate(adjoint), builder.floorDivide(context.operands[0], context.operands[1]))
      },
    ]
  }

  package static func value<Scalar: RealScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
    let remainder = Scalar.apply(.fmod, a, b)
    return remainder != 0 && (b < 0) != (remainder < 0) ? remainder + b : remainder
  }

  package static func value(_ a: Int32, _ b: Int32) -> Int32 {
    guard b != 0, b != -1 else { return 0 }
    let remainder = a % b
    return remainder != 0 && (b < 0) != (remainder < 0) ? remainder + b : remainder
  }

  package static func element(_ a: Element, _ b: Element) -> Element {
    guard a.dtype.isFloatingPoint else {
      let (divisor, _, remainder) = truncated(a, b)
      return .select(isRoundedUp(remainder: remainder, divisor: divisor), remainder + divisor, remainder)
    }
    let remainder = Element.binary(.fmod, a, b)
    return .select(isRoundedUp(remainder: remainder, divisor: b), remainder + b, remainder)
  }
}

extension GraphBuilder {
  /// What is left of a division that is rounded down, of two tensors of one type: f32, f64 or i32; 0, or of the sign of the divisor
  /// [torch.remainder]. Of an i32 divided by 0 nothing is left. Throws M305 where the types differ.
  package func remainder(_ a: Value, _ b: Value) throws -> Value { try add(Remainder(), a, b) }
}
