import MartletCore
import MartletGraph
import MartletRuntime

/// Which values are computed straight into the memory of a result.
enum ResultHomes {
  /// For each value that has one the number of its result.
  static func homes(
    _ analysis: AnalyzedGraph, _ results: [Program.Result], _ layouts: LayoutAssignment, _ levels: Levels
  ) -> [Int: Int] {
    let graph = analysis.graph
    var homes: [Int: Int] = [:]
    for (position, result) in graph.results.enumerated() {
      guard case .node(let index, _) = graph.definition(of: result.value), homes[result.value.id] == nil, levels.slots[index] != nil,
        layouts.layout(result.value).isRowMajor
      else { continue }
      if let parameter = results[position].updates, !canUpdateInPlace(parameter, node: index, analysis, levels) { continue }
      homes[result.value.id] = position
    }
    return homes
  }

  /// Whether the node may overwrite the parameter: it reads it at the element's own index only, no later node reads the old value, and the
  /// old value is not a result. In a region, which processes one tile of samples after the other, no other node may read it at all.
  private static func canUpdateInPlace(_ parameter: Int, node: Int, _ analysis: AnalyzedGraph, _ levels: Levels) -> Bool {
    let graph = analysis.graph
    let value = graph.parameterValue(parameter)
    // A view that is a result is computed when all nodes have run.
    guard let elements = analysis.elements[node], let slot = levels.slots[node],
      !graph.results.contains(where: { analysis.isView($0.value, of: value) })
    else { return false }
    // What reads the parameter, through views or not.
    var pending = analysis.users[value.id]
    while let index = pending.popLast() {
      if analysis.isReadThrough[index] { pending += graph.nodes[index].results.flatMap { analysis.users[$0.id] } }
      guard let reader = levels.slots[index], index != node, slot.region != nil || reader > slot else { continue }
      return false
    }
    let operands = graph.nodes[node].operands
    return ElementAnalysis().reads(elements.elements).allSatisfy { read in
      let operand = operands[read.operand]
      // A view of the parameter may read it anywhere.
      guard operand == value else { return !analysis.isView(operand, of: value) }
      return read.folds.isEmpty && read.index == elements.index
    }
  }
}
