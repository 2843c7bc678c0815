import MartletCore
import MartletTraining

/// Samples that are no images, as text: rows of a table with their targets, the beginning of a text, the first numbers of an array.
package struct SampleListing {
  private let source: any DataSource
  private let samples: [Int]
  private let input: DataElement
  /// Names of the input's numbers and of the target's, where they are the columns of a table.
  private let columns: (input: [String], target: [String])

  /// `columns` are those of `DataSet`. Throws M1021 where the source does not have these samples.
  package init(_ source: any DataSource, _ samples: [Int], columns: (input: [String], target: [String])) throws {
    guard let input = source.elements.first, source.elements.count > 1 else {
      throw MartletError(
        DataErrorCode.noTargets, "the samples have \(source.elements.count) elements; an input and a target were expected",
        advice: "Name data of which each sample has an input and a target.")
    }
    (self.source, self.samples, self.input, self.columns) = (source, samples, input, columns)
  }

  /// Lines of at most so many columns where the contents can be cut to that; a line break stands at the end of each.
  package func text(columns width: Int) throws -> String {
    if let names = input.classes, input.dtype == .i32, input.shape.rank == 1 { return try tokens(names, width) }
    return input.shape.rank <= 1 ? try rows(width) : try arrays(width)
  }

  // MARK: Texts

  private func tokens(_ names: [String], _ width: Int) throws -> String {
    let vocabulary = try TextVocabulary(outputs: names.count, names: names)
    let window = input.shape.elementCount
    let numbers = try source.tensor(0, of: samples).elements(as: Int32.self) ?? []
    return try samples.enumerated().map { place, sample in
      let text = try vocabulary.text(of: Array(numbers[place * window..<(place + 1) * window]))
      return SampleListing.cut("sample \(sample): \(SampleListing.quoted(text))", width)
    }.joined()
  }

  /// A text on one line.
  private static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.properties.generalCategory == .control: result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(result)\""
  }

  // MARK: Tables

  /// A row a sample, a column a number, as many as fit; the target is the last column.
  private func rows(_ width: Int) throws -> String {
    let count = input.shape.elementCount
    let values = try texts(0)
    let targets = try targets(most: 4)
    let heading = columns.target.isEmpty ? "target" : columns.target.joined(separator: ", ")
    var table = [["sample"]] + samples.map { ["\($0)"] }
    func wide(_ rows: [[String]]) -> Int { rows.reduce(0) { sum, row in max(sum, row.map(\.count).max() ?? 0) } }
    var used = wide(table) + 2 + max(heading.count, targets.map(\.count).max() ?? 0)
    var shown = 0
    while shown < count {
      let name = columns.input.count == count ? columns.input[shown] : "[\(shown)]"
      let cells = [name] + samples.indices.map { values[$0 * count + shown] }
      // The last column needs no room for a mark behind it.
      let rest = shown + 1 < count ? 3 : 0
      guard shown == 0 || used + 2 + wide([cells]) + rest <= width else { break }
      used += 2 + wide([cells])
      for (row, cell) in cells.enumerated() { table[row].append(cell) }
      shown += 1
    }
    if shown < count { for row in table.indices { table[row].append("…") } }
    for (row, cell) in ([heading] + targets).enumerated() { table[row].append(cell) }
    let numbers = Set(0...shown)
    let text = TextTable.text(table, rightAligned: numbers) + "\n"
    return shown < count ? text + "… \(count - shown) more of \(count) numbers a sample\n" : text
  }

  // MARK: Arrays

  /// A line a sample: where its numbers are, and the first ones.
  private func arrays(_ width: Int) throws -> String {
    let tensor = try source.tensor(0, of: samples)
    let (count, numbers, values, targets) = (input.shape.elementCount, tensor.numbers, try texts(0), try targets(most: 4))
    return samples.enumerated().map { place, sample in
      let own = place * count..<(place + 1) * count
      let finite = numbers[own].filter(\.isFinite)
      var line = "sample \(sample), target \(targets[place]): "
      if let least = finite.min(), let largest = finite.max() {
        line += "\(NumberText.text(least, as: input.dtype)) to \(NumberText.text(largest, as: input.dtype)), "
      }
      return SampleListing.cut(line + values[own].prefix(SampleListing.firstNumbers).joined(separator: " "), width)
    }.joined()
  }

  /// More do not fit a line.
  private static let firstNumbers = 200

  // MARK: Parts

  /// The numbers of an element of all samples, one after the other.
  private func texts(_ element: Int) throws -> [String] {
    let tensor = try source.tensor(element, of: samples)
    return tensor.numbers.map { NumberText.text($0, as: tensor.dtype) }
  }

  /// The targets: a class's name, else the first numbers.
  private func targets(most: Int) throws -> [String] {
    let element = source.elements[1]
    let (count, values) = (element.shape.elementCount, try texts(1))
    let labels = element.shape.rank == 0 ? try DataSet.labels(source, samples) : []
    return samples.indices.map { place in
      if let names = element.classes, labels.indices.contains(place), names.indices.contains(Int(labels[place])) {
        return names[Int(labels[place])]
      }
      return values[place * count..<place * count + min(count, most)].joined(separator: " ") + (count > most ? " …" : "")
    }
  }

  private static func cut(_ line: String, _ width: Int) -> String {
    (line.count <= width ? line : String(line.prefix(max(width - 1, 0))) + "…") + "\n"
  }
}
