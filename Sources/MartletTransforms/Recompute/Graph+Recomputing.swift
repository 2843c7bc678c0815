import MartletCore
import MartletGraph

extension Graph {
  /// The graph in which the backward part reads the results of some forward nodes from a second computation, right before it needs them. What those
  /// nodes read stays what it is, unless it is one of them too. The nodes are numbers in this graph; a node that the backward part does not read,
  /// directly or through others of them, is not repeated.
  package func recomputing(_ nodes: Set<Int>) throws -> Graph {
    guard !nodes.isEmpty else { return self }
    var recomputation = Recomputation(try StepParts(self), nodes)
    return try Pass.eliminateDeadCode.run(try recomputation.run())
  }
}

/// Builds the graph in which some nodes are computed twice.
private struct Recomputation {
  let parts: StepParts
  let nodes: Set<Int>
  /// For each node whether a repeated node is behind it, through views.
  private let readsRepeated: [Bool]
  private let users: [[Int]]
  private let builder: GraphBuilder
  private var mapped: [Value] = []
  /// Values that were computed a second time, and views of them.
  private var repeated: [Value: Value] = [:]

  private var graph: Graph { parts.graph }

  init(_ parts: StepParts, _ nodes: Set<Int>) {
    self.parts = parts
    self.nodes = nodes
    readsRepeated = parts.sources.map { $0.contains(where: nodes.contains) }
    users = parts.graph.users
    builder = GraphBuilder(name: parts.graph.name)
  }

  mutating func run() throws -> Graph {
    for parameter in graph.parameters { mapped.append(try builder.parameter(parameter)) }
    for (index, node) in graph.nodes.enumerated() {
      var operands = node.operands.map { mapped[$0.id] }
      if parts.isBackward[index], !parts.isView[index], readsRepeated[index], let anchor = anchor(of: index) {
        var made: Set<Value> = []
        for (position, operand) in node.operands.enumerated() {
          operands[position] = try second(operand, behind: mapped[anchor.id], &made)
        }
      }
      mapped += try builder.add(node.operation, operands, origin: node.origin)
    }
    for result in graph.results { builder.result(result.name, mapped[result.value.id]) }
    return try builder.finish()
  }

  /// The value as the backward part reads it: computed a second time, behind `anchor`, if its node is one of those. `made` collects what is
  /// computed for this reader: what reads that is behind the anchor too.
  private mutating func second(_ value: Value, behind anchor: Value, _ made: inout Set<Value>) throws -> Value {
    // A stack of our own, because chains may be longer than that of the thread.
    var pending = [value]
    while let value = pending.last {
      guard repeated[value] == nil, case .node(let index, _) = graph.definition(of: value), isRepeated(index) else {
        pending.removeLast()
        continue
      }
      let node = graph.nodes[index]
      let missing = node.operands.filter { operand in
        guard repeated[operand] == nil, case .node(let producer, _) = graph.definition(of: operand) else { return false }
        return isRepeated(producer)
      }
      guard missing.isEmpty else {
        pending += missing.reversed()
        continue
      }
      pending.removeLast()
      var operands = node.operands.map { repeated[$0] ?? mapped[$0.id] }
      if !parts.isView[index], !operands.isEmpty, !operands.contains(where: made.contains) {
        operands[0] = try builder.add(After(), operands[0], anchor)
      }
      let values = try builder.add(node.operation, operands, origin: node.origin)
      for (old, new) in zip(node.results, values) {
        repeated[old] = new
        made.insert(new)
      }
    }
    return repeated[value] ?? mapped[value.id]
  }

  private func isRepeated(_ index: Int) -> Bool { parts.isView[index] ? readsRepeated[index] : nodes.contains(index) }

  /// A value of the backward part that is there before the node, and that the node, or what reads the node, reads beside it; of several the last
  /// one. The second computation runs behind it. Nil where there is none: then the node is not held up by the backward part.
  private func anchor(of index: Int) -> Value? {
    var seen: Set<Int> = [index]
    var level = [index]
    while !level.isEmpty {
      let candidates = level.flatMap { graph.nodes[$0].operands }.filter { operand in
        guard case .node(let producer, _) = graph.definition(of: operand) else { return false }
        return producer < index && parts.isLate[operand.id]
      }
      if let last = candidates.max(by: { $0.id < $1.id }) { return last }
      level = level.flatMap { graph.nodes[$0].results.flatMap { users[$0.id] } }.filter { parts.isBackward[$0] && seen.insert($0).inserted }
    }
    return nil
  }
}
