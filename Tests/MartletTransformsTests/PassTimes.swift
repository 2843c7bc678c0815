import MartletCore
import MartletGraph
import MartletTransforms
import TestSupport
import Testing

/// What `opt --time-passes` counts and prints.
@Suite struct PassTimes {
  private static func graph(_ body: String) throws -> Graph {
    try GraphParser.parse("graph @f(input %x: f32[2], input %z: f32[2]) -> (y: f32[2]) {\n\(body)\n}")
  }

  private static func changes(_ before: String, _ after: String) throws -> [Int] {
    let changes = NodeChanges(from: try graph(before), to: try graph(after))
    return [changes.added, changes.removed, changes.changed]
  }

  @Test func nodesAreCounted() throws {
    let two = "  %0 = exp(%x) : f32[2]\n  %1 = neg(%0) : f32[2]\n  return %1"
    #expect(try PassTimes.changes(two, two) == [0, 0, 0])
    // Other numbers are no change.
    #expect(try PassTimes.changes(two, "  %a = exp(%x) : f32[2]\n  %b = neg(%a) : f32[2]\n  return %b") == [0, 0, 0])
    #expect(try PassTimes.changes(two, "  %0 = exp(%x) : f32[2]\n  return %0") == [0, 1, 0])
    #expect(try PassTimes.changes("  return %x", two) == [2, 0, 0])
    #expect(try PassTimes.changes(two, "  %0 = exp(%z) : f32[2]\n  %1 = neg(%0) : f32[2]\n  return %1") == [0, 0, 1])
    #expect(try PassTimes.changes(two, "  %0 = tanh(%x) : f32[2]\n  %1 = neg(%0) : f32[2]\n  return %1") == [1, 1, 1])
    // A fusion is a node of its own; those that move into it stay what they are.
    let fused = "  %0 = fusion @a(%x) {\n    %1 = exp(%x) : f32[2]\n    %2 = neg(%1) : f32[2]\n    return %2\n  } : f32[2]\n  return %0"
    #expect(try PassTimes.changes(two, fused) == [1, 0, 0])
    #expect(try PassTimes.changes(fused, two) == [0, 1, 0])
  }

  /// Added minus removed is what the number of nodes grows by, for every pass of a training step.
  @Test func countsAgreeWithTheGraph() throws {
    let graph = try GraphParser.parse(try FileBytes.readText(Repository.path("IR/mnist-cnn/traced.gir")))
    let times = TimeInstrument()
    let passes = Pipeline.training(.adam(AdamUpdate())) + Pipeline.optimization()
    _ = try Pipeline(passes, instruments: [VerifyInstrument(), times]).run(graph)
    #expect(times.entries.map(\.pass) == passes.map(\.name))
    var count = graph.nodes.count
    for entry in times.entries {
      count += entry.changes.added - entry.changes.removed
      #expect(entry.nodeCount == count && entry.duration > .zero, "\(entry)")
    }
    let lines = times.table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.first == ["pass", "ms", "%", "added", "removed", "changed", "nodes"] && lines.count == passes.count + 2)
    let total = try #require(lines.last)
    #expect(total[0] == "total" && total[2] == "100.0" && total[6] == String(count))
    for column in [1, 2, 3, 4, 5] {
      let sum = try lines.dropFirst().dropLast().reduce(0.0) { $0 + (try #require(Double($1[column]))) }
      #expect(abs(sum - (try #require(Double(total[column])))) <= (column > 2 ? 0 : 1), "\(column)")
    }
  }

  /// Nothing is divided by zero.
  @Test func withoutPassesThereIsATotal() {
    #expect(TimeInstrument().table == "pass      ms    %  added  removed  changed  nodes\ntotal  0.000  0.0      0        0        0")
  }
}
