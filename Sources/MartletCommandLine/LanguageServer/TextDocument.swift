import MartletCore

/// A text that an editor has open. The protocol counts lines from 0 and columns in UTF-16 code units, errors count lines from 1 and columns
/// in bytes from 1.
struct TextDocument {
  /// A place as the protocol writes it.
  struct Position: Hashable, Comparable {
    var line: Int
    var character: Int

    static func < (a: Position, b: Position) -> Bool { (a.line, a.character) < (b.line, b.character) }
  }

  let text: String
  let bytes: [UInt8]
  /// Where the lines of error messages begin: behind each line feed.
  private let lines: [Int]
  /// Where the lines of the protocol begin: behind each line feed, carriage return, or both together.
  private let protocolLines: [Int]
  /// A byte is then a code unit: long lines need no decoding.
  private let isASCII: Bool

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    var (lines, protocolLines) = ([0], [0])
    for (offset, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") { lines.append(offset + 1) }
      let isLineEnd = byte == UInt8(ascii: "\r") && !(offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n"))
      if byte == UInt8(ascii: "\n") || isLineEnd { protocolLines.append(offset + 1) }
    }
    (self.lines, self.protocolLines) = (lines, protocolLines)
    isASCII = bytes.allSatisfy { $0 < 0x80 }
  }

  /// The byte at a place of an error; the end of the text for places that it does not have.
  func offset(of place: SourcePosition) -> Int {
    guard lines.indices.contains(place.line - 1) else { return bytes.count }
    let (offset, overflow) = lines[place.line - 1].addingReportingOverflow(max(0, (place.column ?? 1) - 1))
    return overflow ? bytes.count : min(offset, bytes.count)
  }

  /// The line and column, from 1, of a byte.
  func place(of offset: Int) -> (line: Int, column: Int) {
    let line = TextDocument.line(of: offset, in: lines)
    return (line + 1, offset - lines[line] + 1)
  }

  func position(of offset: Int) -> Position {
    let line = TextDocument.line(of: offset, in: protocolLines)
    let start = protocolLines[line]
    guard !isASCII else { return Position(line: line, character: offset - start) }
    let before = String(decoding: bytes[start..<offset], as: UTF8.self)
    return Position(line: line, character: before.utf16.count)
  }

  /// The byte at a place of the protocol: of a column behind the end of its line, the end; inside a character, its beginning. Nil for a line
  /// that the text does not have.
  func offset(of position: Position) -> Int? {
    guard protocolLines.indices.contains(position.line), position.character >= 0 else { return nil }
    let start = protocolLines[position.line]
    let end = position.line + 1 < protocolLines.count ? protocolLines[position.line + 1] : bytes.count
    var (offset, character) = (start, 0)
    for scalar in String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars {
      let width = scalar.utf16.count
      if scalar == "\n" || scalar == "\r" || character + width > position.character { break }
      offset += scalar.utf8.count
      character += width
    }
    return offset
  }

  /// The end of the line of a byte, without spaces, a comment, or the brace of a block.
  func endOfStatement(from offset: Int) -> Int {
    var end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    var next = offset
    while next + 1 < end {
      if bytes[next] == UInt8(ascii: "/"), bytes[next + 1] == UInt8(ascii: "/") { end = next }
      next += 1
    }
    while end > offset + 1, [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "{")].contains(bytes[end - 1]) {
      end -= 1
    }
    return end
  }

  /// The last of the ascending `starts` that is at most `offset`.
  private static func line(of offset: Int, in starts: [Int]) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
