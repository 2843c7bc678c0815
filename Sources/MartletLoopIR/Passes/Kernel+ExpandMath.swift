import MartletCore

// The pass `expand-math`: exp, log and tanh become range reductions and polynomials.
//
// Legal within the accuracy that docs/numerics.md states (2 units in the last place); in exchange the interpreter, the JIT and the GPU
// give equal bits and the functions vectorise. Every intermediate value is a `let`, so nothing is computed twice.
//
//   %y[n] = exp(%x[n])   =>   let %t = max(-104.0, min(89.0, %x[n])) … %y[n] = %p * %s * %s_2

extension Kernel {
  package func expandingMath(_ target: Target) throws -> Kernel {
    var expander = MathExpander(types: try TypeEnvironment(self), names: NameSupply(reserved: names), target: target)
    var result = self
    result.body = try expander.expand(body)
    return result
  }
}

private struct MathExpander {
  var types: TypeEnvironment
  let names: NameSupply
  let target: Target
  /// The `let`s that go before the statement at hand.
  var prelude: [Statement] = []

  mutating func expand(_ statements: [Statement]) throws -> [Statement] {
    var result: [Statement] = []
    for statement in statements {
      let rewritten = try statement.mappingExpressions { expression in
        try expression.rewritten { e in
          guard case .unary(let function, let x) = e, function.isExpandedToPolynomial else { return e }
          return try expand(function, x)
        }
      }
      result += prelude
      prelude = []
      result.append(try rewritten.mappingBodies { try expand($0) })
    }
    return result
  }

  private mutating func expand(_ function: UnaryFunction, _ x: Expr) throws -> Expr {
    guard let type = try types.type(of: x), type.element.isFloatingPoint else {
      throw MartletError(KernelErrorCode.functionType, "\(function.rawValue) is computed of f32 and f64 values, not of '\(x)'")
    }
    let operand = bind(x, type)
    switch function {
    case .exp: return exponential(operand, type)
    case .log: return logarithm(operand, type)
    case .tanh: return hyperbolicTangent(operand, type)
    default: return .unary(function, x)
    }
  }

  private mutating func bind(_ value: Expr, _ type: ValueType, _ hint: String = "t") -> Expr {
    if case .name = value { return value }
    let name = names.fresh(hint)
    types.set(name, type)
    prelude.append(.letValue(name, value))
    return .name(name)
  }

  private func number(_ value: Double) -> Expr { .number(ExactDouble(value)) }

  /// One rounding where the target can, two elsewhere.

  /// Horner's scheme; coefficients from the highest power down.
  private mutating func polynomial(_ coefficients: [Double], _ x: Expr, _ type: ValueType) -> Expr {
    var sum = number(coefficients[0])
    for (position, coefficient) in coefficients.dropFirst().enumerated() {
      // The first step multiplies a constant: give it the type of x.
      sum = bind(target.multiplyAdd(position == 0 ? x : sum, position == 0 ? sum : x, number(coefficient)), type, "p")
    }
    return sum
  }

  /// The layout of a float: fraction bits, exponent bias, the integer type of its bits.
  private func layout(_ type: ValueType) -> (fraction: Int, bias: Int, integer: ValueType) {
    type.element == .f32 ? (23, 127, type.with(.i32)) : (52, 1023, type.with(.i64))
  }

  /// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2 and the Taylor polynomial of e^r: its next term is below half a unit.
  private mutating func exponential(_ x: Expr, _ type: ValueType) -> Expr {
    let single = type.element == .f32
    let (fraction, bias, integer) = layout(type)
    // Outside these the result is 0 or infinite, and comes out as that.
    let clamped = bind(
      .binary(.maximum, number(single ? -104 : -746), .binary(.minimum, number(single ? 89 : 710), x)), type)
    // Adding 1.5 * 2^fraction leaves the rounded quotient in the low bits.
    let magic = single ? 12_582_912.0 : 6_755_399_441_055_744.0
    let shifted = bind(target.multiplyAdd(clamped, number(1.4426950408889634), number(magic)), type)
    let quotient = bind(shifted - number(magic), type)
    let high = single ? 0.693359375 : 0.69314718036912382
    let low = single ? -2.12194440e-4 : 1.9082149292705877e-10
    let negative = bind(.unary(.neg, quotient), type)
    let remainder = bind(target.multiplyAdd(negative, number(low), target.multiplyAdd(negative, number(high), clamped)), type)
    var factorial = 1.0
    var coefficients = [1.0]
    for power in 1...(single ? 7 : 13) {
      factorial *= Double(power)
      coefficients.insert(1 / factorial, at: 0)
    }
    let power = polynomial(coefficients, remainder, type)
    // 2^n in two factors, because n reaches past the largest and smallest exponent.
    let magicBits = single ? Int(Float(magic).bitPattern) : Int(magic.bitPattern)
    let exponent = bind(.bitcast(integer.element, shifted) - .integer(magicBits), integer)
    let half = bind(.binary(.shiftRight, exponent + .integer(4096), .integer(1)) - .integer(2048), integer)
    func powerOfTwo(_ n: Expr) -> Expr { .bitcast(type.element, .binary(.shiftLeft, n + .integer(bias), .integer(fraction))) }
    let first = bind(power * powerOfTwo(half), type)
    return first * powerOfTwo(exponent - half)
  }

