import MartletCore
import MartletGraph

/// How a strategy computes a node: what it needs and offers, and the function that emits the kernels.
package struct Plan {
  /// The layouts in which it reads operands and writes results. One that cannot be had makes the next strategy's plan the node's; where there is
  /// no other, operands are converted.
  package var demands: [LayoutDemand] = []
  /// Values that are best stored channels last, whether the plan is taken or not.
  package var images: [Value] = []
  /// How sums over the batch are kept, by the number of the result. Results that are sums and stand nowhere here are stored row-major.
  package var sums: (LayoutAssignment) -> [Int: SumForm] = { _ in [:] }
  /// Whether it computes a node of samples for all of them at once, over whole tensors.
  package var isUndivided = false
  /// Bytes of a sample that the kernels hand on to each other beside the values of the graph.
  package var bytesPerSample = 0
  /// The result whose sum the kernels can add up in one call a shard, and the values that they read for it.
  package var oncePerShard: ShardTrade?
  /// What the plan would have cost: a line for `explain` where it is not taken.
  package var alternative: String?
  /// The node's slices are stored, and its readers add them up: the number of slices.
  package var slices: Int?
  /// Adds the kernels through the site.
  package var emit: (KernelSite) throws -> Void

  package init(demands: [LayoutDemand] = [], emit: @escaping (KernelSite) throws -> Void) {
    self.demands = demands
    self.emit = emit
  }
}

/// A sum over the batch that one call for all samples of a shard can add up, instead of a call for each tile.
package struct ShardTrade {
  /// The number of the result.
  var result: Int
  /// What has to be stored for all samples of the shard.
  var operands: [Value]
}

/// How a sum over the batch is kept in its shards.
package struct SumForm {
  var layout: StorageLayout
  var lastStep = ShardedSum.LastStep.none
  /// The extents of a shard whose elements are not those of the value but a transform of them, and the kernel that finishes such a sum.
  var transform: Transform?

  struct Transform {
    var extents: [Int]
    var finish: ShardedSum.FinishKernel
  }
}
