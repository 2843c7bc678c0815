import MartletCore

// Names of results, types and values of attributes.

extension GraphTextParser {
  /// `images` or `conv1.0.weight.gradient`: words and numbers joined by points.
  static func resultName(_ reader: inout TokenReader) throws -> String {
    var name = ""
    while true {
      let token = reader.current
      let isPoint = token.kind == .punctuation && token.text == "."
      guard isPoint || token.kind == .word || token.kind == .number else { break }
      if !isPoint, !name.isEmpty, !name.hasSuffix("."), !token.text.hasPrefix(".") { break }
      name += reader.advance().text
    }
    guard !name.isEmpty, name.first != ".", name.last != "." else { throw reader.unexpected("the name of a result") }
    return name
  }

  static func tensorType(_ reader: inout TokenReader) throws -> TensorType {
    let word = try reader.expect(.word, "a tensor type, as in f32[64, 10]")
    guard let dtype = DType(rawValue: word.text) else {
      throw MartletError(
        TextErrorCode.unknownWord, "unknown element type '\(word.text)'", at: word.location,
        advice: "The element types are \(DType.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    let location = reader.current.location
    let extents = try reader.list("[", "]") { try $0.integer("an extent") }
    guard Shape.checkedElementCount(extents) != nil else {
      throw MartletError(TextErrorCode.impossibleShape, "the shape \(Shape(extents)) is not possible", at: location)
    }
    return TensorType(dtype, Shape(extents))
  }

  static func attributeValue(_ reader: inout TokenReader, depth: Int = 0) throws -> AttributeValue {
    if reader.isAt("[") {
      guard depth < GraphTextParser.deepestNesting else { throw reader.unexpected("a list that is not nested \(depth) times") }
      return .list(try reader.list("[", "]") { try attributeValue(&$0, depth: depth + 1) })
    }
    let negative = reader.take("-")
    let token = reader.advance()
    switch token.kind {
    case .number:
      let text = (negative ? "-" : "") + token.text
      // No integer is -0: it is the number that differs from 0 by its sign.
      if let integer = Int(text), integer != 0 || !negative { return .integer(integer) }
      if let number = Double(text) {
        // Only the word inf is infinity: a decimal that becomes it is too large for any type.
        guard number.isFinite else {
          throw MartletError(
            TextErrorCode.malformedNumber, "\(token.quoted) is too large: f64 holds \(DType.f64.rangeDescription)", at: token.location,
            advice: "Write inf for infinity.")
        }
        return .number(ExactDouble(number))
      }
      throw MartletError(TextErrorCode.malformedNumber, "\(token.quoted) is not a number", at: token.location)
    case .word where token.text == "inf" || token.text == "nan":
      let number = token.text == "inf" ? Double.infinity : Double.nan
      return .number(ExactDouble(negative ? -number : number))
    case .word where !negative && (token.text == "true" || token.text == "false"): return .flag(token.text == "true")
    case .word where !negative && token.text == "base64" && reader.current.kind == .string: return try bytes(reader.advance())
    case .word where !negative: return .word(token.text)
    case .word, .value, .symbol, .string, .punctuation, .end:
      throw MartletError(
        TextErrorCode.unexpectedToken, "expected the value of an attribute, found \(token.quoted)", at: token.location,
        advice: "Values are numbers, lists in [ ], true, false, a word, or base64 and a string.")
    }
  }

  /// The bytes that a string of base64 stands for.
  private static func bytes(_ token: Token) throws -> AttributeValue {
    do {
      return .bytes(try Base64.bytes(token.text))
    } catch {
      let location = SourcePosition(
        file: token.location.file, line: token.location.line, column: token.location.column.map { $0 + 1 + error.position })
      throw MartletError(
        TextErrorCode.malformedNumber, error.message, at: location,
        advice: token.text.hasSuffix("...") ? "A text that was printed with --abbreviate does not read back: print it without." : nil)
    }
  }
}
