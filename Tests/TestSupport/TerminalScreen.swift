/// What a terminal shows of the bytes that it got: text that wraps at the last column, carriage returns, line feeds, and the sequences that go up
/// rows (`ESC [ n A`) and erase to the end of the row (`ESC [ K`) or of the screen (`ESC [ J`).
package struct TerminalScreen {
  /// A row, and whether the next one goes on with the same line.
  private struct Row {
    var text: [Character] = []
    var isWrapped = false
  }

  private var columns: Int
  private var rows = [Row()]
  private var row = 0
  private var column = 0
  private var sequence: String?

  package init(columns: Int) { self.columns = columns }

  /// The rows from the top, without spaces at their ends.
  package var lines: [String] {
    rows.map { row in
      var text = row.text[...]
      while text.last == " " { text = text.dropLast() }
      return String(text)
    }
  }

  package mutating func write(_ text: String) {
    // A carriage return and a line feed are one character in Swift.
    for scalar in text.unicodeScalars { write(Character(scalar)) }
  }

  private mutating func write(_ character: Character) {
    if let open = sequence {
      sequence = open + String(character)
      if character.isLetter { control(open.dropFirst(), character) }
      return
    }
    switch character {
    case "\u{1b}": sequence = ""
    case "\r": column = 0
    case "\n":
      rows[row].isWrapped = false
      goDown()
      column = 0
    default:
      if column == columns {
        rows[row].isWrapped = true
        goDown()
        column = 0
      }
      while rows[row].text.count <= column { rows[row].text.append(" ") }
      rows[row].text[column] = character
      column += 1
    }
  }

  private mutating func goDown() {
    row += 1
    if row == rows.count { rows.append(Row()) }
  }

  private mutating func control(_ parameters: Substring, _ command: Character) {
    sequence = nil
    switch command {
    case "A": row = max(0, row - (Int(parameters) ?? 1))
    case "K", "J":
      rows[row].text = Array(rows[row].text.prefix(column))
      rows[row].isWrapped = false
      if command == "J" { rows = Array(rows.prefix(row + 1)) }
    default: break
    }
  }

  /// Another width: lines that were wrapped are wrapped anew, and the cursor stays behind the character that it was behind, as in tmux.
  package mutating func resize(columns new: Int) {
    var lines: [[Character]] = [[]]
    var cursor = (line: 0, offset: 0)
    for (number, part) in rows.enumerated() {
      if number == row { cursor = (lines.count - 1, lines[lines.count - 1].count + column) }
      lines[lines.count - 1] += part.text
      if !part.isWrapped, number + 1 < rows.count { lines.append([]) }
    }
    columns = new
    rows = []
    for (number, line) in lines.enumerated() {
      let count = max(1, (line.count + new - 1) / new)
      if number == cursor.line {
        let part = min(count - 1, cursor.offset == 0 ? 0 : (cursor.offset - 1) / new)
        (row, column) = (rows.count + part, cursor.offset - part * new)
      }
      for part in 0..<count {
        rows.append(Row(text: Array(line.dropFirst(part * new).prefix(new)), isWrapped: part + 1 < count))
      }
    }
  }
}
