import MartletCore

/// A column of a table, as reading the whole file found it.
public struct CSVColumn: Hashable, Sendable {
  /// What the values of a column are.
  package enum Kind: Hashable, Sendable {
    /// Numbers without a point or an exponent.
    case integers
    case numbers
    /// At least one value is no number.
    case text
  }

  /// The name of the header; `column 1`, … where the file has none.
  public let name: String
  /// What its values are, those that are there.
  package fileprivate(set) var kind = Kind.integers
  /// How many values are missing.
  package fileprivate(set) var missing = 0
  /// Whether all values are there and are integers from 0 to 255.
  var isBytes: Bool { kind == .integers && missing == 0 && hasOnlyBytes }
  fileprivate var hasOnlyBytes = true

  init(name: String) { self.name = name }
}

/// A CSV file: rows of fields with named columns. Its text stays in memory; tensors are made of the columns that one names.
///
/// ```swift
/// let flowers = try CSVTable.read("iris.csv").data(labelColumn: "species")       // elements: features f32[4], label i32
/// let houses = try CSVTable.read("houses.csv").data(targets: ["price"])          // elements: features f32[12], target f32[1]
/// ```
///
/// Source: RFC 4180, with commas, semicolons or tabs.
public struct CSVTable: Sendable {
  /// The path, for messages.
  package let file: String
  /// The columns, in the order of the file.
  public let columns: [CSVColumn]
  /// How many rows there are, without the header.
  public let rows: Int
  /// What separates the fields: a comma, a semicolon, a tab or what was given.
  package let separator: Character
  /// Whether the first row has the names of the columns.
  package let hasHeader: Bool

  let bytes: [UInt8]
  private let separatorByte: UInt8
  /// Where the rows begin.
  private let start: (position: Int, line: Int)

  /// Reads a file, gzipped or not. Without `hasHeader` the first row is the header where none of its fields is a number; without `separator`
  /// it is the one of comma, semicolon and tab that cuts the first rows into the same number of fields.
  ///
  /// Throws M1026 with file and line for rows of several lengths, quotes that nothing closes, no rows or two columns of one name; M104 for text
  /// that is no UTF-8; M101 to M103 where the system does not give the file.
  public static func read(_ path: String, hasHeader: Bool? = nil, separator: Character? = nil) throws -> CSVTable {
    var bytes = try FileBytes.read(path)
    if Gzip.isCompressed(bytes) { bytes = try Gzip.decompress(bytes, file: path, limit: CSVTable.largestText) }
    return try CSVTable(bytes, file: path, hasHeader: hasHeader, separator: separator)
  }

  private static let largestText = 4 << 30

