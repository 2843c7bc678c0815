import MartletCore
import MartletGraph

/// When each node runs. A stage, numbered by its level, has whole-tensor launches followed by batch regions. Sums over the batch can be read
/// from the next stage on. A graph without normalisation over the batch has two stages: forward and backward together, then the update.
struct Levels {
  /// Where a node runs.
  struct Slot: Hashable, Comparable {
    let level: Int
    /// Nil for launches over whole tensors, which run before the regions of their level.
    let region: Int?
    /// Nil for a launch that moves data.
    let node: Int?
    /// Whether it runs once for all samples of a shard, in its last tile.
    var isOncePerShard = false

    /// A launch over whole tensors that computes no node.
    static func whole(_ level: Int) -> Slot { Slot(level: level, region: nil, node: nil) }

    static func < (a: Slot, b: Slot) -> Bool { (a.level, a.region ?? -1, a.node ?? -1) < (b.level, b.region ?? -1, b.node ?? -1) }
  }

  /// When a value can be read.
  private enum Availability {
    /// By everything from this level on.
    case ready(Int)
    /// Sample by sample inside its region; by everything else from the next level on.
    case inside(level: Int, region: Int)
  }

  /// For each node that runs.
  private(set) var slots: [Slot?]
  /// Values that are stored for all samples: others are read in their region only.
  private(set) var isGlobal: [Bool]
  let levelCount: Int
  let regionCounts: [Int]

  /// Each node runs on the first level on which it can, or on the one that `earliest` names for it. `isDepthFirst` false: each node has a
  /// region of its own.
  init(_ analysis: AnalyzedGraph, isDepthFirst: Bool, earliest: [Int] = []) {
    let (ordered, graph) = (analysis.ordered, analysis.graph)
    let (roles, isView) = (analysis.batch.roles, analysis.isReadThrough)
    slots = [Slot?](repeating: nil, count: graph.nodes.count)
    isGlobal = [Bool](repeating: !isDepthFirst, count: graph.types.count)
    for result in graph.results { isGlobal[result.value.id] = true }
    var available = graph.parameters.map { _ in Availability.ready(0) }
    var levelCount = 1
    var regions: [Int: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      let role = analysis.runningRole(index)
      let readsSamples = role != .whole
      var level = index < earliest.count ? earliest[index] : 0
      for operand in node.operands {
        switch available[operand.id] {
        case .ready(let ready): level = max(level, ready)
        case .inside(let inside, _): level = max(level, readsSamples && isDepthFirst ? inside : inside + 1)
        }
      }
      for value in ordered.before[index] {
        switch available[value.id] {
        // Launches over whole tensors of one level run in any order, and before its regions.
        case .ready(let ready): level = max(level, !readsSamples && Levels.isLaunched(value, graph, isView, slots) ? ready + 1 : ready)
        case .inside(let inside, _): level = max(level, readsSamples && isDepthFirst ? inside : inside + 1)
        }
      }
      if isView[index] {
        let operand = node.operands.first { roles[$0.id] == .sample }
        if role == .sample, let operand, case .inside(let inside, let region) = available[operand.id] {
          available.append(.inside(level: inside, region: region))
        } else {
          available.append(.ready(level))
        }
        if role == .whole { for operand in node.operands { isGlobal[operand.id] = true } }
        continue
      }
      guard readsSamples else {
        if analysis.isLive[index] { slots[index] = Slot(level: level, region: nil, node: index) }
        for operand in node.operands { isGlobal[operand.id] = true }
        for _ in node.results { available.append(.ready(level)) }
        levelCount = max(levelCount, level + 1)
        continue
      }
      let region = isDepthFirst ? 0 : regions[level, default: 0]
      regions[level] = region + 1
      slots[index] = Slot(level: level, region: region, node: index)
      levelCount = max(levelCount, level + 1)
      for operand in node.operands {
        if case .inside(let inside, let own) = available[operand.id], inside != level || own != region { isGlobal[operand.id] = true }
      }
      for result in node.results {
        available.append(roles[result.id] == .sample ? .inside(level: level, region: region) : .ready(level + 1))
      }
    }
    self.levelCount = levelCount
    regionCounts = (0..<levelCount + 1).map { regions[$0] ?? 0 }
    spreadThroughViews(graph, isView)
  }

  /// Whether a launch over whole tensors computes the value.
  private static func isLaunched(_ value: Value, _ graph: Graph, _ isView: [Bool], _ slots: [Slot?]) -> Bool {
    guard case .node(let index, _) = graph.definition(of: value) else { return false }
    if isView[index] { return graph.nodes[index].operands.contains { isLaunched($0, graph, isView, slots) } }
    return slots[index].map { $0.region == nil } ?? false
  }

  /// A view is read from its operand's memory.
  private mutating func spreadThroughViews(_ graph: Graph, _ isView: [Bool]) {
    for (index, node) in graph.nodes.enumerated().reversed() where isView[index] && isGlobal[node.results[0].id] {
      for operand in node.operands { isGlobal[operand.id] = true }
    }
  }

  /// Lets nodes run once a shard. If a shard has several tiles, what they read is stored for all samples.
  mutating func runOncePerShard(_ nodes: Set<Int>, _ graph: Graph, isView: [Bool], hasSeveralTiles: Bool) {
    for index in nodes {
      slots[index]?.isOncePerShard = true
      if hasSeveralTiles { for operand in graph.nodes[index].operands { isGlobal[operand.id] = true } }
    }
    spreadThroughViews(graph, isView)
  }

  /// Whether a node runs sample by sample: then all of its results are samples or sums.
  static func role(_ node: Node, _ roles: [BatchRole]) -> BatchRole {
    if node.results.contains(where: { roles[$0.id] == .whole }) { return .whole }
    return node.results.contains { roles[$0.id] == .sample } ? .sample : .sum
  }
}
