import MartletCore
import MartletGraph

/// A graph without its nodes `after`, and what they say: for each node the values that it runs behind.
///
///     %1 = after(%x, %0) : f32[4]
///     %2 = exp(%1) : f32[4]             =>       %2 = exp(%x) : f32[4], behind %0
///
/// Legal because `after` is its first operand. Regions keep theirs, which are views there.
struct OrderedGraph {
  let graph: Graph
  /// For each node.
  let before: [[Value]]
  /// For each value its name in the text of the graph with `after`.
  let names: [String]

  init(_ graph: Graph) throws {
    guard graph.nodes.contains(where: { $0.operation is After }) else {
      self.graph = graph
      before = graph.nodes.map { _ in [] }
      names = graph.printedNames
      return
    }
    let builder = GraphBuilder(name: graph.name)
    let allNames = graph.printedNames
    var names = graph.parameters.map(\.name)
    var before: [[Value]] = []
    var mapped = try graph.parameters.map { try builder.parameter($0) }
    // For the result of an `after`, what it is behind.
    var anchors: [Value: [Value]] = [:]
    for node in graph.nodes {
      let operands = node.operands.map { mapped[$0.id] }
      if node.operation is After {
        anchors[node.results[0]] = (anchors[node.operands[0]] ?? []) + [operands[1]]
        mapped.append(operands[0])
        continue
      }
      before.append(node.operands.flatMap { anchors[$0] ?? [] })
      names += node.results.map { allNames[$0.id] }
      mapped += try builder.add(node.operation, operands, origin: node.origin)
    }
    for result in graph.results { builder.result(result.name, mapped[result.value.id]) }
    self.graph = try builder.finish()
    // Parameters stand first in the builder too: its values keep their numbers.
    self.before = before
    self.names = names
  }
}
