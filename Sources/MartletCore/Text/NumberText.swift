/// How numbers are written in both IRs: the shortest text that reads back to the same value.
package enum NumberText {
  package static func text(_ value: Double) -> String { tidied(value.description) }
  package static func text(_ value: Float) -> String { tidied(value.description) }

  /// For messages: NaN has no sign there.
  package static func unsignedNaN(_ value: Double) -> String { value.isNaN ? "nan" : text(value) }
  package static func unsignedNaN(_ value: Float) -> String { value.isNaN ? "nan" : text(value) }

  /// `value` as an element of `dtype` would print: f32 numbers in their own shortest form, integers without a point.
  package static func text(_ value: Double, as dtype: DType) -> String {
    switch dtype {
    case .f32: text(Float(value))
    case .f64: text(value)
    case .i32, .u8: value.isFinite ? String(Int64(value)) : text(value)
    case .bool: value != 0 ? "true" : "false"
    }
  }

  /// Swift writes `1e-08` and `1e+20`; we write `1e-8` and `1e20`.
  private static func tidied(_ text: String) -> String {
    guard let mark = text.firstIndex(of: "e") else { return text }
    var exponent = text[text.index(after: mark)...]
    let sign = exponent.first == "-" ? "-" : ""
    if exponent.first == "-" || exponent.first == "+" { exponent = exponent.dropFirst() }
    let digits = exponent.drop { $0 == "0" }
    var mantissa = text[..<mark]
    if mantissa.hasSuffix(".0") { mantissa = mantissa.dropLast(2) }
    return "\(mantissa)e\(sign)\(digits)"
  }
}

/// A Double that compares by bits, so that `nan` equals `nan` and 0 differs from -0.
public struct ExactDouble: Hashable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The number.
  public var value: Double
  /// The number with all its bits, NaN and -0 included.
  public init(_ value: Double) { self.value = value }
  /// `0.5`.
  public init(floatLiteral value: Double) { self.value = value }
  /// `1`, which is `1.0`.
  public init(integerLiteral value: Int) { self.value = Double(value) }
  /// By bits: a NaN equals the same NaN, 0 and -0 differ.
  public static func == (a: ExactDouble, b: ExactDouble) -> Bool { a.value.bitPattern == b.value.bitPattern }
  /// Consistent with `==`: by bits.
  public func hash(into hasher: inout Hasher) { hasher.combine(value.bitPattern) }
}
