extension Graph {
  /// For each node whether a result depends on it.
  package var liveNodes: [Bool] { nodesNeeded(for: results.map(\.value)) }

  /// For each node whether one of the values depends on it.
  package func nodesNeeded(for values: [Value]) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    var needed = Set(values)
    for index in nodes.indices.reversed() where nodes[index].results.contains(where: needed.contains) {
      isNeeded[index] = true
      needed.formUnion(nodes[index].operands)
    }
    return isNeeded
  }
}
