import MartletRuntime

/// A test of which each process computes a run of batches. Results are added in the order of the batches, so that they do not depend on the processes.
enum DividedTest {
  /// What a batch gives.
  struct Measured {
    var loss: Float
    var correct: Int
  }

  /// The batches of a process.
  static func batches(_ count: Int, rank: Int, of processes: Int) -> Range<Int> { rank * count / processes..<(rank + 1) * count / processes }

  /// The results of all processes, in the order of the batches.
  static func gathered(_ own: [Measured], of count: Int, _ group: any ProcessGroup) throws -> [Measured] {
    let most = (count + group.count - 1) / group.count
    var words = [UInt64](repeating: 0, count: 2 * most)
    for (number, part) in own.enumerated() { (words[2 * number], words[2 * number + 1]) = (UInt64(part.loss.bitPattern), UInt64(part.correct)) }
    return try group.gather(words.withUnsafeBytes { Array($0) }).enumerated().flatMap { rank, bytes in
      bytes.withUnsafeBytes { bytes in
        batches(count, rank: rank, of: group.count).indices.map { number in
          func word(_ position: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: position * 8, as: UInt64.self) }
          let place = number - batches(count, rank: rank, of: group.count).lowerBound
          return Measured(loss: Float(bitPattern: UInt32(truncatingIfNeeded: word(2 * place))), correct: Int(word(2 * place + 1)))
        }
      }
    }
  }
}
