import MartletCore

/// Kernels whose outermost loop is the batch, run depth first: a worker takes a tile of a few samples through all of them before the next
/// tile, so that intermediate values stay in its cache.
///
/// Sums over the batch are kept in shards. Shard s owns the samples `s * samples / shards ..< (s + 1) * samples / shards`; one worker
/// runs its tiles in order, and a tile never crosses shards. The sums therefore depend on neither the threads nor the tile.
///
/// A call that only adds to such sums may wait for the last tile of the shard and take all of its samples then: it writes the sum once.
package struct BatchRegion: Hashable, Sendable {
  package struct Call: Hashable, Sendable {
    package var kernel: Int
    /// One a parameter of the kernel.
    package var storages: [Program.Storage]
    /// Whether it runs in the last tile of a shard only, for all samples of the shard.
    package var isOncePerShard: Bool

    package init(kernel: Int, storages: [Program.Storage], isOncePerShard: Bool = false) {
      self.kernel = kernel
      self.storages = storages
      self.isOncePerShard = isOncePerShard
    }
  }

  package var samples: Int
  package var shards: Int
  /// Samples in flight.
  package var tile: Int
  package var calls: [Call]

  package init(samples: Int, shards: Int, tile: Int, calls: [Call]) {
    self.samples = samples
    self.shards = shards
    self.tile = tile
    self.calls = calls
  }

  /// The samples of a shard.
  package func samples(ofShard shard: Int) -> Range<Int> { shard * samples / shards..<(shard + 1) * samples / shards }

  /// One shard for 16 samples, at least 1, at most 16. A batch of more than 4,096 samples has one for 256 samples, as far as the memory for
  /// sums of `sumBytes` bytes allows: the samples of a shard are added up one after the other.
  package static func shardCount(samples: Int, sumBytes: Int = 0) -> Int {
    let few = min(max(samples / 16, 1), mostShards)
    guard samples > mostShards * longestShard else { return few }
    return max(few, min(samples / longestShard, mostSumBytes / max(sumBytes, 1)))
  }

  private static let mostShards = 16
  private static let longestShard = 256
  private static let mostSumBytes = 1 << 28

  /// The samples of the longest shard.
  package var longestShard: Int { (0..<shards).map { samples(ofShard: $0).count }.max() ?? 0 }

  /// Some samples of a shard, that its calls take before the next.
  package struct Tile: Hashable, Sendable {
    package var samples: Range<Int>
    /// All samples of the shard.
    package var shard: Range<Int>

    package var isFirst: Bool { samples.lowerBound == shard.lowerBound }

    /// What a call runs for in this tile; nil when it waits for the last tile.
    @inline(__always)
    package func range(of call: Call) -> Range<Int>? {
      guard call.isOncePerShard else { return samples }
      return samples.upperBound == shard.upperBound ? shard : nil
    }
  }

  /// Calls the body for each tile of a shard, in order.
  package func forEachTile(ofShard shard: Int, _ body: (Tile) throws -> Void) rethrows {
    let samples = samples(ofShard: shard)
    for begin in stride(from: samples.lowerBound, to: samples.upperBound, by: tile) {
      try body(Tile(samples: begin..<min(begin + tile, samples.upperBound), shard: samples))
    }
  }
}
