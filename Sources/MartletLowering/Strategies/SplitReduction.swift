import MartletGraph
import MartletLoopIR

/// On a GPU: a long sum with few results, cut into slices that are computed side by side (`LongSum`). Its readers add up the slices.
enum SplitReduction: Strategy {
  static func applies(to target: Target) -> Bool { target.mapsToThreads }

  static func plan(_ view: NodeView) -> Plan? {
    let (graph, node) = (view.graph, view.node)
    guard view.analysis.options.tiles(for: view.target) != .none, let value = node.results.first,
      let elements = view.analysis.elements[view.index], elements.elements.count == 1,
      !graph.results.contains(where: { $0.value == value })
    else { return nil }
    let count = graph.type(of: value).elementCount
    guard let sum = LongSum(elements.elements[0], count: count), isReadOnce(value, count, view.analysis) else { return nil }
    var plan = Plan { try $0.emitSlices(sum) }
    plan.slices = sum.count
    return plan
  }

  /// Whether every reader reads an element of the value only a few times.
  private static func isReadOnce(_ value: Value, _ count: Int, _ analysis: AnalyzedGraph) -> Bool {
    let graph = analysis.graph
    return graph.nodes.indices.allSatisfy { reader in
      !analysis.isLive[reader] || !graph.nodes[reader].operands.contains(value)
        || !analysis.isReadThrough[reader]
          && Inlining.visits(reader, graph, analysis.elements[reader]) <= Inlining.mostVisits * count
    }
  }
}
