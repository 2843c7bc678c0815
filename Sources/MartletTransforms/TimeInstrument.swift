import MartletCore
import MartletGraph

/// Measures each pass and counts what it does to the nodes. As the last instrument of a pipeline it measures the passes alone, without the
/// checks of the others.
package final class TimeInstrument: Instrument {
  /// A pass that ran.
  package struct Entry: Sendable {
    package var pass: String
    package var duration: Duration
    package var changes: NodeChanges
    /// Nodes behind the pass, those inside fusions and loops too.
    package var nodeCount: Int
  }

  package private(set) var entries: [Entry] = []
  private var start = ContinuousClock.now

  package init() {}

  package func begins(_ pass: Pass, at position: Int, on graph: Graph) { start = ContinuousClock.now }

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    let duration = ContinuousClock.now - start
    entries.append(
      Entry(
        pass: pass.name, duration: duration, changes: NodeChanges(from: before, to: after), nodeCount: TimeInstrument.nodeCount(after)))
  }

  private static func nodeCount(_ graph: Graph) -> Int {
    graph.nodes.reduce(0) { $0 + 1 + ($1.region.map(nodeCount) ?? 0) }
  }

  /// A line for each pass, in order, and the total; without a line break at the end.
  package var table: String {
    let total = entries.reduce(Duration.zero) { $0 + $1.duration }
    func row(_ name: String, _ duration: Duration, _ changes: NodeChanges, _ nodeCount: Int?) -> [String] {
      let share = total > .zero ? duration.seconds / total.seconds * 100 : 0
      return [
        name, NumberText.fixed(duration.seconds * 1e3, decimals: 3), NumberText.fixed(share, decimals: 1), String(changes.added),
        String(changes.removed), String(changes.changed), nodeCount.map(String.init) ?? "",
      ]
    }
    let head = ["pass", "ms", "%", "added", "removed", "changed", "nodes"]
    let all = entries.reduce(NodeChanges()) { $0 + $1.changes }
    return TextTable.text(
      [head] + entries.map { row($0.pass, $0.duration, $0.changes, $0.nodeCount) }
        + [row("total", total, all, entries.last?.nodeCount)], rightAligned: [1, 2, 3, 4, 5, 6])
  }
}
