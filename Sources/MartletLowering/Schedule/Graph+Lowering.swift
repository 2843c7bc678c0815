import MartletCore
import MartletGraph

extension Graph {
  /// For each node whether a result depends on it.
  var liveNodes: [Bool] {
    var isLive = [Bool](repeating: false, count: nodes.count)
    var needed = Set(results.map(\.value))
    for index in nodes.indices.reversed() where nodes[index].results.contains(where: needed.contains) {
      isLive[index] = true
      needed.formUnion(nodes[index].operands)
    }
    return isLive
  }

  /// The graph with the nodes of some fusions in place of the fusions.
  func splittingFusions(where isSplit: (Fusion, [Value]) -> Bool) throws -> Graph {
    func splits(_ node: Node) -> Fusion? {
      guard let fusion = node.operation as? Fusion, !fusion.hasOneShape, isSplit(fusion, node.operands) else { return nil }
      return fusion
    }
    guard nodes.contains(where: { splits($0) != nil }) else { return self }
    return try rebuilt { builder, index, operands in
      let node = nodes[index]
      guard let fusion = splits(node) else { return try builder.add(node.operation, operands, origin: node.origin) }
      var inner = operands
      for part in fusion.region.nodes {
        inner += try builder.add(part.operation, part.operands.map { inner[$0.id] }, origin: part.origin ?? node.origin)
      }
      return fusion.region.results.map { inner[$0.value.id] }
    }
  }
}
