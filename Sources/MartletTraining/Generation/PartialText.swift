/// Text that comes token by token: a character of UTF-8 may be several bytes.
package struct PartialText {
  private let vocabulary: TextVocabulary
  /// The beginning of a character.
  private var pending: [Int32] = []

  package init(_ vocabulary: TextVocabulary) { self.vocabulary = vocabulary }

  /// What can be printed now: all but the beginning of a character. Throws M1034 for a token that the vocabulary does not have.
  package mutating func append(_ token: Int32) throws -> String {
    pending.append(token)
    guard vocabulary == .bytes else { return try rest() }
    let tail = PartialText.incompleteTail(pending)
    let text = try vocabulary.text(of: Array(pending.dropLast(tail)))
    pending = Array(pending.suffix(tail))
    return text
  }

  /// What has not been printed yet, complete or not.
  package mutating func rest() throws -> String {
    defer { pending = [] }
    return try vocabulary.text(of: pending)
  }

  /// How many bytes at the end may become a character with those that follow.
  private static func incompleteTail(_ bytes: [Int32]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      // A byte that goes on with a character: its first one is further ahead.
      if byte >= 0x80, byte < 0xc0 { continue }
      let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }
}
