/// Rows of cells as text in columns, two spaces apart.
package enum TextTable {
  /// A line for each row, without spaces at its end. All rows have as many cells as the first.
  package static func text(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    let columns = rows.first?.indices ?? 0..<0
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = columns.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return rightAligned.contains(column) ? space + row[column] : row[column] + space
      }.joined(separator: "  ")[...]
      while line.last == " " { line = line.dropLast() }
      return String(line)
    }.joined(separator: "\n")
  }
}
