import MartletCore

/// Kernels whose outermost loop is the batch, run depth first: a worker takes a tile of a few samples through all of them before the next
/// tile, so that intermediate values stay in its cache.
///
/// Sums over the batch are kept in shards. Shard s owns the samples `s * samples / shards ..< (s + 1) * samples / shards`; one worker
/// runs its tiles in order, and a tile never crosses shards. The sums therefore depend on neither the threads nor the tile.
public struct BatchRegion: Hashable, Sendable {
  public struct Call: Hashable, Sendable {
    public var kernel: Int
    /// One a parameter of the kernel.
    public var storages: [Program.Storage]

    public init(kernel: Int, storages: [Program.Storage]) {
      self.kernel = kernel
      self.storages = storages
    }
  }

  public var samples: Int
  public var shards: Int
  /// Samples in flight.
  public var tile: Int
  public var calls: [Call]

  public init(samples: Int, shards: Int, tile: Int, calls: [Call]) {
    self.samples = samples
    self.shards = shards
    self.tile = tile
    self.calls = calls
  }

  /// The samples of a shard.
  public func samples(ofShard shard: Int) -> Range<Int> { shard * samples / shards..<(shard + 1) * samples / shards }

  /// One shard for 16 samples, at least 1, at most 16.
  public static func shardCount(samples: Int) -> Int { min(max(samples / 16, 1), 16) }

  /// Calls the body for each tile of a shard, in order.
  public func forEachTile(ofShard shard: Int, _ body: (Range<Int>) throws -> Void) rethrows {
    let samples = samples(ofShard: shard)
    for begin in stride(from: samples.lowerBound, to: samples.upperBound, by: tile) {
      try body(begin..<min(begin + tile, samples.upperBound))
    }
  }
}
