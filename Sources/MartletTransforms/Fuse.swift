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
  package static let fuse = Pass("fuse", "joins pointwise chains with their producers") { graph, log in
    var fuser = try Fuser(graph)
    fuser.group()
    return try fuser.rebuilt(log)
  }
}

struct Fuser {
  /// A kernel of more nodes takes long to compile, and a vector in memory between two kernels costs little beside so much arithmetic.
  static let mostNodes = 64

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
    let elements = try graph.nodes.map { node in node.operation is Fusion ? nil : try node.elements(in: graph) }
    isView = elements.map { $0?.isView ?? false }
    isPointwise = elements.map { $0?.isPointwise ?? false }
    let valueUsers = graph.users
    users = graph.nodes.map { $0.results.flatMap { valueUsers[$0.id] } }
    let results = Set(graph.results.map(\.value))
    isResult = graph.nodes.map { node in node.results.contains(where: results.contains) }
    let names = Set(graph.parameters.map(\.name))
    let updates = Set(graph.results.filter { names.contains($0.name) }.map(\.value))
    isUpdate = graph.nodes.map { node in node.results.contains(where: updates.contains) }
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
          guard let producer = producer(of: operand), groupOf[producer] != index, barrier(producer, to: index) == nil else { continue }
          let joined = members.removeValue(forKey: groupOf[producer]) ?? []
          for member in joined { groupOf[member] = index }
          members[index, default: []] += joined
          changed = true
        }
      }
    }
  }

  /// The node that computes a value, seen through reshapes, which keep the order of the elements.
  private func producer(of value: Value) -> Int? {
    var value = value
    while case .node(let index, _) = graph.definition(of: value) {
      guard graph.nodes[index].operation is Reshape else { return index }
      value = graph.nodes[index].operands[0]
    }
    return nil
  }

  /// The nodes that read a result, seen through reshapes.
  private func readers(_ node: Int) -> [Int] {
    var found: [Int] = []
    var pending = users[node]
    while let reader = pending.popLast() {
      if graph.nodes[reader].operation is Reshape, !isResult[reader] { pending += users[reader] } else { found.append(reader) }
    }
    return found
  }

  /// Why the producer does not join the group of the root; nil when it may.
  private func barrier(_ producer: Int, to root: Int) -> FusionBarrier? {
    if isView[producer] { return .producerIsView }
    if graph.nodes[producer].isTable { return .producerIsTable }
    if graph.nodes[producer].operation is Fusion { return .producerIsFused }
    if graph.nodes[producer].operation is Scan { return .producerIsLoop }
    if isUpdate[producer] { return .producerIsUpdate }
    if isResult[producer] { return .producerIsResult }
    // Only the last node of a group has users outside of it.
    if groupOf[producer] != producer { return .producerIsTaken }
    guard graph.nodes[producer].resultTypes.allSatisfy({ isSameGrid($0.shape, graph.nodes[root].resultTypes[0].shape) }) else {
      return .otherShape
    }
    let outside = readers(producer).filter { groupOf[$0] != root }
    guard outside.isEmpty else { return .fanOut(Array(Set(outside)).sorted()) }
    guard (members[producer]?.count ?? 0) + (members[root]?.count ?? 0) <= Fuser.mostNodes else { return .tooLong }
    let hasLoops = { (group: Int) in (members[group] ?? []).contains { !isPointwise[$0] } }
    return hasLoops(producer) && hasLoops(root) ? .twoLoops : nil
  }

  /// After grouping: why two nodes, of which the second reads the first, are not in one fusion; nil when they are.
  func barrier(from producer: Int, to consumer: Int) -> FusionBarrier? {
    let root = groupOf[consumer]
    if groupOf[producer] == root { return nil }
    if isView[producer] { return .producerIsView }
    if graph.nodes[producer].isTable { return .producerIsTable }
    if isView[consumer] { return .consumerIsView }
    if graph.nodes[consumer].operation is Scan { return .consumerIsLoop }
    // The node itself, or the last one of its group.
    if !isPointwise[consumer], !(graph.nodes[consumer].operation is Fusion) { return .consumerHasLoops }
    if let fusion = graph.nodes[consumer].operation as? Fusion {
      return hasLoops(fusion, graph.nodes[consumer].operands, reading: producer) ? .consumerHasLoops : .consumerIsFused
    }
    if isUpdate[root] { return .consumerIsUpdate }
    if !isPointwise[root] { return .consumerHasLoops }
    return barrier(producer, to: root) ?? .path
  }

  /// Whether a node inside a fusion that reads the producer, through views or not, has loops of its own.
  private func hasLoops(_ fusion: Fusion, _ operands: [Value], reading producer: Int) -> Bool {
    func comes(_ value: Value) -> Bool {
      guard case .node(let index, _) = graph.definition(of: value) else { return false }
      return index == producer || (isView[index] && graph.nodes[index].operands.contains(where: comes))
    }
    return operands.indices.contains { position in
      comes(operands[position])
        && fusion.region.nodes.contains { node in
          node.operands.contains(fusion.region.parameterValue(position))
            && !((try? NodeElements(node, fusion.region))?.isPointwise ?? true)
        }
    }
  }

  /// Equal, or one element for one element under a reshape that leaves the first axis alone.
  private func isSameGrid(_ a: Shape, _ b: Shape) -> Bool {
    a == b || (a.elementCount == b.elementCount && a.rank >= 1 && b.rank >= 1 && a[0] == b[0])
  }

  func rebuilt(_ log: RewriteLog) throws -> Graph {
    let groups = members.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { root, group in
      // A kernel is named after the layer that does the work.
      let main = group.sorted().first { !isPointwise[$0] } ?? group[0]
      return FusionGroup(nodes: group, results: graph.nodes[root].results, origin: graph.nodes[main].origin)
    }
    return try graph.fusing(groups, isView: isView, "fuse", log)
  }
}
