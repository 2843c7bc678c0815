import MartletCore
import MartletGraph

/// Which sums over the batch are computed once a shard, in its last tile. The gradient of a linear layer's weights is as large as the weights, but each
/// sample adds one product to an element: a kernel that runs in every tile mostly reads and writes the sum. In the last tile one call adds
/// all samples of the shard, starting from zero; the operands of all of them stay in memory until then.
///
/// Filter gradients are added in every tile: a sample has many products for each element, and its image is in the cache only while its tile runs.
enum OncePerShard {
  /// Nodes for which what is saved of the sum outweighs keeping the operands. `tile` and `shard` are numbers of samples.
  static func nodes(_ analysis: AnalyzedGraph, _ choices: [Plans.Choice?], tile: Int, shard: Int) -> Set<Int> {
    let graph = analysis.graph
    return Set(
      graph.nodes.indices.filter { index in
        guard let trade = choices[index]?.plan.oncePerShard else { return false }
        guard tile < shard else { return true }
        let sum = graph.nodes[index].resultTypes[trade.result].byteCount
        let operands = trade.operands.reduce(0) { $0 + graph.type(of: $1).byteCount } / max(analysis.batch.samples ?? 1, 1)
        // Bytes moved in a shard: the sum is read and written, the operands of each sample are read from further away.
        return 2 * sum * (shard.parts(of: tile) - 1) > operands * shard
      })
  }
}
