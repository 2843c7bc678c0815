import MartletCore

/// Numbers of bytes as options take them: `800K`, `512M`, `2G`, or a plain number. The units are 1024 bytes and powers of it.
enum ByteCountText {
  private static let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]

  /// Throws M1345 for what is no number of bytes, and for 0.
  static func parse(_ option: String, _ text: String) throws -> Int {
    let unit = text.last.flatMap { units[$0] }
    let digits = unit == nil ? text[...] : text.dropLast()
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isNumber, let number = Int(digits), case let (bytes, false) = number.multipliedReportingOverflow(by: unit ?? 1), bytes > 0 else {
      throw MartletError(UsageErrorCode.byteCount, "\(option) is a number of bytes such as 800K, 512M or 2G, found '\(text)'")
    }
    return bytes
  }
}
