import MartletCore
import TestSupport
import Testing

/// The line under an error, and the mark below it.
@Suite struct SourceExcerpts {
  private static func excerpt(_ text: String, _ line: Int, _ column: Int, _ length: Int = 1) -> String? {
    SourceExcerpt(Array(text.utf8), at: SourcePosition(file: "a", line: line, column: column), length: length)?.printed
  }

  @Test func marksTheColumn() {
    #expect(SourceExcerpts.excerpt("one\n  two three\nfour", 2, 7, 5) == "   2 |   two three\n     |       ^~~~~")
    #expect(SourceExcerpts.excerpt("one\r\ntwo\r\n", 1, 4) == "   1 | one\n     |    ^")
    #expect(SourceExcerpts.excerpt("one\ntwo", 2, 1, 99) == "   2 | two\n     | ^~~")
    // Behind the end of the text, where something is missing.
    #expect(SourceExcerpts.excerpt("one\n", 2, 1) == "   2 | \n     | ^")
    #expect(SourceExcerpts.excerpt(String(repeating: "x\n", count: 12_344) + "abc", 12_345, 2) == "12345 | abc\n      |  ^")
  }

  @Test func placesThatAreNotThereHaveNone() {
    for (line, column) in [(0, 1), (3, 1), (1, 0), (1, 6), (Int.max, Int.max)] {
      #expect(SourceExcerpts.excerpt("four\nx", line, column) == nil, "\(line):\(column)")
    }
    #expect(SourceExcerpt(Array("x".utf8), at: SourcePosition(file: "a", line: 1)) == nil)
  }

  /// A terminal gives wide characters two columns.
  @Test func wideCharacters() {
    #expect(SourceExcerpts.excerpt("😀 %0 = é", 1, 6, 2) == "   1 | 😀 %0 = é\n     |    ^~")
    #expect(SourceExcerpts.excerpt("漢字 x", 1, 4, 3) == "   1 | 漢字 x\n     |   ^~")
    #expect(SourceExcerpts.excerpt("é x", 1, 4) == "   1 | é x\n     |   ^")
  }

  /// A tabulator goes to the next multiple of four columns, as the mark does.
  @Test func tabulatorsAreSpaces() {
    #expect(SourceExcerpts.excerpt("\ta\tb", 1, 4) == "   1 |     a   b\n     |         ^")
    #expect(SourceExcerpts.excerpt("abcd\tb", 1, 6) == "   1 | abcd    b\n     |         ^")
    #expect(SourceExcerpts.excerpt("a\tb", 1, 2) == "   1 | a   b\n     |  ^~~")
  }

  /// A terminal is not given what moves its cursor, and each character has its columns.
  @Test func charactersHaveAColumnEach() {
    #expect(SourceExcerpts.excerpt("\u{e9}\u{1f600}x\u{1b}[2J\u{202e}y", 1, 7) == "   1 | \u{e9}\u{1f600}x?[2J?y\n     |    ^")
    // The mark of a character is as wide as the character, however many bytes it has.
    #expect(SourceExcerpts.excerpt("a\u{1f600}b", 1, 2, 4) == "   1 | a\u{1f600}b\n     |  ^~")
    // Bytes that are no text.
    #expect(
      SourceExcerpt([0x61, 0xff, 0x62], at: SourcePosition(file: "a", line: 1, column: 3))?.printed == "   1 | a\u{fffd}b\n     |   ^")
  }

  /// A hundred characters are shown; of a longer line those around the mark.
  @Test(arguments: [99, 100, 101, 102, 500, 100_000]) func longLinesAreCut(_ count: Int) throws {
    for column in Set([1, 2, 50, 51, 52, count / 2, count - 49, count - 1, count]).filter({ (1...count).contains($0) }) {
      var line = [UInt8](repeating: UInt8(ascii: "."), count: count)
      line[column - 1] = UInt8(ascii: "X")
      let position = SourcePosition(file: "a", line: 1, column: column)
      let lines = try #require(SourceExcerpt(line, at: position)).printed.split(separator: "\n").map(Array.init)
      #expect(lines[0].count <= 7 + 106 && (count > 100) == (lines[0].count > 7 + 100), "\(count) \(column)")
      let mark = try #require(lines[1].firstIndex(of: "^"))
      #expect(lines[0][mark] == "X" && lines[1].count == mark + 1, "\(count) \(column)")
      #expect(lines[0].filter { $0 == "X" }.count == 1)
    }
    // What is marked beyond the cut is not.
    let text = String(repeating: "x", count: count)
    let lines = try #require(SourceExcerpts.excerpt(text, 1, 1, count)).split(separator: "\n")
    #expect(lines[1].filter { $0 == "^" || $0 == "~" }.count == min(count, 100))
  }
}
