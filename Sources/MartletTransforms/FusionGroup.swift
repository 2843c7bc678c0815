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
      mapped[parameterValue(index)] = try builder.parameter(parameter)
    }
    var fusions: [Int: (Fusion, operands: [Value])] = [:]
    /// The results that a node is there for: its own, or those of its group.
    func made(_ index: Int) -> [Value] { groupOf[index].map { groups[$0].results } ?? nodes[index].results }
    func operands(_ index: Int) -> [Value] {
      guard let number = groupOf[index] else { return nodes[index].operands }
      let fusion = fusions[number] ?? self.fusion(of: groups[number], isView)
      fusions[number] = fusion
      return fusion.operands
    }
    // A node behind a group may stand before the group's last node: what is needed comes first. A stack of our own, because chains may be longer
    // than that of the thread.
    func emit(_ index: Int) throws {
      var pending = [index]
      while let index = pending.last {
        guard let first = made(index).first, mapped[first] == nil else {
          pending.removeLast()
          continue
        }
        let needed = operands(index)
        let missing = needed.compactMap { mapped[$0] == nil ? definition(of: $0).nodeIndex : nil }
        guard missing.isEmpty else {
          pending += missing.reversed()
          continue
        }
        pending.removeLast()
        let values: [Value]
        if let number = groupOf[index], let (fusion, _) = fusions.removeValue(forKey: number) {
          values = try builder.add(fusion, needed.compactMap { mapped[$0] }, origin: groups[number].origin)
        } else {
          values = try builder.add(nodes[index].operation, needed.compactMap { mapped[$0] }, origin: nodes[index].origin)
        }
        for (old, new) in zip(made(index), values) { mapped[old] = new }
      }
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
    let own = Set(group.nodes)
    var pending = group.nodes
    while let node = pending.popLast() {
      guard inside.insert(node).inserted else { continue }
      for operand in nodes[node].operands {
        if case .node(let producer, _) = definition(of: operand), isView[producer] || own.contains(producer) { pending.append(producer) }
      }
    }
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