  /// log x = k ln 2 + log(1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and the series of artanh in s = f / (2 + f).
  /// Source of the rearrangement: W. J. Cody and W. Waite, "Software Manual for the Elementary Functions", 1980.
  private mutating func logarithm(_ x: Expr, _ type: ValueType) -> Expr {
    let single = type.element == .f32
    let (fraction, bias, integer) = layout(type)
    let root = single ? Int(Float(0.5).squareRoot().bitPattern) : Int(0.5.squareRoot().bitPattern)
    let one = single ? Int(Float(1).bitPattern) : Int(1.0.bitPattern)
    let bits = bind(.bitcast(integer.element, x) + .integer(one - root), integer)
    let exponent = bind(.binary(.shiftRight, bits, .integer(fraction)) - .integer(bias), integer)
    let mantissa = bind(.bitcast(type.element, .binary(.and, bits, .integer((1 << fraction) - 1)) + .integer(root)), type)
    let f = bind(mantissa - number(1), type)
    let s = bind(f / (f + number(2)), type)
    let z = bind(s * s, type)
    let series = polynomial((1...(single ? 5 : 11)).reversed().map { 2 / Double(2 * $0 + 1) }, z, type)
    let halfSquare = bind(f * f * number(0.5), type)
    let k = bind(.convert(type.element, exponent), type)
    // log(1 + f) = f - (f^2/2 - s (f^2/2 + z * series)), which keeps f's own digits.
    let inner = bind(s * target.multiplyAdd(z, series, halfSquare), type)
    let low = single ? -2.12194440e-4 : 1.9082149292705877e-10
    let high = single ? 0.693359375 : 0.69314718036912382
    let small = bind(target.multiplyAdd(k, number(low), inner) - halfSquare, type)
    let result = bind(target.multiplyAdd(k, number(high), f + small), type)
    let smallest = single ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
    let positive = bind(.select(.compare(.eq, x, number(.infinity)), x, result), type)
    // Denormals are zero here, so everything below the smallest normal number is zero or negative.
    let lowest = bind(.select(.compare(.lt, x, number(0)), number(.nan), constantLike(-.infinity, x)), type)
    let all = bind(.select(.compare(.lt, x, number(smallest)), lowest, positive), type)
    return .select(.isNaN(x), x, all)
  }

  /// A literal in a select of two literals would have no type.
  private func constantLike(_ value: Double, _ x: Expr) -> Expr { .select(.isNaN(x), x, number(value)) }

  /// A polynomial (f32) or quotient of polynomials (f64) in x^2 near 0, 1 - 2 / (e^(2|x|) + 1) elsewhere.
  /// Source of the coefficients: S. L. Moshier, "Methods and Programs for Mathematical Functions", 1989.
  private mutating func hyperbolicTangent(_ x: Expr, _ type: ValueType) -> Expr {
    let magnitude = bind(.unary(.abs, x), type)
    let z = bind(x * x, type)
    let correction: Expr
    if type.element == .f32 {
      let p = polynomial([-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1], z, type)
      // Adding zero makes it +0 for x = -0, so that tanh(-0) = -0.
      correction = bind(target.multiplyAdd(p, z, number(0)), type)
    } else {
      let p = polynomial([-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3], z, type)
      let q = polynomial([1, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3], z, type)
      correction = bind(target.multiplyAdd(p / q, z, number(0)), type)
    }
    let near = bind(target.multiplyAdd(x, correction, x), type)
    let power = bind(exponential(bind(magnitude + magnitude, type), type), type)
    let far = bind(number(1) - number(2) / (power + number(1)), type)
    let signed = bind(.select(.compare(.lt, x, number(0)), .unary(.neg, far), far), type)
    return .select(.compare(.lt, magnitude, number(0.625)), near, signed)
  }
}
