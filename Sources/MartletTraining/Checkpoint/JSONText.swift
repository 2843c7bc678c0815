import MartletCore

/// A value of JSON text.
package enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  /// As it is written: nothing is rounded.
  case number(String)
  case string(String)
  case list([JSONValue])
  /// Members in order; keys are unique.
  case object([Member])

  package struct Member: Hashable, Sendable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}

/// A strict reader of JSON, RFC 8259, that refuses duplicate keys as the safetensors format demands. Foundation's does not, and brings
/// 50 MB.
package struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0
  private let file: String
  /// Deeper nesting than this is an attack on the stack.
  private static let deepest = 64

  package static func parse(_ bytes: [UInt8], file: String) throws -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw MartletError(CheckpointErrorCode.malformedHeader, "\(file): the header is not UTF-8 text")
    }
    var reader = JSONReader(bytes: bytes, file: file)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.malformed("something follows the end") }
    return value
  }

  private init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  private func malformed(_ reason: String) -> MartletError {
    MartletError(CheckpointErrorCode.malformedHeader, "\(file): malformed JSON at byte \(position): \(reason)")
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard current == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws -> JSONValue {
    guard depth < JSONReader.deepest else { throw malformed("nested too deeply") }
    skipSpace()
    guard let byte = current else { throw malformed("a value was expected") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw malformed("a value was expected")
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw malformed("a value was expected") }
    position += text.utf8.count
    return value
  }

  private mutating func object(_ depth: Int) throws -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw malformed("a key was expected") }
      let key = try string()
      guard keys.insert(key).inserted else { throw malformed("the key '\(key)' stands twice") }
      skipSpace()
      guard take(":") else { throw malformed("':' was expected") }
      members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw malformed("',' or '}' was expected") }
    return .object(members)
  }

  private mutating func list(_ depth: Int) throws -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    skipSpace()
    if take("]") { return .list([]) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw malformed("',' or ']' was expected") }
    return .list(items)
  }

  private mutating func number() throws -> JSONValue {
    let start = position
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? false }
    _ = take("-")
    guard isDigit(current) else { throw malformed("a digit was expected") }
    if !take("0") { while isDigit(current) { position += 1 } }
    guard !isDigit(current) else { throw malformed("a number begins with 0") }
    if take(".") {
      guard isDigit(current) else { throw malformed("a digit was expected") }
      while isDigit(current) { position += 1 }
    }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard isDigit(current) else { throw malformed("a digit was expected") }
      while isDigit(current) { position += 1 }
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func string() throws -> String {
    position += 1
    var result: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): result += Array(try escape().utf8)
      case 0..<0x20: throw malformed("a control character stands in a string")
      default: result.append(byte)
      }
    }
    throw malformed("a string does not end")
  }

  private mutating func escape() throws -> String {
    guard let byte = current else { throw malformed("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      if let scalar = Unicode.Scalar(first) { return String(Character(scalar)) }
      // A surrogate pair.
      guard first >= 0xd800, first < 0xdc00, take("\\"), take("u") else { throw malformed("half a surrogate pair") }
      let second = try hexadecimal()
      guard second >= 0xdc00, second < 0xe000, let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) else {
        throw malformed("half a surrogate pair")
      }
      return String(Character(scalar))
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard position + 4 <= bytes.count, let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16) else {
      throw malformed("four hexadecimal digits were expected")
    }
    position += 4
    return value
  }
}

/// Writes JSON text.
package enum JSONWriter {
  /// JSON has no NaN and no infinity.
  package static func number(_ value: Double) -> String { value.isFinite ? NumberText.text(value) : "null" }

  /// The text of a value: objects and lists of simple values on a line, others with a line an element.
  package static func text(_ value: JSONValue, indent: String = "") -> String {
    func isSimple(_ value: JSONValue) -> Bool {
      switch value {
      case .list(let elements): elements.count <= 12 && elements.allSatisfy { if case .number = $0 { true } else { false } }
      case .object(let members): members.isEmpty
      default: true
      }
    }
    func joined(_ parts: [String], _ open: String, _ close: String, isShort: Bool) -> String {
      if isShort { return open + parts.joined(separator: ", ") + close }
      return "\(open)\n\(indent)  " + parts.joined(separator: ",\n\(indent)  ") + "\n\(indent)\(close)"
    }
    switch value {
    case .null: return "null"
    case .flag(let flag): return flag ? "true" : "false"
    case .number(let number): return number
    case .string(let string): return quoted(string)
    case .list(let elements):
      return joined(
        elements.map { text($0, indent: indent + "  ") }, "[", "]", isShort: elements.allSatisfy(isSimple))
    case .object(let members):
      return joined(
        members.map { "\(quoted($0.key)): \(text($0.value, indent: indent + "  "))" }, "{", "}",
        isShort: members.allSatisfy { isSimple($0.value) })
    }
  }

  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
