/// One word of IR text.
package struct Token: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case word
    /// `%name`: data. The text is the name alone.
    case value
    /// `@name`: a graph, a kernel or a fusion. The text is the name alone.
    case symbol
    case number
    /// `"…"`: printable ASCII without quotes, on one line. The text is what stands between the quotes.
    case string
    case punctuation
    case end
  }

  package var kind: Kind
  package var text: String
  package var location: SourcePosition

  /// Bytes of the text that it takes.
  package var length: Int {
    switch kind {
    case .word, .number, .punctuation: text.utf8.count
    case .value, .symbol: text.utf8.count + 1
    case .string: text.utf8.count + 2
    case .end: 0
    }
  }

  /// How an error message calls it.
  package var quoted: String {
    switch kind {
    case .word, .number, .punctuation: "'\(text)'"
    case .value: "'%\(text)'"
    case .symbol: "'@\(text)'"
    case .string: text.utf8.count <= 40 ? "'\"\(text)\"'" : "'\"\(text.prefix(40))...\"'"
    case .end: "the end of the text"
    }
  }
}

/// Splits the text of either IR into tokens. Spaces and `// comments` separate tokens and mean nothing else; `%` directly before a
/// letter, digit or `_` begins a name, elsewhere it is the remainder operator.
package struct Tokenizer {
  private static let operators = ["..<", "->", "<=", ">=", "==", "!=", "<<", ">>"]

  /// An error of a text before its words mean anything, and the number of the token before which, or at which, it stands.
  package struct Fault: Sendable {
    package var position: Int
    package var error: MartletError
  }

  /// The tokens of a text. What is none of the language is left out and reported.
  package static func tokens(of text: String, file: String) -> (tokens: [Token], faults: [Fault]) {
    scan(Array(text.utf8), file: file)
  }

  /// The bytes of the token at a place of a text, at least 1.
  package static func length(at location: SourcePosition, in bytes: [UInt8]) -> Int {
    guard let column = location.column else { return 1 }
    var (start, line) = (0, 1)
    while line < location.line {
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return 1 }
      start = end + 1
      line += 1
    }
    let (first, overflow) = start.addingReportingOverflow(column - 1)
    guard !overflow, first >= start, first < bytes.count else { return 1 }
    // Longer names are not marked to their end.
    let window = Array(bytes[first..<min(bytes.count, first + 1000)])
    let end = window.firstIndex(of: UInt8(ascii: "\n")) ?? window.count
    guard let token = scan(Array(window[..<end]), file: location.file).tokens.first, token.location.column == 1 else {
      // A character that is none of the language is marked as a whole.
      return max(1, window[..<end].dropFirst().prefix { $0 & 0xc0 == 0x80 }.count + 1)
    }
    return max(1, token.length)
  }

  private static func scan(_ bytes: [UInt8], file: String) -> (tokens: [Token], faults: [Fault]) {
    var tokens: [Token] = []
    var faults: [Fault] = []
    func report(_ error: MartletError) {
      if faults.count < TextErrors.mostCounted { faults.append(Fault(position: tokens.count, error: error)) }
    }
    var position = 0
    var line = 1
    var lineStart = 0
    while position < bytes.count {
      let byte = bytes[position]
      let location = SourcePosition(file: file, line: line, column: position - lineStart + 1)
      switch byte {
      case UInt8(ascii: "\n"):
        position += 1
        line += 1
        lineStart = position
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "/"):
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "%"), UInt8(ascii: "@"):
        let name = run(bytes, from: position + 1, while: isNameByte)
        if name.isEmpty {
          tokens.append(Token(kind: .punctuation, text: String(UnicodeScalar(byte)), location: location))
        } else {
          tokens.append(Token(kind: byte == UInt8(ascii: "%") ? .value : .symbol, text: name, location: location))
        }
        position += 1 + name.utf8.count
      case UInt8(ascii: "\""):
        let string = run(bytes, from: position + 1, while: { $0 != UInt8(ascii: "\"") && (0x20...0x7e).contains($0) })
        let end = position + 1 + string.utf8.count
        let hasEnd = end < bytes.count && bytes[end] == UInt8(ascii: "\"")
        if !hasEnd {
          report(
            MartletError(
              TextErrorCode.unexpectedToken, "the string that begins here has no end", at: location,
              advice: "Close it with \" on the same line; it holds printable ASCII."))
        }
        tokens.append(Token(kind: .string, text: string, location: location))
        position = hasEnd ? end + 1 : bytes[end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      case _ where isDigit(byte):
        let end = numberEnd(bytes, from: position)
        tokens.append(Token(kind: .number, text: String(decoding: bytes[position..<end], as: UTF8.self), location: location))
        position = end
      case _ where isLetter(byte):
        let word = run(bytes, from: position, while: { isLetter($0) || isDigit($0) })
        tokens.append(Token(kind: .word, text: word, location: location))
        position += word.utf8.count
      case 0x21...0x7e:
        let rest = bytes[position..<min(position + 3, bytes.count)]
        let match = operators.first { rest.starts(with: $0.utf8) } ?? String(UnicodeScalar(byte))
        tokens.append(Token(kind: .punctuation, text: match, location: location))
        position += match.utf8.count
      default:
        report(
          MartletError(
            TextErrorCode.strayByte, "byte \(byte) does not belong in IR text, which is printable ASCII", at: location,
            advice: "Remove the character; names use letters, digits, '_' and '.'."))
        // Several in a row are one mistake.
        while position < bytes.count, isStray(bytes[position]) { position += 1 }
      }
    }
    tokens.append(
      Token(kind: .end, text: "", location: SourcePosition(file: file, line: line, column: bytes.count - lineStart + 1)))
    return (tokens, faults)
  }

  private static func isStray(_ byte: UInt8) -> Bool {
    !(0x20...0x7e).contains(byte) && byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\r")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      || byte == UInt8(ascii: "_")
  }
  private static func isNameByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ".") }

  private static func run(_ bytes: [UInt8], from start: Int, while matches: (UInt8) -> Bool) -> String {
    var end = start
    while end < bytes.count, matches(bytes[end]) { end += 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Digits, a hexadecimal number, a fraction (a point that a digit follows), an exponent.
  private static func numberEnd(_ bytes: [UInt8], from start: Int) -> Int {
    var end = start
    func digits() { while end < bytes.count, isDigit(bytes[end]) { end += 1 } }
    if bytes[start] == UInt8(ascii: "0"), start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "x") {
      end += 2
      while end < bytes.count, isDigit(bytes[end]) || isLetter(bytes[end]) { end += 1 }
      return end
    }
    digits()
    if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(bytes[end + 1]) {
      end += 1
      digits()
    }
    if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "e") {
      let signed = bytes[end + 1] == UInt8(ascii: "-") || bytes[end + 1] == UInt8(ascii: "+")
      let first = signed ? end + 2 : end + 1
      if first < bytes.count, isDigit(bytes[first]) {
        end = first
        digits()
      }
    }
    return end
  }
}

