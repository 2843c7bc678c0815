import MartletCore
import MartletGraph

// The pass `fuse`: joins chains of pointwise nodes, and the node that produces their input, into one `fusion`, which becomes one kernel.
//
// Legal because an operation is pure and a producer is joined only if all of its users are in the group: nothing is computed twice, and
// no path leaves the group and comes back. Pointwise is derived from what the elements read, not from a list of operations. At most one
// node of a group has loops of its own (a convolution, a matrix product). Views and constants on the way are copied in: they cost
// nothing. An update of a variable is not joined with what makes its gradient.
//
//   %0 = conv2d(%x, %w) : f32[64, 8, 28, 28]
//   %1 = broadcast(%b) {…} : f32[64, 8, 28, 28]
//   %2 = add(%0, %1) : f32[64, 8, 28, 28]
//   %3 = relu(%2) : f32[64, 8, 28, 28]
// =>
//   %0 = fusion @conv2d_add_relu(%x, %w, %b) {
//     %1 = conv2d(%x, %w) : f32[64, 8, 28, 28]
//     …
//     return %4
//   } : f32[64, 8, 28, 28]

extension Pass {
  public static let fuse = Pass("fuse", "joins pointwise chains with their producers") { graph in
    var fuser = try Fuser(graph)
    fuser.group()
    return try fuser.rebuilt()
  }
}

private struct Fuser {
  let graph: Graph
  let isView: [Bool]
  let isPointwise: [Bool]
  let users: [[Int]]
  /// Nodes with a result that leaves the graph.
  let isResult: [Bool]
  /// Nodes with a result that is a variable's new value.
  let isUpdate: [Bool]
  /// The group of each node, named by its last node.
  var groupOf: [Int]
  var members: [Int: [Int]]

  init(_ graph: Graph) throws {
    self.graph = graph
    let elements = try graph.nodes.map { node in node.operation is Fusion ? nil : try NodeElements(node, graph) }
    isView = elements.map { $0?.isView ?? false }
    isPointwise = elements.map { $0?.isPointwise ?? false }
    let valueUsers = graph.users
    users = graph.nodes.map { $0.results.flatMap { valueUsers[$0.id] } }
    isResult = graph.nodes.map { node in graph.results.contains { node.results.contains($0.value) } }
    isUpdate = graph.nodes.map { node in
      graph.results.contains { result in node.results.contains(result.value) && graph.parameterIndex(named: result.name) != nil }
    }
    groupOf = Array(graph.nodes.indices)
    members = Dictionary(uniqueKeysWithValues: graph.nodes.indices.map { ($0, [$0]) })
  }

  mutating func group() {
    for index in graph.nodes.indices where isPointwise[index] && !isUpdate[index] {
      // Joining one producer may make another one's users complete.
      var changed = true
      while changed {
        changed = false
        for operand in (members[index] ?? []).flatMap({ graph.nodes[$0].operands }) {
          guard case .node(let producer, _) = graph.definition(of: operand), groupOf[producer] != index, canJoin(producer, to: index)
          else { continue }
          let joined = members.removeValue(forKey: groupOf[producer]) ?? []
          for member in joined { groupOf[member] = index }
          members[index, default: []] += joined
          changed = true
        }
      }
    }
  }

  private func canJoin(_ producer: Int, to root: Int) -> Bool {
    guard !isView[producer], !isResult[producer], !isUpdate[producer], !(graph.nodes[producer].operation is Fusion),
      // Only the last node of a group has users outside of it.
      groupOf[producer] == producer,
      graph.nodes[producer].resultTypes.allSatisfy({ $0.shape == graph.nodes[root].resultTypes[0].shape }),
      users[producer].allSatisfy({ groupOf[$0] == root })
    else { return false }
    let hasLoops = { (group: Int) in (members[group] ?? []).contains { !isPointwise[$0] } }
    return !(hasLoops(producer) && hasLoops(root))
  }

  func rebuilt() throws -> Graph {
    let builder = GraphBuilder(name: graph.name)
    var mapped: [Value: Value] = [:]
    for (index, parameter) in graph.parameters.enumerated() {
      mapped[graph.parameterValue(index)] = try builder.parameter(parameter.name, parameter.role, parameter.type)
    }
    for (index, node) in graph.nodes.enumerated() {
      let group = members[groupOf[index]] ?? [index]
      if group.count == 1 {
        let values = try builder.add(node.operation, node.operands.compactMap { mapped[$0] }, origin: node.origin)
        for (old, new) in zip(node.results, values) { mapped[old] = new }
      } else if groupOf[index] == index {
        let values = try addFusion(index, group.sorted(), builder, mapped)
        for (old, new) in zip(node.results, values) { mapped[old] = new }
      }
    }
    for result in graph.results {
      if let value = mapped[result.value] { builder.result(result.name, value) }
    }
    return try builder.finish()
  }

  private func addFusion(_ root: Int, _ group: [Int], _ builder: GraphBuilder, _ mapped: [Value: Value]) throws -> [Value] {
    // The region: the group's nodes, and copies of the views and constants that they read.
    var inside: [Int] = []
    func include(_ node: Int) {
      guard !inside.contains(node) else { return }
      for operand in graph.nodes[node].operands {
        if case .node(let producer, _) = graph.definition(of: operand), isView[producer] || group.contains(producer) { include(producer) }
      }
      inside.append(node)
    }
    for node in group { include(node) }
    inside.sort()
    var operands: [Value] = []
    for node in inside {
      for operand in graph.nodes[node].operands {
        if case .node(let producer, _) = graph.definition(of: operand), inside.contains(producer) { continue }
        if !operands.contains(operand) { operands.append(operand) }
      }
    }
    var renumbered: [Value: Value] = [:]
    for (position, operand) in operands.enumerated() { renumbered[operand] = Value(id: position) }
    var next = operands.count
    let nodes = inside.map { index in
      var node = graph.nodes[index]
      node.operands = node.operands.compactMap { renumbered[$0] }
      node.results = node.results.map { old in
        defer { next += 1 }
        renumbered[old] = Value(id: next)
        return Value(id: next)
      }
      return node
    }
    let name = fusionName(group)
    let region = Fusion.makeRegion(
      name: name, parameterTypes: operands.map { graph.type(of: $0) }, nodes: nodes,
      results: graph.nodes[root].results.compactMap { renumbered[$0] })
    // A kernel is named after the layer that does the work.
    let main = group.first { !isPointwise[$0] } ?? group[0]
    return try builder.add(
      Fusion(name: name, region: region), operands.compactMap { mapped[$0] }, origin: graph.nodes[main].origin)
  }

  private func fusionName(_ group: [Int]) -> String {
    let most = 5
    let mnemonics = group.map { graph.nodes[$0].mnemonic }
    guard mnemonics.count > most else { return mnemonics.joined(separator: "_") }
    return mnemonics.prefix(most).joined(separator: "_") + "_and_\(mnemonics.count - most)_more"
  }
}
