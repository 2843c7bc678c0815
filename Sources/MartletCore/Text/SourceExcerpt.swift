/// A line of a text with a mark under the place that an error is about, as compilers show it:
///
///        2 |   %0 = exp(%z) : f32[2]
///          |            ^~
package struct SourceExcerpt: Hashable, Sendable {
  /// Longer lines are cut around the mark.
  static let widest = 100
  /// Spaces that a tabulator stands for at most.
  static let tabWidth = 4

  /// From 1.
  let line: Int
  /// What is shown of the line: without tabulators and control characters.
  let text: String
  /// Characters before the mark.
  let offset: Int
  /// Characters that are marked, at least 1.
  let length: Int

  /// The line of `bytes` that a position names; `length` bytes are marked, as far as the line goes. Nil for a position that the text does not
  /// have.
  package init?(_ bytes: [UInt8], at position: SourcePosition, length: Int = 1) {
    guard position.line >= 1, let column = position.column, let range = SourceExcerpt.range(ofLine: position.line, in: bytes), column >= 1,
      column - 1 <= range.count
    else { return nil }
    self.init(bytes[range], line: position.line, column: column - 1, length: length)
  }

  /// `column` and `length` count the bytes of the line.
  private init(_ bytes: ArraySlice<UInt8>, line: Int, column: Int, length: Int) {
    self.line = line
    // More than is shown is not decoded.
    let mark = bytes.startIndex + column
    let first = SourceExcerpt.start(of: max(bytes.startIndex, mark - 4 * SourceExcerpt.widest), in: bytes)
    let last = min(bytes.endIndex, mark + 4 * SourceExcerpt.widest)
    let before = SourceExcerpt.shown(bytes[first..<mark], from: 0)
    let end = min(last, mark + max(length, 1))
    let marked = SourceExcerpt.shown(bytes[mark..<end], from: before.count)
    let after = SourceExcerpt.shown(bytes[end..<last], from: before.count + marked.count)
    let all = before + marked + after
    var (from, to) = (0, all.count)
    if all.count > SourceExcerpt.widest {
      from = max(0, min(before.count - SourceExcerpt.widest / 2, all.count - SourceExcerpt.widest))
      to = from + SourceExcerpt.widest
    }
    let (isCutBefore, isCutAfter) = (from > 0 || first > bytes.startIndex, to < all.count || last < bytes.endIndex)
    text = (isCutBefore ? "..." : "") + all[from..<to].joined() + (isCutAfter ? "..." : "")
    offset = before.count - from + (isCutBefore ? 3 : 0)
    self.length = max(1, min(marked.count, to - before.count))
  }

  /// The bytes of a line, without its end; nil where there is no such line.
  private static func range(ofLine line: Int, in bytes: [UInt8]) -> Range<Int>? {
    var (start, number) = (0, 1)
    while number < line {
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      start = end + 1
      number += 1
    }
    var end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The first byte of the character in which a byte stands.
  private static func start(of position: Int, in bytes: ArraySlice<UInt8>) -> Int {
    var start = position
    while start > bytes.startIndex, start < bytes.endIndex, bytes[start] & 0xc0 == 0x80 { start -= 1 }
    return start
  }

  /// One element for each column of a terminal, of which a wide character takes two; what would move the cursor is left out.
  private static func shown(_ bytes: ArraySlice<UInt8>, from column: Int) -> [String] {
    var characters: [String] = []
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case _ where scalar == "\t":
        let count = tabWidth - (column + characters.count) % tabWidth
        characters += [String](repeating: " ", count: count)
      case .control, .format, .lineSeparator, .paragraphSeparator, .nonspacingMark, .enclosingMark: characters.append("?")
      default:
        characters.append(String(scalar))
        if isWide(scalar) { characters.append("") }
      }
    }
    return characters
  }

  /// Whether terminals draw a character in two columns [Unicode Standard Annex 11, East Asian Width W and F].
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: scalar.properties.isEmojiPresentation
    }
  }

  /// Two lines, without a line break at the end.
  package var printed: String {
    let number = String(line)
    let gutter = String(repeating: " ", count: max(0, 4 - number.count))
    let mark = String(repeating: " ", count: offset) + "^" + String(repeating: "~", count: length - 1)
    return "\(gutter)\(number) | \(text)\n\(String(repeating: " ", count: max(4, number.count))) | \(mark)"
  }
}
