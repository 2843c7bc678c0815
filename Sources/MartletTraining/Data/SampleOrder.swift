import MartletCore

/// Orders of samples that a seed decides.
package enum SampleOrder {
  /// The numbers below `count` in an order that depends on the seed and the epoch only: the order in which the trainer visits images.
  ///
  /// Source: R. Durstenfeld, "Algorithm 235: Random permutation", 1964. Throws M1022 for more samples than the generator numbers.
  package static func shuffled(_ count: Int, seed: UInt64, epoch: Int = 0) throws -> [Int] {
    guard count <= Int(UInt32.max) else {
      throw MartletError(
        DataErrorCode.impossibleChoice, "\(count) samples cannot be shuffled, at most \(UInt32.max) can",
        advice: "Shuffle parts of the source.")
    }
    var order = Array(0..<max(count, 0))
    var generator = PyTorchGenerator(seed: seed &* 1_000_003 &+ UInt64(bitPattern: Int64(epoch)))
    for position in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(position, generator.below(position + 1)) }
    return order
  }
}
