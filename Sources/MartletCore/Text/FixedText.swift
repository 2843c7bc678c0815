import Glibc

extension NumberText {
  /// Three significant digits, without an exponent: `0.0123`, `7.85`, `92.0`, `1230`.
  package static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return text(value) }
    // 0.9996 is 1.00 when it is rounded.
    let decimals = 2 - Int(log10(abs(value) * 1.0005).rounded(.down))
    return fixed(value, decimals: min(max(decimals, 0), 12))
  }

  /// Three digits, a prefix and a unit, in powers of 1000: `14.5 MFLOP`.
  package static func scaled(_ value: Double, _ unit: String) -> String {
    var (number, prefixes) = (value, ["", "k", "M", "G", "T", "P", "E"][...])
    while abs(number) >= 999.5, prefixes.count > 1 {
      number /= 1000
      prefixes = prefixes.dropFirst()
    }
    // Counts that need no prefix are whole.
    let digits = prefixes.count == 7 && number == number.rounded() ? String(Int(number)) : significant(number)
    return "\(digits) \(prefixes.first ?? "")\(unit)"
  }

  /// Digits in groups of three: `11,173,962`.
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let grouped = digits.indices.map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String(digits[$0]) }.joined()
    return (value < 0 ? "-" : "") + grouped
  }

  /// As C's `%<width>.<decimals>f`; NaN has no sign.
  package static func fixed(_ value: Double, decimals: Int, width: Int = 0) -> String {
    withVaList([Int32(width), Int32(decimals), value.isNaN ? abs(value) : value]) { arguments in
      var buffer = [CChar](repeating: 0, count: 512)
      let count = vsnprintf(&buffer, buffer.count, "%*.*f", arguments)
      return String(decoding: buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