  /// As `read`, of bytes that are in memory; `file` names them in messages.
  public init(_ bytes: [UInt8], file: String, hasHeader: Bool? = nil, separator: Character? = nil) throws {
    func malformed(_ message: String, _ advice: String? = nil) -> MartletError {
      MartletError(DataErrorCode.malformedTable, "\(file): \(message)", advice: advice)
    }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw malformed("the text is UTF-16, UTF-8 was expected", "Save it as UTF-8; iconv -f utf16 -t utf8 converts it.")
    }
    if bytes.prefix(4096).contains(0) { throw malformed("it has bytes that are no text", "Name a text file of rows and columns.") }
    // A byte order mark.
    let textStart = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    let scanned = try bytes.withUnsafeBufferPointer { bytes in
      let separator = try CSVTable.separator(separator, bytes, from: textStart, file: file)
      var scanner = CSVScanner(bytes, separator: separator, file: file, position: textStart)
      var (first, firstLine, isData) = ([String](), 1, false)
      while let field = try scanner.next() {
        if first.isEmpty { firstLine = field.line }
        first.append(try scanner.text(field))
        if DecimalNumber.value(scanner.contents(field)) != nil { isData = true }
        if field.endsRow { break }
      }
      guard !first.isEmpty else {
        throw malformed("the file is empty; a header and rows were expected", "Name another file, or write them.")
      }
      let hasHeader = hasHeader ?? !isData
      var columns = first.enumerated().map { CSVColumn(name: hasHeader && !$0.element.isEmpty ? $0.element : "column \($0.offset + 1)") }
      var places: [String: Int] = [:]
      for (place, column) in columns.enumerated() {
        guard let other = places.updateValue(place, forKey: column.name) else { continue }
        throw MartletError(
          DataErrorCode.malformedTable, "columns \(other + 1) and \(place + 1) are both named '\(column.name)'",
          at: SourcePosition(file: file, line: firstLine), advice: "Give each column a name of its own.")
      }
      if !hasHeader { scanner = CSVScanner(bytes, separator: separator, file: file, position: textStart) }
      let start = (position: scanner.position, line: scanner.line)
      let rows = try CSVTable.survey(&scanner, &columns, expected: hasHeader ? "the header" : "the first row")
      guard rows > 0 else {
        throw malformed("it has a header and no rows", "Add rows, or say that the first row is none: hasHeader: false.")
      }
      return (columns: columns, rows: rows, separator: separator, hasHeader: hasHeader, start: start)
    }
    self.file = file
    self.bytes = bytes
    columns = scanned.columns
    rows = scanned.rows
    separatorByte = scanned.separator
    self.separator = Character(UnicodeScalar(scanned.separator))
    self.hasHeader = scanned.hasHeader
    start = scanned.start
  }

  /// Reads all rows once: counts them, compares their lengths, finds what the columns hold.
  private static func survey(_ scanner: inout CSVScanner, _ columns: inout [CSVColumn], expected: String) throws -> Int {
    var rows = 0
    var line = scanner.line
    while let field = try scanner.next() {
      if field.column == 0 { line = field.line }
      if field.column < columns.count {
        let contents = scanner.contents(field)
        if let number = DecimalNumber.value(contents) {
          if !number.isWhole, columns[field.column].kind == .integers { columns[field.column].kind = .numbers }
          if !(number.value >= 0 && number.value <= 255) { columns[field.column].hasOnlyBytes = false }
        } else if CSVScanner.isMissing(contents) {
          columns[field.column].missing += 1
        } else {
          columns[field.column].kind = .text
        }
      }
      guard field.endsRow else { continue }
      guard field.column + 1 == columns.count else {
        throw MartletError(
          DataErrorCode.malformedTable, "the row has \(field.column + 1) fields, \(expected) has \(columns.count)",
          at: SourcePosition(file: scanner.file, line: line))
      }
      rows += 1
    }
    return rows
  }

  private static func separator(
    _ given: Character?, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, file: String
  ) throws -> UInt8 {
    if let given {
      guard let byte = given.asciiValue, byte != UInt8(ascii: "\""), byte != 10, byte != 13 else {
        throw MartletError(
          DataErrorCode.impossibleChoice, "fields cannot be separated by '\(given)'",
          advice: "Give one ASCII character: a comma, a semicolon, a tab.")
      }
      return byte
    }
    /// How many fields the first rows have.
    func lengths(_ separator: UInt8) -> [Int] {
      var scanner = CSVScanner(bytes, separator: separator, file: file, position: start)
      var lengths: [Int] = []
      // What cannot be read with this separator counts as far as it can.
      while lengths.count < rowsToCompare, let field = try? scanner.next() { if field.endsRow { lengths.append(field.column + 1) } }
      return lengths
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].map { (separator: $0, lengths: lengths($0)) }
    let cutting = candidates.filter { ($0.lengths.first ?? 1) > 1 }
    let regular = cutting.filter { candidate in candidate.lengths.allSatisfy { $0 == candidate.lengths[0] } }
    func most(_ candidates: [(separator: UInt8, lengths: [Int])]) -> UInt8? {
      candidates.reduce(nil as (separator: UInt8, lengths: [Int])?) { best, next in
        best.map { $0.lengths[0] >= next.lengths[0] ? $0 : next } ?? next
      }?.separator
    }
    return most(regular) ?? most(cutting) ?? UInt8(ascii: ",")
  }

  private static let rowsToCompare = 16

  /// Reads all rows again and calls the body with each field that stands in one of the columns, and the number of its row.
  func forEachField(
    of wanted: [Int], _ body: (_ row: Int, _ place: Int, _ field: CSVScanner.Field, _ scanner: borrowing CSVScanner) throws -> Void
  ) throws {
    var places = [Int](repeating: -1, count: columns.count)
    for (place, column) in wanted.enumerated() { places[column] = place }
    try bytes.withUnsafeBufferPointer { bytes in
      var scanner = CSVScanner(bytes, separator: separatorByte, file: file, position: start.position, line: start.line)
      var row = 0
      while let field = try scanner.next() {
        if places[field.column] >= 0 { try body(row, places[field.column], field, scanner) }
        if field.endsRow { row += 1 }
      }
    }
  }

  /// The position of a column. Throws M1029 where there is none of the name.
  func position(_ name: String) throws -> Int {
    guard let position = columns.firstIndex(where: { $0.name == name }) else {
      let shown = columns.prefix(20).map { "'\($0.name)'" }.joined(separator: ", ") + (columns.count > 20 ? ", …" : "")
      throw MartletError(
        DataErrorCode.unknownColumn, "\(file) has no column '\(name)'; it has \(shown)",
        advice: KnownNames.nearest(to: name, among: columns.map(\.name)).map { "Did you mean '\($0)'?" } ?? "Name one of these columns.")
    }
    return position
  }

  /// The positions of columns. Throws M1029 for a name that is unknown or stands there twice.
  func positions(_ names: [String]) throws -> [Int] {
    var seen: Set<String> = []
    return try names.map { name in
      guard seen.insert(name).inserted else {
        throw MartletError(DataErrorCode.unknownColumn, "\(file): column '\(name)' is named twice", advice: "Name each column once.")
      }
      return try position(name)
    }
  }
}
