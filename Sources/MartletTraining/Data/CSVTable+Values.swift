import MartletCore

extension CSVTable {
  /// The values of a column as text, a text for each row; empty where they are missing. Throws M1029 where there is no such column, M104 for
  /// text that is no UTF-8.
  package func texts(_ column: String) throws -> [String] {
    var texts: [String] = []
    texts.reserveCapacity(rows)
    try forEachField(of: [try position(column)]) { _, _, field, scanner in
      texts.append(CSVScanner.isMissing(scanner.contents(field)) ? "" : try scanner.text(field))
    }
    return texts
  }

  /// Columns as a tensor f32[rows, columns]: each number is read as f64 and rounded.
  ///
  /// Throws M1027 for a value that is missing, M1028 for text or a number too large for f32, each with file, line and column; M1029 where
  /// there is no such column.
  public func numbers(_ columns: [String]) throws -> HostTensor {
    let positions = try positions(columns)
    let width = positions.count
    return try HostTensor(filling: TensorType(.f32, [rows, width])) { memory in
      let numbers = memory.bindMemory(to: Float.self)
      try forEachField(of: positions) { row, place, field, scanner in
        let value = Float(try number(field, scanner))
        guard value.isFinite else {
          throw MartletError(
            DataErrorCode.notANumber, "column '\(columns[place])' has \(try scanner.text(field)), f32 holds \(DType.f32.rangeDescription)",
            at: SourcePosition(file: file, line: field.line),
            advice: "Correct the field, or leave the column out: --ignore-column '\(columns[place])', in a program `ignoring:`.")
        }
        numbers[row * width + place] = value
      }
    }
  }

  /// Columns of integers from 0 to 255 as u8[rows, columns]. The columns must have been found to hold nothing else.
  func bytes(_ positions: [Int], shape: [Int]) throws -> HostTensor {
    let width = positions.count
    return try HostTensor(filling: TensorType(.u8, Shape([rows] + shape))) { memory in
      try forEachField(of: positions) { row, place, field, scanner in
        // Never NaN.
        memory[row * width + place] = UInt8(min(max(try number(field, scanner), 0), 255))
      }
    }
  }

  private func number(_ field: CSVScanner.Field, _ scanner: borrowing CSVScanner) throws -> Double {
    if let number = DecimalNumber.value(scanner.contents(field)) { return number.value }
    let column = columns[field.column]
    let text = try scanner.text(field)
    let location = SourcePosition(file: file, line: field.line)
    if CSVScanner.isMissing(scanner.contents(field)) { throw missing(column, text, location) }
    if column.kind == .text, text.split(separator: ",", omittingEmptySubsequences: false).count == 2, Double(replacingComma(text)) != nil {
      throw MartletError(
        DataErrorCode.notANumber, "column '\(column.name)' has '\(text)', a number was expected", at: location,
        advice: "Write numbers with a point: \(replacingComma(text)).")
    }
    throw MartletError(
      DataErrorCode.notANumber, "column '\(column.name)' has '\(text)', a number was expected", at: location,
      advice: "Correct the field, or leave the column out: --ignore-column '\(column.name)', in a program `ignoring:`.")
  }

  private func replacingComma(_ text: String) -> String { String(text.map { $0 == "," ? "." : $0 }) }

  private func missing(_ column: CSVColumn, _ text: String, _ location: SourcePosition) -> MartletError {
    let others = column.missing > 1 ? ", one of \(column.missing) that are missing in this column" : ""
    return MartletError(
      DataErrorCode.missingValue, "column '\(column.name)' has no value\(text.isEmpty ? "" : " ('\(text)')")\(others)", at: location,
      advice:
        "Delete the row, write a value there (the column's mean, say), or leave the column out: --ignore-column '\(column.name)', in a program `ignoring:`."
    )
  }

