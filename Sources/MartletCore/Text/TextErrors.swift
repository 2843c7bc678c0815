/// The errors of one text: a parser goes on behind an error, so that several are reported at once.
package struct TextErrors {
  /// So many are shown.
  package static let most = 10
  /// So many are looked for: damage is not parsed for ever.
  package static let mostCounted = 1000

  private var found: [MartletError] = []

  package init() {}

  package var isEmpty: Bool { found.isEmpty }

  /// What is looked for only where it is shown.
  package var isShown: Bool { found.count < TextErrors.most }

  /// Whether there are as many as are counted: parsers stop.
  package var isFull: Bool { found.count >= TextErrors.mostCounted }

  package mutating func add(_ error: MartletError) { if !isFull { found.append(error) } }

  /// In the order of the text, each place once; those without a place last.
  package var sorted: [MartletError] {
    let places = found.map { ($0.location?.line ?? .max, $0.location?.column ?? .max) }
    let order = found.indices.sorted { (places[$0].0, places[$0].1, $0) < (places[$1].0, places[$1].1, $1) }
    var errors: [MartletError] = []
    for index in order {
      let error = found[index]
      if let last = errors.last, last.location == error.location, last.location != nil || last.message == error.message { continue }
      errors.append(error)
    }
    return errors
  }

  /// The first error, which carries the others; each of the first ten with its line of the text. Nil where there is none.
  package func combined(in text: String) -> MartletError? {
    let errors = sorted
    guard !errors.isEmpty else { return nil }
    let bytes = Array(text.utf8)
    let shown = errors.prefix(TextErrors.most).map { error in
      var copy = error
      if let location = error.location {
        copy.excerpt = SourceExcerpt(bytes, at: location, length: Tokenizer.length(at: location, in: bytes))
      }
      return copy
    }
    var first = shown[0]
    first.others = Array(shown.dropFirst())
    first.omittedCount = errors.count - shown.count
    return first
  }
}
