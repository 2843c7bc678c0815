import MartletCore
import MartletGraph

/// Nodes that become one fusion.
struct FusionGroup {
  var nodes: [Int]
  /// The values that are used outside, in the order of the fusion's results.
  var results: [Value]
  var origin: Origin?
}

extension Graph {
  /// The graph with a fusion in the place of each group. Views and constants that a group reads are copied into it: they cost nothing.
  /// Groups must not overlap; those that a path leaves and comes back to are left alone.
  func fusing(_ groups: [FusionGroup], isView: [Bool], _ rule: String, _ log: RewriteLog) throws -> Graph {
    let groups = groups.filter { isClosed(Set($0.nodes), isView) && log.permits(rule, $0.nodes.sorted(), of: self) }
    guard !groups.isEmpty else { return self }
    var groupOf: [Int: Int] = [:]
    for (number, group) in groups.enumerated() { for node in group.nodes { groupOf[node] = number } }
    let builder = GraphBuilder(name: name)
    var mapped: [Value: Value] = [:]
    for (index, parameter) in parameters.enumerated() {
      mapped[parameterValue(index)] = try builder.parameter(parameter.name, parameter.role, parameter.type)
    }
    // A node behind a group may stand before the group's last node: what is needed comes first.
    func emit(_ index: Int) throws {
      guard mapped[nodes[index].results[0]] == nil else { return }
      guard let number = groupOf[index] else {
        try need(nodes[index].operands)
        let values = try builder.add(nodes[index].operation, nodes[index].operands.compactMap { mapped[$0] }, origin: nodes[index].origin)
        for (old, new) in zip(nodes[index].results, values) { mapped[old] = new }
        return
      }
      let group = groups[number]
      guard let first = group.results.first, mapped[first] == nil else { return }
      let (fusion, operands) = fusion(of: group, isView)
      try need(operands)
      let values = try builder.add(fusion, operands.compactMap { mapped[$0] }, origin: group.origin)
      for (old, new) in zip(group.results, values) { mapped[old] = new }
    }
    func need(_ values: [Value]) throws {
      for value in values { if case .node(let producer, _) = definition(of: value) { try emit(producer) } }
    }
    // Groups run where their last node stands, views where they are read: those inside a group only are not needed outside.
    for index in nodes.indices where groupOf[index].map({ groups[$0].nodes.max() == index }) ?? !isView[index] { try emit(index) }
    try need(results.map(\.value))
    for result in results {
      if let value = mapped[result.value] { builder.result(result.name, value) }
    }
    return try builder.finish()
  }

  /// Whether no path leaves the nodes and comes back.
  private func isClosed(_ group: Set<Int>, _ isView: [Bool]) -> Bool {
    guard let first = group.min(), let last = group.max() else { return true }
    // Views of the group's values are copied into it.
    var inside = group
    var behind: Set<Int> = []
    for index in first...last {
      let producers = nodes[index].operands.compactMap { definition(of: $0).nodeIndex }
      if group.contains(index) {
        if producers.contains(where: behind.contains) { return false }
      } else if producers.contains(where: behind.contains) || (!isView[index] && producers.contains(where: inside.contains)) {
        behind.insert(index)
      } else if producers.contains(where: inside.contains) {
        inside.insert(index)
      }
    }
    return true
  }

  /// The region: the group's nodes, and copies of the views and constants that they read.
  private func fusion(of group: FusionGroup, _ isView: [Bool]) -> (Fusion, operands: [Value]) {
    var inside: Set<Int> = []
    func include(_ node: Int) {
      guard inside.insert(node).inserted else { return }
      for operand in nodes[node].operands {
        if case .node(let producer, _) = definition(of: operand), isView[producer] || group.nodes.contains(producer) { include(producer) }
      }
    }
    for node in group.nodes { include(node) }
    let ordered = inside.sorted()
    var operands: [Value] = []
    for node in ordered {
      for operand in nodes[node].operands {
        if case .node(let producer, _) = definition(of: operand), inside.contains(producer) { continue }
        if !operands.contains(operand) { operands.append(operand) }
      }
    }
    var renumbered: [Value: Value] = [:]
    for (position, operand) in operands.enumerated() { renumbered[operand] = Value(id: position) }
    var next = operands.count
    let copies = ordered.map { index in
      var node = nodes[index]
      node.operands = node.operands.compactMap { renumbered[$0] }
      node.results = node.results.map { old in
        defer { next += 1 }
        renumbered[old] = Value(id: next)
        return Value(id: next)
      }
      return node
    }
    let name = fusionName(group.nodes.sorted())
    let region = Fusion.makeRegion(
      name: name, parameterTypes: operands.map { type(of: $0) }, nodes: copies, results: group.results.compactMap { renumbered[$0] })
    return (Fusion(name: name, region: region), operands)
  }

  private func fusionName(_ group: [Int]) -> String {
    let most = 5
    let mnemonics = group.map { nodes[$0].mnemonic }
    guard mnemonics.count > most else { return mnemonics.joined(separator: "_") }
    return mnemonics.prefix(most).joined(separator: "_") + "_and_\(mnemonics.count - most)_more"
  }
}
