/// The title of an image, cut into lines.
enum Caption {
  /// A longer title is cut.
  static let mostLines = 2

  /// At most two lines of at most `width` characters, broken between words; "…" stands where something is left out.
  static func lines(_ text: String, width: Int) -> [String] {
    let width = max(width, 1)
    var lines: [String] = []
    var words = text.split(whereSeparator: \.isWhitespace)[...]
    while !words.isEmpty {
      guard lines.count < mostLines else {
        let last = lines.removeLast()
        lines.append(String(last.prefix(width - 1)) + "…")
        break
      }
      var line = ""
      while let word = words.first {
        let longer = line.isEmpty ? String(word) : "\(line) \(word)"
        guard longer.count <= width || line.isEmpty else { break }
        line = longer
        words = words.dropFirst()
      }
      lines.append(line.count <= width ? line : String(line.prefix(width - 1)) + "…")
    }
    return lines
  }

  /// A line in the middle of `width` characters.
  static func centered(_ line: String, width: Int) -> String {
    let space = max(width - line.count, 0)
    return String(repeating: " ", count: space / 2) + line + String(repeating: " ", count: space - space / 2)
  }
}
