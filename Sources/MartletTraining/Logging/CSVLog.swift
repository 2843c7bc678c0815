import MartletCore

/// A run as a table that any program reads: a header, then a row for each epoch or validation.
///
/// ```
/// epoch,step,training-loss,validation-accuracy
/// 1,938,0.2104,0.9713
/// ```
///
/// The first two columns are the epoch and the steps done in it; the others are numbers in their shortest form that reads back to the same
/// bits, empty where a row has none. A run that goes on from a checkpoint removes the rows behind its point, which it writes again.
public final class CSVLog {
  /// A point of a run: rows are in this order.
  public struct Point: Hashable, Comparable, Sendable {
    /// From 1.
    package var epoch: Int
    /// The steps done in that epoch.
    package var step: Int

    /// After `step` steps of an epoch, which counts from 1.
    public init(epoch: Int, step: Int) { (self.epoch, self.step) = (epoch, step) }

    /// By epoch, then by step.
    public static func < (a: Point, b: Point) -> Bool { (a.epoch, a.step) < (b.epoch, b.step) }
  }

  package let path: String
  /// The names of the columns behind `epoch` and `step`.
  package let columns: [String]
  private let file: AppendedFile

  /// Begins a new table, in place of one that is there; with `resumingAfter` continues it: rows behind this point, and what a killed run left
  /// of a row, are removed, and a file that is missing is made. Throws M1209 where the file has other columns or holds no table, and M101
  /// where it cannot be written.
  public init(_ path: String, columns: [String], resumingAfter point: Point? = nil) throws {
    self.path = path
    self.columns = columns
    guard Set(columns).count == columns.count, !columns.contains(where: ["", "epoch", "step"].contains) else {
      throw MartletError(
        TrainingErrorCode.logColumns, "the columns of \(path) need different names, other than epoch and step: \(columns)",
        advice: "Rename a column; epoch and step are there already.")
    }
    let header = (["epoch", "step"] + columns).map(CSVLog.quoted).joined(separator: ",") + "\n"
    var text = header
    if let point, FileBytes.exists(path) { text += try CSVLog.rows(of: path, header, upTo: point) }
    try FileBytes.writeAtomically(Array(text.utf8), to: path)
    file = try AppendedFile(path)
  }

  /// Adds a row; columns without a value stay empty. Throws M1209 where a value has no column.
  public func add(_ point: Point, _ values: [String: Double]) throws {
    if let unknown = values.keys.filter({ !columns.contains($0) }).min() {
      throw MartletError(
        TrainingErrorCode.logColumns, "\(path) has no column '\(unknown)'; it has \(columns.joined(separator: ", "))",
        advice: "List the column when the log is made.")
    }
    let cells = [String(point.epoch), String(point.step)] + columns.map { name in values[name].map(CSVLog.text) ?? "" }
    try file.append(Array((cells.joined(separator: ",") + "\n").utf8))
  }

  /// The rows of a file up to a point, as text.
  private static func rows(of path: String, _ header: String, upTo point: Point) throws -> String {
    let text = try FileBytes.readText(path)
    // A header may hold line breaks in quotes: it is compared whole.
    guard text.hasPrefix(header) else {
      // A run that was killed before its first line was written leaves nothing to keep.
      guard !text.isEmpty else { return "" }
      let found = text.prefix { $0 != "\n" }.prefix(200)
      throw MartletError(
        TrainingErrorCode.logColumns, "\(path) begins with '\(found)', '\(header.dropLast())' was expected")
    }
    var kept = ""
    let lines = text.dropFirst(header.count).split(separator: "\n", omittingEmptySubsequences: false)
    // What follows the last line break is a row that was not finished.
    for (number, line) in lines.dropLast().enumerated() {
      let cells = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
      guard cells.count >= 2, let epoch = Int(cells[0]), let step = Int(cells[1]) else {
        throw MartletError(
          TrainingErrorCode.logColumns, "row \(number + 1) of \(path) is '\(line.prefix(200))'; it should begin with an epoch and a step")
      }
      if Point(epoch: epoch, step: step) <= point { kept += line + "\n" }
    }
    return kept
  }

  private static func text(_ value: Double) -> String { NumberText.unsignedNaN(value) }

  /// A cell in quotes where it needs them [RFC 4180].
  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
    return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
