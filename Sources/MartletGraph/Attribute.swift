import MartletCore

/// The value of an attribute as text writes it: numbers, lists, true, false or a bare word.
public indirect enum AttributeValue: Hashable, Sendable, CustomStringConvertible, Printed {
  /// `3`.
  case integer(Int)
  /// `0.5`, `nan` or `-inf`, as a Double.
  case number(ExactDouble)
  /// A number that prints as an element of this type would: `0.1` for f32, not `0.10000000149011612`.
  case element(ExactDouble, DType)
  /// `true` or `false`.
  case flag(Bool)
  /// A bare word, such as `tanh`.
  case word(String)
  /// `[1, 2]`: values of any kinds.
  case list([AttributeValue])
  /// `base64 "AACAPw=="`: the bytes of many numbers.
  case bytes([UInt8])

  /// A list of integers: `[1, 1]`.
  public static func integers(_ values: [Int]) -> AttributeValue { .list(values.map { .integer($0) }) }

  package var printed: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let number): NumberText.text(number.value)
    case .element(let number, let dtype): NumberText.text(number.value, as: dtype)
    case .flag(let value): value ? "true" : "false"
    case .word(let word): word
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .bytes(let bytes): "base64 \"\(Base64.text(bytes))\""
    }
  }

  /// The text for readers: of many bytes the first few, which does not read back.
  package var abbreviated: String {
    guard case .bytes(let bytes) = self, bytes.count > AttributeValue.abbreviatedCount else { return description }
    return "base64 \"\(Base64.text(Array(bytes[..<AttributeValue.abbreviatedCount])))...\""
  }

  /// A multiple of 3, so that no padding is written.
  private static let abbreviatedCount = 24
}

/// A named property of an operation.
public struct Attribute: Hashable, Sendable {
  package var name: String
  package var value: AttributeValue

  /// `name = value`, as text writes it.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }

  /// The attribute in a list of its own, or nothing when it has its default value: defaults are not printed.
  public static func unlessDefault(_ name: String, _ value: AttributeValue, _ defaultValue: AttributeValue) -> [Attribute] {
    value == defaultValue ? [] : [Attribute(name, value)]
  }
}

/// Hands the attributes that were read from text to an operation's initializer, each by name, and complains about those left over.
public struct AttributeReader {
  private var remaining: [(name: String, value: AttributeValue)]
  package let mnemonic: String
  private var known: [String] = []

  package init(_ attributes: [Attribute], mnemonic: String) {
    remaining = attributes.map { ($0.name, $0.value) }
    self.mnemonic = mnemonic
  }

  private mutating func take(_ name: String) -> AttributeValue? {
    known.append(name)
    guard let position = remaining.firstIndex(where: { $0.name == name }) else { return nil }
    return remaining.remove(at: position).value
  }

  private func mismatch(_ name: String, _ expected: String, _ found: AttributeValue?) -> MartletError {
    let what = found.map { "found \($0.abbreviated)" } ?? "but it is missing"
    return MartletError(
      GraphErrorCode.attributeValue, "\(mnemonic): attribute '\(name)' must be \(expected), \(what)",
      advice: "Write {\(name) = …}; martlet ops \(mnemonic) shows examples.")
  }

  /// The list of integers of this name. Throws M302 where it is something else, or missing without a default.
  public mutating func integers(_ name: String, default defaultValue: [Int]? = nil) throws -> [Int] {
    let value = take(name)
    if value == nil, let defaultValue { return defaultValue }
    guard case .list(let items) = value else { throw mismatch(name, "a list of integers", value) }
    return try items.map { item in
      guard case .integer(let integer) = item else { throw mismatch(name, "a list of integers", value) }
      return integer
    }
  }

  /// The integer of this name. Throws M302 where it is something else, or missing without a default.
  public mutating func integer(_ name: String, default defaultValue: Int? = nil) throws -> Int {
    let value = take(name)
    if value == nil, let defaultValue { return defaultValue }
    guard case .integer(let integer) = value else { throw mismatch(name, "an integer", value) }
    return integer
  }

  /// The number of this name; integers are numbers too. Throws M302 where it is something else, or missing without a default.
  public mutating func number(_ name: String, default defaultValue: Double? = nil) throws -> Double {
    let value = take(name)
    if value == nil, let defaultValue { return defaultValue }
    guard let number = value.flatMap(AttributeReader.number) else { throw mismatch(name, "a number", value) }
    return number
  }

  /// The bytes of this name, nil where there are none.
  package mutating func bytes(_ name: String) -> [UInt8]? {
    guard let position = remaining.firstIndex(where: { $0.name == name }), case .bytes(let bytes) = remaining[position].value else {
      return nil
    }
    remaining.remove(at: position)
    return bytes
  }

  /// The list of numbers of this name, nil where it is missing. Throws M302 where it is something else.
  package mutating func numbers(_ name: String) throws -> [Double]? {
    let value = take(name)
    guard let value else { return nil }
    guard case .list(let items) = value else { throw mismatch(name, "a list of numbers", value) }
    return try items.map { item in
      guard let number = AttributeReader.number(item) else { throw mismatch(name, "a list of numbers", value) }
      return number
    }
  }

  /// The flag of this name. Throws M302 where it is neither true nor false.
  public mutating func flag(_ name: String, default defaultValue: Bool) throws -> Bool {
    let value = take(name)
    if value == nil { return defaultValue }
    guard case .flag(let flag) = value else { throw mismatch(name, "true or false", value) }
    return flag
  }

  /// A bare word that is the raw value of a case.
  public mutating func word<Choice: RawRepresentable & CaseIterable>(_ name: String, default defaultValue: Choice? = nil) throws -> Choice
  where Choice.RawValue == String {
    let value = take(name)
    if value == nil, let defaultValue { return defaultValue }
    guard case .word(let word) = value, let choice = Choice(rawValue: word) else {
      throw mismatch(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), value)
    }
    return choice
  }

  /// Throws when an attribute was given that the operation did not read.
  package func finish() throws {
    guard let extra = remaining.first else { return }
    let choices = known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
    throw MartletError(
      GraphErrorCode.unknownAttribute, "\(mnemonic): unknown attribute '\(extra.name)'; \(choices)",
      advice: known.isEmpty
        ? "Leave it out." : KnownNames.advice("attributes", known, insteadOf: extra.name, all: "martlet ops \(mnemonic) shows them"))
  }

  private static func number(_ value: AttributeValue) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number), .element(let number, _): number.value
    case .flag(let flag): flag ? 1 : 0
    case .word("nan"): .nan
    case .word("inf"): .infinity
    case .word, .list, .bytes: nil
    }
  }
}
