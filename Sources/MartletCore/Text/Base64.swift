/// Bytes as text of letters and digits. Source: RFC 4648, section 4.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// What each byte of text stands for; 64 for what is not in the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 64, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  /// What is wrong with a text, and at which byte of it.
  package struct Fault: Error {
    package var position: Int
    package var message: String
  }

  package static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for digit in 0..<4 {
        text.append(digit <= group.count ? alphabet[bits >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text. One text only stands for some bytes: letters in groups of four, the last one filled up with `=`, its unused bits 0.
  package static func bytes(_ text: String) throws(Fault) -> [UInt8] {
    let letters = Array(text.utf8)
    guard letters.count % 4 == 0 else {
      throw Fault(position: letters.count, message: "base64 has groups of four letters, found \(letters.count) letters")
    }
    let padding = letters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    let used = letters.count - padding
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3)
    for start in stride(from: 0, to: letters.count, by: 4) {
      var bits = 0
      for position in start..<start + 4 {
        let value = position < used ? values[Int(letters[position])] : 0
        guard value < 64 else {
          let found = "found '\(UnicodeScalar(letters[position]))'"
          throw Fault(position: position, message: "base64 has the letters A-Z, a-z, 0-9, '+' and '/', and '=' at its end, \(found)")
        }
        bits = bits << 6 | Int(value)
      }
      let count = min(used - start, 4) - 1
      guard bits & ((1 << (8 * (3 - count))) - 1) == 0 else {
        throw Fault(position: used - 1, message: "the last letter of the base64 stands for bits that are in no byte")
      }
      for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> (16 - 8 * place))) }
    }
    return bytes
  }
}
