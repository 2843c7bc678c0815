import Glibc

extension NumberText {
  /// As C's `%<width>.<decimals>f`; NaN has no sign.
  public static func fixed(_ value: Double, decimals: Int, width: Int = 0) -> String {
    withVaList([Int32(width), Int32(decimals), value.isNaN ? abs(value) : value]) { arguments in
      var buffer = [CChar](repeating: 0, count: 512)
      let count = vsnprintf(&buffer, buffer.count, "%*.*f", arguments)
      return String(decoding: buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
