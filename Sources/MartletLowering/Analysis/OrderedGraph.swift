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
  /// For each value the number of the first one that is computed in the same way of the same values: itself unless it is computed twice.
  let firsts: [Int]

  init(_ graph: Graph) throws {
    guard graph.nodes.contains(where: { $0.operation is After }) else {
      self.graph = graph
      before = graph.nodes.map { _ in [] }
      names = graph.printedNames
      firsts = Array(graph.types.indices)
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
    let ordered = try builder.finish()
    self.graph = ordered
    firsts = ordered.firsts
    // Parameters stand first in the builder too: its values keep their numbers.
    self.before = before
    self.names = names
  }

  /// For each value how often nodes read it, or another one that is the same: the nodes of a value that is computed twice count once.
  var useCounts: [Int] {
    var counts = [Int](repeating: 0, count: graph.types.count)
    for node in graph.nodes where node.results.first.map({ firsts[$0.id] == $0.id }) ?? true {
      for operand in node.operands { counts[firsts[operand.id]] += 1 }
    }
    return firsts.map { counts[$0] }
  }
}

extension Graph {
  private struct Computation: Hashable {
    let operation: any TensorOperation
    let operands: [Int]

    static func == (a: Computation, b: Computation) -> Bool { a.operands == b.operands && a.operation.isEqual(to: b.operation) }

    func hash(into hasher: inout Hasher) {
      hasher.combine(operands)
      operation.hash(into: &hasher)
    }
  }

  /// For each value the first one that is computed in the same way of the same values.
  fileprivate var firsts: [Int] {
    var firsts = Array(parameters.indices)
    var known: [Computation: [Int]] = [:]
    for node in nodes {
      let computation = Computation(operation: node.operation, operands: node.operands.map { firsts[$0.id] })
      let results = known[computation] ?? node.results.map(\.id)
      known[computation] = results
      firsts += results
    }
    return firsts
  }
}
