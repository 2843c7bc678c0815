import MartletCore
import MartletGraph

extension Graph {
  /// The graph with the nodes of some fusions in place of the fusions. The gradients of a layer's weights and bias stay together where more
  /// is split.
  func splittingFusions(where isSplit: (Fusion, [Value]) -> Bool) throws -> Graph {
    func splits(_ node: Node) -> Fusion? {
      guard let fusion = node.operation as? Fusion, !fusion.hasOneShape, isSplit(fusion, node.operands) else { return nil }
      return fusion
    }
    guard nodes.contains(where: { splits($0) != nil }) else { return self }
    return try rebuilt { builder, index, operands in
      let node = nodes[index]
      guard let fusion = splits(node) else { return try builder.add(node.operation, operands, origin: node.origin) }
      let region = fusion.region
      let pair = region.nodes.count > 2 ? region.weightAndBiasGradients : nil
      var inner: [Value: Value] = [:]
      for (position, operand) in operands.enumerated() { inner[region.parameterValue(position)] = operand }
      func add(_ operation: any TensorOperation, _ operands: [Value], _ results: [Value], _ origin: Origin?) throws {
        let values = try builder.add(operation, operands.compactMap { inner[$0] }, origin: origin ?? node.origin)
        for (old, new) in zip(results, values) { inner[old] = new }
      }
      for (position, part) in region.nodes.enumerated() {
        guard let pair, pair.contains(position) else {
          try add(part.operation, part.operands, part.results, part.origin)
          continue
        }
        // Both stand where the second one stood.
        guard position == pair[1] else { continue }
        let joined = region.joining(pair)
        try add(joined.fusion, joined.operands, pair.map { region.nodes[$0].results[0] }, part.origin)
      }
      return region.results.compactMap { inner[$0.value] }
    }
  }

  /// The numbers of a convolution's filter gradient and of the sum that is its bias's gradient, in order.
  private var weightAndBiasGradients: [Int]? {
    guard let filter = nodes.firstIndex(where: { $0.operation is Convolution2DFilterGradient }),
      let bias = nodes.firstIndex(where: {
        ($0.operation as? ReduceSum)?.axes == [0, 2, 3] && $0.operands[0] == nodes[filter].operands[1]
      })
    else { return nil }
    return [filter, bias].sorted()
  }

  /// A fusion of two nodes that do not read each other, and what it reads.
  private func joining(_ pair: [Int]) -> (fusion: Fusion, operands: [Value]) {
    let parts = pair.map { nodes[$0] }
    var operands: [Value] = []
    for operand in parts.flatMap(\.operands) where !operands.contains(operand) { operands.append(operand) }
    let copies = parts.enumerated().map { position, part in
      var part = part
      part.operands = part.operands.compactMap { operand in operands.firstIndex(of: operand).map { Value(id: $0) } }
      part.results = [Value(id: operands.count + position)]
      return part
    }
    let name = parts.map(\.mnemonic).joined(separator: "_")
    let region = Fusion.makeRegion(
      name: name, parameterTypes: operands.map { type(of: $0) }, nodes: copies, results: copies.map { $0.results[0] })
    return (Fusion(name: name, region: region), operands)
  }
}
