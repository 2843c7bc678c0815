import MartletCore
import MartletTraining

/// How well each class was found, as text: a table of the classes, and the confusion matrix or, where that does not fit, the pairs of classes
/// that were confused most often.
package struct ClassReport {
  private let matrix: ConfusionMatrix
  private let scores: ClassScores
  private let names: [String]

  /// More classes are not listed one by one.
  package static let mostClasses = 25
  /// As many classes and pairs are listed of them.
  package static let mostListed = 10

  /// `names` are those of all classes of the matrix.
  package init(_ matrix: ConfusionMatrix, _ names: [String]) {
    (self.matrix, self.names) = (matrix, names)
    scores = matrix.scores
  }

  /// Both parts in lines of at most so many columns.
  package func text(columns: Int) -> String {
    let isShort = names.count <= ClassReport.mostClasses
    var text = isShort ? classes(Array(names.indices), columns) : lowest(columns)
    if isShort, let matrix = matrixText(columns) {
      text += "\n" + matrix
    } else {
      text += "\n" + pairs(columns)
    }
    return text
  }

  // MARK: Classes

  /// The classes with the lowest F1 of all that are present.
  private func lowest(_ columns: Int) -> String {
    let present = names.indices.filter { scores.classes[$0].isPresent }
    let listed = present.sorted { (scores.classes[$0].f1, $0) < (scores.classes[$1].f1, $1) }.prefix(ClassReport.mostListed)
    return "\(names.count) classes; lowest F1:\n" + classes(Array(listed), columns)
  }

  /// A row a class and one for the mean; narrow terminals get fewer digits and no numbers of samples.
  private func classes(_ listed: [Int], _ columns: Int) -> String {
    func table(_ decimals: Int, _ heading: [String], hasSamples: Bool) -> [[String]] {
      func row(_ name: String, _ score: ClassScores.Score?) -> [String] {
        let values = [score?.precision, score?.recall, score?.f1].map { value in
          value.map { NumberText.fixed($0, decimals: decimals) } ?? "-"
        }
        return [name] + values + (hasSamples ? ["\(score?.labelled ?? 0)"] : [])
      }
      return [heading] + listed.map { row(names[$0], scores.classes[$0].isPresent ? scores.classes[$0] : nil) }
        + [row("macro average", scores.macro)]
    }
    let wide = table(4, ["class", "precision", "recall", "F1", "samples"], hasSamples: true)
    let narrow = table(2, ["class", "prec.", "rec.", "F1"], hasSamples: false)
    return ClassReport.fitted(wide, columns, leastName: 12) ?? ClassReport.fitted(narrow, columns) ?? TextTable.text(
      narrow, rightAligned: [1, 2, 3]) + "\n"
  }

  // MARK: Confusions

  /// Rows are labels, columns what was found. Where names are too wide as headings, columns have the numbers of the classes; nil where those
  /// do not fit either.
  private func matrixText(_ columns: Int) -> String? {
    let counts = matrix.counts
    func table(_ rowNames: [String], _ headings: [String], leastName: Int) -> String? {
      let rows = [["true"] + headings] + zip(rowNames, counts).map { name, row in [name] + row.map { $0 == 0 ? "." : "\($0)" } }
      guard let text = ClassReport.fitted(rows, columns, leastName: leastName) else { return nil }
      // Above the first heading.
      let first = text.prefix { $0 != "\n" }
      let start = first.dropFirst(4).prefix { $0 == " " }.count + 4
      let place = min(start, max(columns - ClassReport.axis.count, 0))
      return String(repeating: " ", count: place) + ClassReport.axis + "\n" + text
    }
    let areNumbers = names.enumerated().allSatisfy { $0.element == "\($0.offset)" }
    // Names are whole where they are the headings.
    if let text = table(names, names, leastName: .max) { return text }
    guard !areNumbers else { return nil }
    return table(names.enumerated().map { "\($0.offset) \($0.element)" }, names.indices.map { "\($0)" }, leastName: 6)
  }

  private static let axis = "predicted"

  private func pairs(_ columns: Int) -> String {
    let pairs = matrix.confusions(most: ClassReport.mostListed)
    guard !pairs.isEmpty else { return "Most confused: none\n" }
    let rows =
      [["true", "predicted", "times", "of"]]
      + pairs.map { pair in
        [names[pair.label], names[pair.found], "\(pair.count)", "\(scores.classes[pair.label].labelled)"]
      }
    let heading = "Most confused:\n"
    if let text = ClassReport.fitted(rows, columns, named: 2) { return heading + text }
    return heading + pairs.map { "\($0.count)x \(names[$0.label]), taken for \(names[$0.found])\n" }.joined()
  }

  // MARK: Fitting

  /// A table whose first columns are names, which are cut until it fits, to `leastName` characters; nil where that does not help.
  private static func fitted(_ rows: [[String]], _ columns: Int, named: Int = 1, leastName: Int = 4) -> String? {
    let widths = (rows.first?.indices ?? 0..<0).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let others = widths.dropFirst(named).reduce(0) { $0 + $1 + 2 } + 2 * (named - 1)
    let room = (columns - others) / named
    guard room >= min(leastName, widths.prefix(named).max() ?? 0) else { return nil }
    let cut = rows.map { row in
      row.enumerated().map { column, cell in
        column < named && cell.count > room ? String(cell.prefix(max(room - 1, 0))) + "…" : cell
      }
    }
    return TextTable.text(cut, rightAligned: Set(named..<widths.count)) + "\n"
  }
}
