import MartletCore

/// The tokens of texts, numbered from 0: the 256 bytes, or the characters that a text has.
public struct TextVocabulary: Hashable, Sendable {
  /// What a token is.
  public enum Unit: String, CaseIterable, Hashable, Sendable {
    /// Bytes of UTF-8: 256 tokens, enough for every text.
    case bytes
    /// Unicode scalar values, as Python counts characters.
    case characters
  }

  /// What a token is.
  package let unit: Unit
  /// The characters in the order of their numbers; empty where tokens are bytes.
  package let characters: [UnicodeScalar]
  private let numbers: [UnicodeScalar: Int32]

  /// All bytes.
  public static var bytes: TextVocabulary { TextVocabulary(unit: .bytes, characters: []) }

  /// The characters of a text, sorted by their code points: Python's `sorted(set(text))`.
  public static func characters(of text: String) -> TextVocabulary {
    TextVocabulary(unit: .characters, characters: Set(text.unicodeScalars).sorted())
  }

  /// The vocabulary of a model that was trained on texts: bytes where it has 256 outputs, else the characters that its checkpoint names. Throws
  /// M1323 where it names none.
  package init(outputs: Int, names: [String]?) throws {
    let characters = (names ?? []).compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
    if characters.count == outputs, Set(characters).count == outputs {
      self.init(unit: .characters, characters: characters)
    } else if outputs == 256 {
      self.init(unit: .bytes, characters: [])
    } else {
      throw MartletError(
        UsageErrorCode.noVocabulary, "the model has \(outputs) tokens, and its checkpoint does not say which characters they are",
        advice: "Use a checkpoint that train wrote for a text.")
    }
  }

  private init(unit: Unit, characters: [UnicodeScalar]) {
    self.unit = unit
    self.characters = characters
    numbers = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($0.element, Int32(truncatingIfNeeded: $0.offset)) })
  }

  /// How many tokens there are.
  public var count: Int { unit == .bytes ? 256 : characters.count }

  /// What a text without a beginning of its own goes on from: a line break where the vocabulary has it, else its first character.
  package var beginning: String {
    unit == .bytes || numbers["\n"] != nil ? "\n" : characters.first.map { String($0) } ?? ""
  }

  /// The tokens' names, for people: characters as they are, bytes that are no printable ASCII as 0x0a.
  package var names: [String] {
    guard unit == .bytes else { return characters.map { String($0) } }
    return (0..<256).map { byte in
      if (0x20...0x7e).contains(byte) { return String(UnicodeScalar(UInt8(byte))) }
      let digits = String(byte, radix: 16)
      return "0x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
  }

  /// The tokens of a text. Throws M1034 for a character that the vocabulary does not have.
  public func tokens(of text: String) throws -> [Int32] {
    guard unit == .characters else { return text.utf8.map { Int32($0) } }
    var tokens: [Int32] = []
    tokens.reserveCapacity(text.utf8.count)
    for (position, character) in text.unicodeScalars.enumerated() {
      guard let number = numbers[character] else {
        throw MartletError(
          DataErrorCode.unknownCharacter,
          "character \(position), '\(character)' (U+\(String(character.value, radix: 16, uppercase: true))), is none of the vocabulary's \(count)"
        )
      }
      tokens.append(number)
    }
    return tokens
  }

  /// The text of tokens; bytes that are no UTF-8 become U+FFFD. Throws M1034 for a number that the vocabulary does not have.
  public func text(of tokens: [Int32]) throws -> String {
    if let position = tokens.firstIndex(where: { $0 < 0 || Int($0) >= count }) {
      throw MartletError(
        DataErrorCode.unknownCharacter, "token \(position) is \(tokens[position]); the vocabulary has \(count), numbered from 0",
        advice: "Give numbers that the vocabulary made, or that a model with as many outputs computed.")
    }
    guard unit == .characters else { return String(decoding: tokens.map { UInt8(clamping: $0) }, as: UTF8.self) }
    var text = String.UnicodeScalarView()
    for token in tokens { text.append(characters[Int(token)]) }
    return String(text)
  }
}