  /// A column as the numbers of classes, i32[rows], and the names of the classes. Integers are sorted by number, other values by text; whole
  /// numbers with a point, 1.0, are integers. With `classes`, those of the part that a model was trained with, their order decides.
  ///
  /// Throws M1027 for a value that is missing; M1030 for numbers with a fraction, for one class only, for a new value in more than half of
  /// the rows where there are more than 20, and for a value that is none of `classes`; M1029 where there is no such column.
  package func labels(_ column: String, classes: [String]? = nil) throws -> (numbers: HostTensor, classes: [String]) {
    let position = try position(column)
    var found: [String: Int32] = [:]
    var names: [String] = []
    var numbers: [Int32] = []
    numbers.reserveCapacity(rows)
    var lines: [Int] = []
    try forEachField(of: [position]) { _, _, field, scanner in
      let name = try className(field, scanner)
      if let number = found[name] { return numbers.append(number) }
      numbers.append(Int32(truncatingIfNeeded: names.count))
      found[name] = Int32(truncatingIfNeeded: names.count)
      names.append(name)
      lines.append(field.line)
    }
    func noClasses(_ message: String, line: Int? = nil, _ advice: String? = nil) -> MartletError {
      MartletError(
        DataErrorCode.noClasses, "\(line == nil ? "\(file): " : "")column '\(column)' \(message)",
        at: line.map { SourcePosition(file: file, line: $0) }, advice: advice)
    }
    let sorted: [String]
    if let classes {
      let known = Set(classes)
      if let unknown = names.firstIndex(where: { !known.contains($0) }) {
        throw noClasses(
          "has '\(names[unknown])', which is none of the \(classes.count) classes", line: lines[unknown],
          "Correct the value, or train with data that have this class.")
      }
      sorted = classes
    } else {
      guard names.count > 1 else { throw noClasses("has one value only, '\(names[0])': there is nothing to learn") }
      guard names.count * 2 <= rows || rows <= CSVTable.fewRows else {
        throw noClasses(
          "has \(names.count) different values in \(rows) rows: these are no labels of classes", line: nil,
          "For regression: --target-column, in a program `targets:`; for classes another column: --label-column, in a program `labelColumn:`."
        )
      }
      let integers = names.map { Int($0) }
      sorted =
        columns[position].kind == .text || integers.contains(nil)
        ? names.sorted() : names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
    }
    let order = Dictionary(sorted.enumerated().map { ($0.element, Int32(truncatingIfNeeded: $0.offset)) }) { first, _ in first }
    let numberOfName = names.map { order[$0] ?? 0 }
    return (HostTensor([rows], numbers.map { numberOfName[Int($0)] }), sorted)
  }

  /// As few rows may all have different labels.
  private static let fewRows = 20

  /// The name of the class that a field names.
  private func className(_ field: CSVScanner.Field, _ scanner: borrowing CSVScanner) throws -> String {
    let contents = scanner.contents(field)
    let column = columns[field.column]
    if CSVScanner.isMissing(contents) {
      throw missing(column, try scanner.text(field), SourcePosition(file: file, line: field.line))
    }
    guard column.kind != .text, let number = DecimalNumber.value(contents) else { return try scanner.text(field) }
    guard let integer = Int(exactly: number.value), abs(integer) <= 1 << 53 else {
      guard number.value == number.value.rounded() else {
        throw MartletError(
          DataErrorCode.noClasses,
          "column '\(column.name)' has \(try scanner.text(field)), which is no class: classes are integers or names",
          at: SourcePosition(file: file, line: field.line),
          advice:
            "For regression: --target-column, in a program `targets:`; for classes another column: --label-column, in a program `labelColumn:`."
        )
      }
      return try scanner.text(field)
    }
    return String(integer)
  }

  /// Whether a column has numbers with a fraction: a target of regression.
  func hasFractions(_ column: String) throws -> Bool {
    let position = try position(column)
    guard columns[position].kind == .numbers else { return false }
    var hasFraction = false
    try forEachField(of: [position]) { _, _, field, scanner in
      if let number = DecimalNumber.value(scanner.contents(field)), number.value != number.value.rounded() { hasFraction = true }
    }
    return hasFraction
  }
}
