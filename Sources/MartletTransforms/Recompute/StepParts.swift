import MartletGraph

/// The nodes of a differentiated graph by what they are for.
struct StepParts {
  let graph: Graph
  /// What the loss and the other results depend on that are no variables' new values and no gradients.
  let isForward: [Bool]
  /// What new values of parameters, or gradients, depend on beside that. New values of other states, such as running statistics, are neither:
  /// they are computed once.
  let isBackward: [Bool]
  /// Views and tables: nothing of theirs is stored, or nothing is computed.
  let isView: [Bool]
  /// For each node the nodes that it reads, seen through views.
  let sources: [[Int]]
  /// For each value whether the backward part computes it, or the forward part for the backward part alone: a loss and its gradient are one kernel.
  let isLate: [Bool]

  init(_ graph: Graph) throws {
    self.graph = graph
    let suffix = ".gradient"
    func isTrained(_ name: String) -> Bool {
      let parameter = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
      return graph.parameterIndex(named: parameter).map { graph.parameters[$0].role == .parameter } ?? false
    }
    let isForward = graph.nodesNeeded(
      for: graph.results.filter { graph.parameterIndex(named: $0.name) == nil && !isTrained($0.name) }.map(\.value))
    let needed = graph.nodesNeeded(for: graph.results.filter { isTrained($0.name) }.map(\.value))
    self.isForward = isForward
    isBackward = zip(needed, isForward).map { $0 && !$1 }
    let isView = try graph.nodes.map { node in
      if node.isTable || node.operation is Fusion { return node.isTable }
      return try node.elements(in: graph)?.isView ?? false
    }
    self.isView = isView
    var sources: [[Int]] = []
    for node in graph.nodes {
      var own: [Int] = []
      for operand in node.operands {
        guard case .node(let producer, _) = graph.definition(of: operand) else { continue }
        for source in isView[producer] ? sources[producer] : [producer] where !own.contains(source) { own.append(source) }
      }
      sources.append(own)
    }
    self.sources = sources
    var isRead = Set(graph.results.map(\.value))
    for (index, node) in graph.nodes.enumerated() where isForward[index] { isRead.formUnion(node.operands) }
    var isLate = graph.parameters.map { _ in false }
    for (index, node) in graph.nodes.enumerated() {
      let seesLate = isView[index] && node.operands.contains { isLate[$0.id] }
      let isOwn = !isView[index] && needed[index] && !isForward[index]
      isLate += node.results.map { seesLate || isOwn || isForward[index] && !isView[index] && !isRead.contains($0) }
    }
    self.isLate = isLate
  }
}
