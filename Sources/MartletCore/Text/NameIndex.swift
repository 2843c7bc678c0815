/// Where the names of a text are defined and where they are used: what "go to definition" of an editor needs.
package struct NameIndex {
  /// A name as it stands somewhere, and the number of its definition.
  package struct Occurrence: Sendable {
    package var token: Token
    package var definition: Int
  }

  /// The tokens that define names, by number.
  package private(set) var definitions: [Token] = []
  /// Definitions too.
  package private(set) var occurrences: [Occurrence] = []

  package init() {}

  /// The number of the definition.
  package mutating func define(_ token: Token) -> Int {
    occurrences.append(Occurrence(token: token, definition: definitions.count))
    definitions.append(token)
    return definitions.count - 1
  }

  package mutating func use(_ token: Token, of definition: Int) {
    guard definitions.indices.contains(definition) else { return }
    occurrences.append(Occurrence(token: token, definition: definition))
  }

  /// The name at a place: `line` and `column` count from 1, the column in bytes. The end of a name belongs to it, as a cursor stands there.
  package func occurrence(line: Int, column: Int) -> Occurrence? {
    func contains(_ token: Token, end: Int) -> Bool {
      guard token.location.line == line, let first = token.location.column else { return false }
      return column >= first && column < first + token.length + end
    }
    return occurrences.first { contains($0.token, end: 0) } ?? occurrences.first { contains($0.token, end: 1) }
  }
}
