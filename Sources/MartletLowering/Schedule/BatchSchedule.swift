import MartletCore
import MartletGraph
import MartletRuntime

/// When each node runs, and how many samples at a time.
struct BatchSchedule {
  let levels: Levels
  /// Samples in flight in a region.
  let tile: Int
  /// Samples of the longest shard.
  let longestShard: Int
  /// Every call's range begins and ends on a multiple of this: how many samples a kernel may work on at a time.
  let sampleMultiple: Int

  init(_ analysis: AnalyzedGraph, _ choices: [Plans.Choice?], _ layouts: LayoutAssignment) {
    let batch = analysis.batch
    var levels = analysis.options.isDepthFirst ? LateRegions.levels(analysis) : Levels(analysis, isDepthFirst: false)
    tile = BatchSchedule.tile(analysis, levels, layouts, planBytes: choices.map { $0?.plan.bytesPerSample ?? 0 }.max() ?? 0)
    let region = BatchRegion(samples: batch.samples ?? 1, shards: analysis.shards, tile: tile, calls: [])
    longestShard = region.longestShard
    let late = OncePerShard.nodes(analysis, choices, tile: tile, shard: longestShard)
    levels.runOncePerShard(late, analysis.graph, isView: analysis.isReadThrough, hasSeveralTiles: tile < longestShard)
    self.levels = levels
    let bounds = [tile] + (0..<analysis.shards).map { region.samples(ofShard: $0).upperBound }
    sampleMultiple = [4, 2].first { multiple in bounds.allSatisfy { $0 % multiple == 0 } } ?? 1
  }

  /// As many samples in flight as fill about a quarter of a second-level cache with their intermediate values, or with what one kernel keeps
  /// of a sample for the next (`planBytes`); at most 16: a shard. More samples share what is read of weights and written of their gradients.
  private static func tile(_ analysis: AnalyzedGraph, _ levels: Levels, _ layouts: LayoutAssignment, planBytes: Int) -> Int {
    let graph = analysis.graph
    let bytes = graph.nodes.flatMap(\.results).filter { analysis.batch.roles[$0.id] == .sample && !levels.isGlobal[$0.id] }
      .reduce(0) { sum, value in
        sum + layouts.layout(value).shape.extents.dropFirst().reduce(graph.type(of: value).dtype.byteCount, *)
      }
    var tile = 16
    while tile > 1, tile * max(bytes, planBytes) > 256 * 1024 { tile /= 2 }
    return tile
  }

  /// The longest range of samples that a kernel is called with.
  func longestRange(at slot: Levels.Slot) -> Int { slot.isOncePerShard ? longestShard : tile }

  /// The level from which on a value is complete.
  func readyLevel(_ value: Value, _ graph: Graph) -> Int {
    guard case .node(let index, _) = graph.definition(of: value) else { return 0 }
    if let slot = levels.slots[index] { return slot.region == nil ? slot.level : slot.level + 1 }
    return graph.nodes[index].operands.map { readyLevel($0, graph) }.max() ?? 0
  }
}
