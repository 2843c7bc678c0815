import MartletCore
import MartletGraph

/// Moves nodes of a batch region to the next level where that stores fewer values for all samples.
///
/// `Levels` gives each node the first level on which it can run. Where a sum over the batch is needed half way, such as the sum of the
/// labels' weights, which divides a weighted loss, the backward nodes are on a later level than the forward ones, and every activation is
/// stored for all samples although the sum needs the labels alone:
///
///     level 0: convolution, ReLU, product, gather of the weights, their sum    =>    level 0: gather of the weights, their sum
///     level 1: division of the weights, loss, gradients                              level 1: everything else
///
/// Legal because a node that moves is read on later levels only, sums by the level after the next, and samples by regions.
enum LateRegions {
  /// Levels for a graph that runs depth first.
  static func levels(_ analysis: AnalyzedGraph) -> Levels {
    let graph = analysis.graph
    var earliest = [Int](repeating: 0, count: graph.nodes.count)
    var levels = Levels(analysis, isDepthFirst: true)
    guard levels.levelCount > 1 else { return levels }
    let readers = storedReaders(graph, analysis.isLive, analysis.isReadThrough)
    for level in 0..<levels.levelCount - 1 {
      let moved = movedNodes(level, graph, analysis.batch.roles, levels, readers)
      guard !moved.isEmpty else { continue }
      for node in moved { earliest[node] = level + 1 }
      levels = Levels(analysis, isDepthFirst: true, earliest: earliest)
    }
    return levels
  }

  /// For each value the nodes that read it, through views or not; the graph's results are read by a node behind the last one.
  private static func storedReaders(_ graph: Graph, _ isLive: [Bool], _ isView: [Bool]) -> [[Int]] {
    var readers = [[Int]](repeating: [], count: graph.types.count)
    for result in graph.results { readers[result.value.id] = [graph.nodes.count] }
    for (index, node) in graph.nodes.enumerated().reversed() where isLive[index] {
      for operand in Set(node.operands) {
        readers[operand.id] += isView[index] ? node.results.flatMap { readers[$0.id] } : [index]
      }
    }
    return readers
  }

  private static func movedNodes(
    _ level: Int, _ graph: Graph, _ roles: [BatchRole], _ levels: Levels, _ readers: [[Int]]
  ) -> [Int] {
    func slot(_ node: Int) -> Levels.Slot? { node < levels.slots.count ? levels.slots[node] : nil }
    func isMember(_ node: Int) -> Bool { slot(node).map { $0.level == level && $0.region != nil } ?? false }
    let members = graph.nodes.indices.filter(isMember)
    // What the next level reads whole has to be finished on this one, with all that it is computed of.
    var stays: Set<Int> = []
    for node in members.reversed() {
      stays.formUnion(
        graph.nodes[node].results.contains { result in
          readers[result.id].contains { reader in
            guard let slot = slot(reader) else { return false }
            return stays.contains(reader) || slot.level == level + 1 && (roles[result.id] == .sum || slot.region == nil)
          }
        } ? [node] : [])
    }
    return components(members.filter { !stays.contains($0) }, graph, readers).filter { component in
      let nodes = Set(component)
      var (before, after) = (0, 0)
      for node in members {
        for result in graph.nodes[node].results where roles[result.id] == .sample {
          let bytes = graph.type(of: result).byteCount
          let isReadLater = readers[result.id].contains { !isMember($0) }
          guard nodes.contains(node) else {
            // It is stored for the nodes that move, unless it is stored anyway.
            if !isReadLater, readers[result.id].contains(where: nodes.contains) { after += bytes }
            continue
          }
          if isReadLater { before += bytes }
          if readers[result.id].contains(where: { slot($0).map { $0.level > level + 1 } ?? true }) { after += bytes }
        }
      }
      return after < before
    }.flatMap { $0 }
  }

  /// The nodes in groups that share no value which one of them computes.
  private static func components(_ nodes: [Int], _ graph: Graph, _ readers: [[Int]]) -> [[Int]] {
    var parent = Dictionary(uniqueKeysWithValues: nodes.map { ($0, $0) })
    func root(_ node: Int) -> Int {
      var node = node
      while let next = parent[node], next != node { node = next }
      return node
    }
    for node in nodes {
      for reader in graph.nodes[node].results.flatMap({ readers[$0.id] }) where parent[reader] != nil { parent[root(reader)] = root(node) }
    }
    return Dictionary(grouping: nodes, by: root).values.map { $0 }
  }
}
