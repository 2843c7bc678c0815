import Glibc

/// The closed set of functions of one scalar that the loop IR and both emitters know. Other functions are composed of these.
///
/// Source of the semantics: IEEE 754 and the C library; `round` ties to even.
public enum UnaryFunction: String, CaseIterable, Hashable, Sendable {
  /// Negation, magnitude, square root, rounding down, and rounding to the nearest integer with ties to even.
  case neg, abs, sqrt, floor, round
  /// The exponential, the natural logarithm and the hyperbolic tangent.
  case exp, log, tanh
  /// Sine and cosine of an angle in radians, and the error function.
  case sin, cos, erf
  /// Logical complement of a mask or bool.
  case not
  /// Number of trailing zero bits of an integer; its width for 0.
  case ctz
  /// Number of bits that are 1.
  case popcount

  /// Exponential, logarithm and hyperbolic tangent become polynomials in the loop IR, the same bits everywhere.
  package var isExpandedToPolynomial: Bool {
    switch self {
    case .exp, .log, .tanh: true
    case .neg, .abs, .sqrt, .floor, .round, .sin, .cos, .erf, .not, .ctz, .popcount: false
    }
  }

  package func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .neg: -x
    case .abs: Swift.abs(x)
    case .sqrt: x.squareRoot()
    case .floor: x.rounded(.down)
    case .round: x.rounded(.toNearestOrEven)
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .tanh: Glibc.tanh(x)
    case .sin: Glibc.sin(x)
    case .cos: Glibc.cos(x)
    case .erf: Glibc.erf(x)
    case .not: x == 0 ? 1 : 0
    case .ctz, .popcount: .nan
    }
  }

  package func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .neg: -x
    case .abs: Swift.abs(x)
    case .sqrt: x.squareRoot()
    case .floor: x.rounded(.down)
    case .round: x.rounded(.toNearestOrEven)
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .tanh: Glibc.tanh(x)
    case .sin: Glibc.sin(x)
    case .cos: Glibc.cos(x)
    case .erf: Glibc.erf(x)
    case .not: x == 0 ? 1 : 0
    case .ctz, .popcount: .nan
    }
  }
}

/// The closed set of functions of two scalars.
public enum BinaryFunction: String, CaseIterable, Hashable, Sendable {
  /// Sum, difference, product and quotient; integers wrap around, and their quotient truncates towards zero.
  case add, subtract, multiply, divide
  /// `a > b or isnan(a) ? a : b`: a NaN of either operand wins, as in PyTorch's `maximum`.
  case maximum
  /// `a < b or isnan(a) ? a : b`.
  case minimum
  /// The first operand to the power of the second, as C's `pow`.
  case pow
  /// What is left of the first operand after a division by the second whose quotient is truncated, exactly, as C's `fmod`; of floats only.
  case fmod
  /// Of the bits of integers, or of booleans.
  case and, or, xor
  /// By less than the width of the integer.
  case shiftLeft
  /// Logical: zeros come in from the left.
  case shiftRight

  package func callAsFunction(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a > b || a.isNaN ? a : b
    case .minimum: a < b || a.isNaN ? a : b
    case .pow: Glibc.pow(a, b)
    case .fmod: Glibc.fmod(a, b)
    case .and, .or, .xor, .shiftLeft, .shiftRight: .nan
    }
  }

  package func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a > b || a.isNaN ? a : b
    case .minimum: a < b || a.isNaN ? a : b
    case .pow: Glibc.pow(a, b)
    case .fmod: Glibc.fmod(a, b)
    case .and, .or, .xor, .shiftLeft, .shiftRight: .nan
    }
  }

  /// Integers wrap around; nil where the result is not defined (a shift by the width or more, division by zero).
  package func callAsFunction<Integer: FixedWidthInteger>(_ a: Integer, _ b: Integer) -> Integer? {
    switch self {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .divide:
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      return overflow ? nil : quotient
    case .maximum: return Swift.max(a, b)
    case .minimum: return Swift.min(a, b)
    case .pow, .fmod: return nil
    case .and: return a & b
    case .or: return a | b
    case .xor: return a ^ b
    case .shiftLeft: return b < 0 || b >= Integer.bitWidth ? nil : a << b
    case .shiftRight:
      return b < 0 || b >= Integer.bitWidth
        ? nil : Integer(truncatingIfNeeded: Integer.Magnitude(truncatingIfNeeded: a) >> Integer.Magnitude(b))
    }
  }
}

/// The closed set of comparisons. With a NaN on either side all are false but `ne`, which is true.
public enum Comparison: String, CaseIterable, Hashable, Sendable {
  /// Equal, not equal, less, less or equal, greater, greater or equal.
  case eq, ne, lt, le, gt, ge

  package func callAsFunction<Operand: Comparable>(_ a: Operand, _ b: Operand) -> Bool {
    switch self {
    case .eq: a == b
    case .ne: a != b
    case .lt: a < b
    case .le: a <= b
    case .gt: a > b
    case .ge: a >= b
    }
  }
}
