import MartletCore
import MartletGraph

/// How a step was brought into its memory.
package struct MemoryFit: Sendable {
  /// The results of a node that are computed a second time in the backward part.
  package struct Repetition: Hashable, Sendable {
    /// The values' names in the text of the optimized graph in which nothing is computed twice.
    package var names: [String]
    package var layer: String?
    /// The operation, of a fusion its name.
    package var operation: String
    package var byteCount: Int
    /// Arithmetic that is done a second time.
    package var operations: Int
  }

  /// What was allowed, in bytes.
  package var byteCount: Int
  /// Parts of the batch that run one after the other.
  package var microBatches: Int
  /// The optimized graph of a micro-batch, ready to be lowered.
  package var graph: Graph
  /// With the whole batch at once, or the fewest micro-batches that may be chosen, and nothing computed twice.
  package var before: MemoryUse
  package var after: MemoryUse
  package var repetitions: [Repetition]
  /// Arithmetic of the graph with nothing computed twice.
  package var operations: Int

  /// Arithmetic that is done a second time.
  package var repeatedOperations: Int {
    repetitions.reduce(0) { sum, repetition in
      let (next, overflow) = sum.addingReportingOverflow(repetition.operations)
      return overflow ? .max : next
    }
  }

  /// What was given up, in a sentence.
  package var summary: String {
    func bytes(_ count: Int) -> String { NumberText.scaled(Double(count), "B") }
    let parts = microBatches == 1 ? "" : " in \(microBatches) micro-batches"
    guard before.total > after.total || microBatches > 1 || !repetitions.isEmpty else {
      return "\(bytes(after.total)) of at most \(bytes(byteCount)): nothing is given up"
    }
    let values = repetitions.reduce(0) { $0 + $1.names.count }
    let twice =
      repetitions.isEmpty
      ? ""
      : "; \(values == 1 ? "1 value is" : "\(values) values are") computed twice (\(NumberText.scaled(Double(repeatedOperations), "FLOP")) more, "
        + "\(NumberText.fixed(100 * Double(repeatedOperations) / Double(max(operations, 1)), decimals: 1)) %)"
    return "\(bytes(after.total)) of at most \(bytes(byteCount))\(parts), \(bytes(before.total)) with nothing given up\(twice)"
  }

  /// The table of `martlet dump --stage plan --memory`.
  package var text: String {
    var text = "memory: \(summary)\n\n"
    let uses: [(String, KeyPath<MemoryUse, Int>)] = [
      ("variables", \.variables), ("inputs", \.inputs), ("results", \.results), ("intermediate values", \.shared),
      ("samples in flight", \.workers), ("beside the program", \.beside), ("in all", \.total),
    ]
    let rows = [["", "bytes before", "bytes after"]] + uses.map { [$0.0, String(before[keyPath: $0.1]), String(after[keyPath: $0.1])] }
    text += TextTable.text(rows, rightAligned: [1, 2]) + "\n"
    guard !repetitions.isEmpty else { return text }
    text += "\ncomputed twice, with the names of the optimized graph without --memory\n"
    let values = repetitions.map { repetition in
      [
        repetition.names.map { "%\($0)" }.joined(separator: ", "), repetition.layer ?? "", repetition.operation,
        String(repetition.byteCount), String(repetition.operations),
      ]
    }
    return text + TextTable.text([["value", "layer", "operation", "bytes", "operations"]] + values, rightAligned: [3, 4]) + "\n"
  }
}
