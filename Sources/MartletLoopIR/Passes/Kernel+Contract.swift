import MartletCore

// The pass `contract`: a product that is used once, by an addition or subtraction, becomes a fused multiply-add.
//
// Legal because we say so: the compiler is free to round once instead of twice, as C's `-ffp-contract=on` and PyTorch's libraries are.
// It happens here and nowhere else (LLVM may not contract), so that the interpreter, the JIT and the GPU agree bit for bit. Targets
// without the instruction are left alone.
//
//   %acc + %x[n] * %w[n]        =>   fma(%x[n], %w[n], %acc)
//   %a - %b * %c                =>   fma(-%b, %c, %a)
//   %a * %b - %c                =>   fma(%a, %b, -%c)

extension Kernel {
  package func contracted(_ target: Target) throws -> Kernel {
    guard target.hasFusedMultiplyAdd else { return self }
    let types = try TypeEnvironment(self)
    var result = self
    result.body = try body.map { try contract($0, types) }
    return result
  }

  private func contract(_ statement: Statement, _ types: TypeEnvironment) throws -> Statement {
    try statement.mappingExpressions { try $0.rewritten { try contract($0, types) } }
      .mappingBodies { try $0.map { try contract($0, types) } }
  }

  private func contract(_ expression: Expr, _ types: TypeEnvironment) throws -> Expr {
    guard case .binary(let function, let left, let right) = expression, function == .add || function == .subtract,
      try types.type(of: expression)?.element.isFloatingPoint == true
    else { return expression }
    if case .binary(.multiply, let a, let b) = left { return .fma(a, b, function == .add ? right : right.negated) }
    if case .binary(.multiply, let a, let b) = right { return .fma(function == .add ? a : a.negated, b, left) }
    return expression
  }
}

extension Expr {
  /// `-self`, with the sign of a literal changed in place.
  var negated: Expr {
    switch self {
    case .integer(let value): .integer(-value)
    case .number(let number): .number(ExactDouble(-number.value))
    case .unary(.neg, let e): e
    default: .unary(.neg, self)
    }
  }
}
