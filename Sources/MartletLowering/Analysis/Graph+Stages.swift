import MartletCore
import MartletGraph
import MartletRuntime

extension Graph {
  /// For each node, and inside a fusion for each of its nodes, the part of a step that it belongs to.
  ///
  /// Forward is what results that are not written to variables depend on: the loss and what the model gives. Of the rest, update is what passes
  /// added for a parameter by name, and backward what new values of parameters depend on; new values of other states are updates.
  var stages: [[Program.Operation.Stage]] {
    let forward = dependences(of: results.filter { parameterIndex(named: $0.name) == nil }.map(\.value)).nodes
    let trained = results.filter { result in parameterIndex(named: result.name).map { parameters[$0].role == .parameter } ?? false }
    let trains = dependences(of: trained.map(\.value)).nodes
    let ofUpdates = Set(parameters.map(\.name) + UpdateRule.names)
    return nodes.indices.map { index in
      let inner = (nodes[index].operation as? Fusion)?.region.nodes ?? [nodes[index]]
      return inner.indices.map { position in
        if forward[index][position] { return .forward }
        let layer = (inner[position].origin ?? nodes[index].origin)?.layer
        return trains[index][position] && !(layer.map(ofUpdates.contains) ?? false) ? .backward : .update
      }
    }
  }

  /// For each node, and inside a fusion for each of its nodes, whether some values depend on it; and the numbers of all values that they depend on.
  private func dependences(of values: [Value]) -> (nodes: [[Bool]], values: Set<Int>) {
    var needed = Set(values.map(\.id))
    var flags: [[Bool]] = nodes.map { _ in [] }
    for index in nodes.indices.reversed() {
      let node = nodes[index]
      let wanted = node.results.indices.filter { needed.contains(node.results[$0].id) }
      guard let region = (node.operation as? Fusion)?.region else {
        flags[index] = [!wanted.isEmpty]
        if !wanted.isEmpty { needed.formUnion(node.operands.map(\.id)) }
        continue
      }
      let inner = region.dependences(of: wanted.map { region.results[$0].value })
      flags[index] = inner.nodes.map { $0.contains(true) }
      for (position, operand) in node.operands.enumerated() where inner.values.contains(region.parameterValue(position).id) {
        needed.insert(operand.id)
      }
    }
    return (flags, needed)
  }
}