/// Reads tokens one after the other: what the parsers of both IRs are built on.
package struct TokenReader {
  private let tokens: [Token]
  /// What is none of the language.
  package let faults: [Tokenizer.Fault]
  /// The number of the current token.
  package private(set) var position = 0

  package init(_ text: String, file: String) { (tokens, faults) = Tokenizer.tokens(of: text, file: file) }

  package var current: Token { tokens[position] }
  package func peek(_ offset: Int) -> Token { tokens[min(position + offset, tokens.count - 1)] }

  package var count: Int { tokens.count }

  /// The token of a number, the last one for larger numbers.
  package subscript(_ number: Int) -> Token { tokens[max(0, min(number, tokens.count - 1))] }

  /// Whether the token of a number is the first of its line.
  package func beginsLine(_ number: Int) -> Bool { number == 0 || self[number - 1].location.line < self[number].location.line }

  /// Makes the token of a number the current one.
  package mutating func move(to number: Int) { position = max(0, min(number, tokens.count - 1)) }

  /// Whether an error between two tokens only follows from something there that is none of the language.
  package func followsFault(from start: Int, to end: Int) -> Bool {
    faults.contains { fault in
      (fault.position > start || fault.position == start && fault.error.location?.line == self[start].location.line)
        && fault.position <= end
    }
  }

  package mutating func advance() -> Token {
    let token = tokens[position]
    if position + 1 < tokens.count { position += 1 }
    return token
  }

  package func isAt(_ text: String) -> Bool {
    (current.kind == .punctuation || current.kind == .word) && current.text == text
  }

  /// Skips the token if it is this word or sign.
  package mutating func take(_ text: String) -> Bool {
    guard isAt(text) else { return false }
    _ = advance()
    return true
  }

  @discardableResult
  package mutating func expect(_ text: String) throws -> Token {
    guard isAt(text) else { throw unexpected("'\(text)'") }
    return advance()
  }

  package mutating func expect(_ kind: Token.Kind, _ what: String) throws -> Token {
    guard current.kind == kind else { throw unexpected(what) }
    return advance()
  }

  package func unexpected(_ expected: String, advice: String? = nil) -> MartletError {
    MartletError(TextErrorCode.unexpectedToken, "expected \(expected), found \(current.quoted)", at: current.location, advice: advice)
  }

  /// A decimal integer with an optional minus sign.
  package mutating func integer(_ what: String) throws -> Int {
    let negative = take("-")
    let token = try expect(.number, what)
    guard let value = Int((negative ? "-" : "") + token.text) else {
      throw MartletError(TextErrorCode.unexpectedToken, "expected \(what), found \(token.quoted)", at: token.location)
    }
    return value
  }

  /// `open item, item … close`, possibly without any item.
  package mutating func list<Item>(_ open: String, _ close: String, _ item: (inout TokenReader) throws -> Item) throws -> [Item] {
    try expect(open)
    var items: [Item] = []
    if take(close) { return items }
    repeat { items.append(try item(&self)) } while take(",")
    guard take(close) else { throw unexpected("',' or '\(close)'") }
    return items
  }
}
