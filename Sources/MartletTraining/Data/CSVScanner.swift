import MartletCore

/// Reads the fields of a CSV text one after the other.
///
/// Source: RFC 4180; beside it lines may end with LF or CR alone, blank lines are passed over, and spaces around fields do not count unless they are
/// quoted.
struct CSVScanner {
  /// A field: where its contents are, without quotes.
  struct Field {
    /// In its row.
    var column: Int
    /// Where it begins, in the file; from 1.
    var line: Int
    var start: Int
    var end: Int
    /// Whether doubled quotes stand in it.
    var hasEscapes: Bool
    /// Whether the row ends with it.
    var endsRow: Bool
  }

  let bytes: UnsafeBufferPointer<UInt8>
  let separator: UInt8
  let file: String
  private(set) var position: Int
  private(set) var line: Int
  private var column = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, file: String, position: Int = 0, line: Int = 1) {
    self.bytes = bytes
    self.separator = separator
    self.file = file
    self.position = position
    self.line = line
  }

  /// Nil at the end of the file. Throws M1026 for a quote that nothing closes, or text behind a closing one.
  mutating func next() throws -> Field? {
    if column == 0 {
      while position < bytes.count, isLineEnd(bytes[position]) { takeLineEnd() }
      if position == bytes.count { return nil }
    }
    var field = Field(column: column, line: line, start: position, end: position, hasEscapes: false, endsRow: false)
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      try takeQuoted(&field)
    } else {
      field.start = position
      while position < bytes.count, bytes[position] != separator, !isLineEnd(bytes[position]) { position += 1 }
      field.end = position
      while field.end > field.start, isSpace(bytes[field.end - 1]) { field.end -= 1 }
    }
    if position < bytes.count, bytes[position] == separator {
      position += 1
      column += 1
    } else {
      field.endsRow = true
      column = 0
      if position < bytes.count { takeLineEnd() }
    }
    return field
  }

  private mutating func takeQuoted(_ field: inout Field) throws {
    position += 1
    field.start = position
    while true {
      guard position < bytes.count else {
        throw MartletError(
          DataErrorCode.malformedTable, "a quote opens here that nothing closes", at: SourcePosition(file: file, line: field.line),
          advice: "Close it, or double a quote that belongs to the text: \"\".")
      }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == byte else { break }
        field.hasEscapes = true
        position += 2
      } else if isLineEnd(byte) {
        takeLineEnd()
      } else {
        position += 1
      }
    }
    field.end = position
    position += 1
    skipSpace()
    guard position == bytes.count || bytes[position] == separator || isLineEnd(bytes[position]) else {
      throw MartletError(
        DataErrorCode.malformedTable, "text follows a closing quote", at: SourcePosition(file: file, line: line),
        advice: "Put all of the field between quotes, and double a quote that belongs to the text: \"\".")
    }
  }

  private mutating func takeLineEnd() {
    if bytes[position] == 13, position + 1 < bytes.count, bytes[position + 1] == 10 { position += 1 }
    position += 1
    line += 1
  }

  private mutating func skipSpace() { while position < bytes.count, isSpace(bytes[position]) { position += 1 } }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
  private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 9 && separator != 9 }

  /// The bytes of a field, with doubled quotes as they stand.
  func contents(_ field: Field) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[field.start..<field.end]) }

  /// The text of a field. Throws M104 where it is no UTF-8.
  func text(_ field: Field) throws -> String {
    guard let text = String(validating: contents(field), as: UTF8.self) else {
      throw MartletError(
        FileErrorCode.notText, "a field is not UTF-8 text", at: SourcePosition(file: file, line: field.line),
        advice: "Save the file as UTF-8; from Latin-1: iconv -f latin1 -t utf8.")
    }
    guard field.hasEscapes else { return text }
    var (unescaped, isSecond) = ("", false)
    for character in text.unicodeScalars {
      isSecond = character == "\"" && !isSecond
      if character != "\"" || isSecond { unescaped.unicodeScalars.append(character) }
    }
    return unescaped
  }

  /// Whether a field stands for a value that is missing: empty, NA, N/A, NaN or null.
  static func isMissing(_ contents: UnsafeBufferPointer<UInt8>) -> Bool {
    guard contents.count <= 4 else { return false }
    let text = String(decoding: contents, as: UTF8.self)
    return text.isEmpty || text == "NA" || text == "N/A" || ["nan", "null"].contains(text.lowercased())
  }
}
