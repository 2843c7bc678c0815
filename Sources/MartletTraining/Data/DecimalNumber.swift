/// Numbers as tables have them: a sign, digits with a point, an exponent. Neither hexadecimal numbers nor infinities.
enum DecimalNumber {
  /// Powers of ten that a Double has exactly.
  private static let powers: [Double] = (0...22).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }

  /// The nearest Double, and whether the text is a whole number without a point or exponent; nil where the bytes are no number.
  ///
  /// Source: W. D. Clinger, "How to read floating point numbers accurately", 1990: a mantissa below 2⁵³ and a power of ten up to 22 give the nearest
  /// number in one operation. The standard library reads others.
  static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> (value: Double, isWhole: Bool)? {
    var position = 0
    let end = bytes.count
    let isNegative = end > 0 && bytes[0] == UInt8(ascii: "-")
    if end > 0, isNegative || bytes[0] == UInt8(ascii: "+") { position += 1 }
    var mantissa: UInt64 = 0
    var (digits, decimals, isExact, hasPoint) = (0, 0, true, false)
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits += 1
        if hasPoint { decimals += 1 }
        // 10¹⁸ has room in 64 bits with another digit.
        if mantissa < 100_000_000_000_000_000 { mantissa = mantissa * 10 + UInt64(byte - UInt8(ascii: "0")) } else { isExact = false }
      } else {
        break
      }
      position += 1
    }
    guard digits > 0 else { return nil }
    var (exponent, hasExponent) = (0, false)
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      hasExponent = true
      position += 1
      let isSmall = position < end && bytes[position] == UInt8(ascii: "-")
      if position < end, isSmall || bytes[position] == UInt8(ascii: "+") { position += 1 }
      guard position < end else { return nil }
      while position < end, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
        // Larger ones are 0 or infinite anyway.
        exponent = min(exponent * 10 + Int(bytes[position] - UInt8(ascii: "0")), 99_999)
        position += 1
      }
      if isSmall { exponent = -exponent }
      guard let last = bytes.last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") else { return nil }
    }
    guard position == end else { return nil }
    let power = exponent - decimals
    let isWhole = !hasPoint && !hasExponent
    if isExact, mantissa < 1 << 53, abs(power) <= 22 {
      if power == 0 { return (isNegative ? -Double(mantissa) : Double(mantissa), isWhole) }
      let magnitude = power < 0 ? Double(mantissa) / powers[-power] : Double(mantissa) * powers[power]
      return (isNegative ? -magnitude : magnitude, isWhole)
    }
    return Double(String(decoding: bytes, as: UTF8.self)).map { ($0, isWhole) }
  }
}
