import MartletGraph

// The pass `dce`: removes nodes that no result depends on.
//
// Legal because operations have no effect but their results.
//
//   %0 = exp(%x) : f32[4]
//   %1 = neg(%x) : f32[4]         =>        %0 = exp(%x) : f32[4]
//   return %0                               return %0

extension Pass {
  package static let eliminateDeadCode = Pass("dce", "removes nodes that no result depends on") { graph, log in
    var isKept = graph.liveNodes
    guard isKept.contains(false) else { return graph }
    // Backwards: what a node reads goes after it.
    for index in graph.nodes.indices.reversed() where !isKept[index] { isKept[index] = !log.permits("dce", [index], of: graph) }
    let builder = GraphBuilder(name: graph.name)
    var mapped: [Value?] = []
    for parameter in graph.parameters { mapped.append(try builder.parameter(parameter)) }
    for (index, node) in graph.nodes.enumerated() {
      guard isKept[index] else {
        mapped += node.results.map { _ in nil }
        continue
      }
      mapped += try builder.add(node.operation, node.operands.compactMap { mapped[$0.id] }, origin: node.origin)
    }
    for result in graph.results {
      if let value = mapped[result.value.id] { builder.result(result.name, value) }
    }
    return try builder.finish()
  }
}
