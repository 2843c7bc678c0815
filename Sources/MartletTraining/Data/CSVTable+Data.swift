import MartletCore

extension CSVTable {
  /// Names of columns that have labels, where none is given.
  private static let labelNames: Set<String> = ["label", "class", "target", "species", "y"]

  /// The column that has the labels where none is named: one called label, class, target, species or y, in capitals or not, else the last one.
  package var usualLabelColumn: String {
    (columns.first { CSVTable.labelNames.contains($0.name.lowercased()) } ?? columns.last)?.name ?? ""
  }

  /// Samples for classification: `features` (f32[columns]) and `label` (i32, with the names of the classes). A table of an image a row,
  /// whose columns are named pixel0, pixel1, … and hold integers from 0 to 255, gives `image` (u8[1, height, width]) in place of features.
  ///
  /// `labelColumn` names the column of the labels, `usualLabelColumn` without it; `ignoring` names columns that are not read; `classes` are
  /// those of the part that a model was trained with. Throws what `numbers` and `labels` throw, and M1029 where no column is left.
  public func data(labelColumn: String? = nil, ignoring: [String] = [], classes: [String]? = nil) throws -> TensorData {
    let column = labelColumn ?? usualLabelColumn
    let (numbers, names) = try labels(column, classes: classes)
    return try TensorData([try inputs(without: [column] + ignoring), ("label", numbers)], classes: ["label": names])
  }

  /// Samples for regression: `features` (f32[columns]) and `target` (f32[targets]). Without targets, features alone.
  ///
  /// `ignoring` names columns that are not read. Throws what `numbers` throws, and M1029 where no column is left.
  public func data(targets: [String], ignoring: [String] = []) throws -> TensorData {
    let features = try inputs(without: targets + ignoring)
    return try TensorData(targets.isEmpty ? [features] : [features, ("target", try numbers(targets))])
  }

  /// All columns but these.
  private func inputs(without names: [String]) throws -> (String, HostTensor) {
    let excluded = Set(try names.map { try position($0) })
    let used = columns.indices.filter { !excluded.contains($0) }
    guard !used.isEmpty else {
      throw MartletError(
        DataErrorCode.unknownColumn, "\(file) has no column that is neither a label nor left out",
        advice: "Leave fewer columns out; the label alone has nothing to learn from.")
    }
    if let (positions, side) = pixels(used) { return ("image", try bytes(positions, shape: [1, side, side])) }
    return ("features", try numbers(used.map { columns[$0].name }))
  }

  /// The columns in the order of their pixels, and the side of the image, where they are those of a square image of bytes.
  private func pixels(_ used: [Int]) -> (positions: [Int], side: Int)? {
    let side = Int(Double(used.count).squareRoot().rounded())
    guard side > 1, side * side == used.count else { return nil }
    var numbered: [(number: Int, position: Int)] = []
    for position in used {
      let column = columns[position]
      guard column.isBytes, column.name.lowercased().hasPrefix("pixel"), let number = Int(column.name.dropFirst(5)) else { return nil }
      numbered.append((number, position))
    }
    numbered.sort { $0.number < $1.number }
    // They are counted from 0 or from 1.
    guard let first = numbered.first?.number, (0...1).contains(first),
      numbered.enumerated().allSatisfy({ $0.element.number == first + $0.offset })
    else { return nil }
    return (numbered.map(\.position), side)
  }
}
