import MartletCore
import TestSupport
import Testing

/// The table of docs/testing.md that says which tests stand on both sides of each constant: names, files and values are those of the sources.
@Suite struct Constants {
  @Test func areThoseOfTheSources() throws {
    let text = try FileBytes.readText(Repository.path("docs/testing.md"))
    let section = try #require(text.split(separator: "## Constants of the compiler and their tests").last)
    let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count >= 14)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.drop { $0 == " " } }
      let name = cells[0].filter { $0 != "`" && $0 != " " }
      let source = try FileBytes.readText(Repository.path("Sources/" + cells[1].filter { $0 != " " }))
      let value = String(cells[2].reversed().drop { $0 == " " }.reversed())
      #expect(source.contains("let \(name) = \(value)\n"), "\(name) is not \(value) in \(cells[1])")
      #expect(cells.count == 4 && !cells[3].isEmpty, "\(row)")
    }
  }
}
