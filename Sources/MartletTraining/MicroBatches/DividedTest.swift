import MartletCore
import MartletRuntime

/// A test whose batches several processes compute in turns: of each round one batch a process. Every process adds up the results of all in the order of
/// the batches, so that they do not depend on the processes.
struct DividedTest {
  /// What a batch gives.
  struct Measured {
    var loss: Float
    var correct: Int
    /// Nil where it was not shared.
    var output: HostTensor?
  }

  private let group: any ProcessGroup
  private let sharesOutputs: Bool

  init(_ group: any ProcessGroup, sharesOutputs: Bool) { (self.group, self.sharesOutputs) = (group, sharesOutputs) }

  func run(_ batches: [Range<Int>], _ test: (Range<Int>) throws -> Measured, _ add: (Range<Int>, Measured) throws -> Void) throws {
    for first in stride(from: 0, to: batches.count, by: group.count) {
      let round = batches[first..<min(first + group.count, batches.count)]
      let own = first + group.rank
      let measured = own < round.endIndex ? try test(batches[own]) : nil
      for (range, measured) in zip(round, try shared(measured, round.count)) { try add(range, measured) }
    }
  }

  /// The results of a round, of the first `count` processes.
  private func shared(_ own: Measured?, _ count: Int) throws -> [Measured] {
    let output = sharesOutputs ? own?.output : nil
    let extents = output?.shape.extents ?? []
    let head = [UInt64(own?.loss.bitPattern ?? 0), UInt64(own?.correct ?? 0), UInt64(output?.type.byteCount ?? 0), UInt64(extents.count)]
    let heads = try group.gather(head.withUnsafeBytes { Array($0) }).map { DividedTest.words($0) }
    guard sharesOutputs else { return heads.prefix(count).map { Measured(loss: Float(bitPattern: UInt32($0[0])), correct: Int($0[1])) } }
    let most = heads.map { Int($0[2]) + 8 * Int($0[3]) }.max() ?? 0
    var bytes = extents.map { UInt64($0) }.withUnsafeBytes { Array($0) } + (output?.withUnsafeBytes { Array($0) } ?? [])
    bytes += [UInt8](repeating: 0, count: most - bytes.count)
    return try zip(heads, try group.gather(bytes)).prefix(count).map { head, bytes in
      let rank = Int(head[3])
      let shape = Shape(DividedTest.words(Array(bytes[..<(8 * rank)])).map { Int($0) })
      let elements = bytes[(8 * rank)..<(8 * rank + Int(head[2]))]
      let tensor = try elements.withUnsafeBytes { try HostTensor(TensorType(.f32, shape), bytes: $0) }
      return Measured(loss: Float(bitPattern: UInt32(head[0])), correct: Int(head[1]), output: tensor)
    }
  }

  private static func words(_ bytes: [UInt8]) -> [UInt64] {
    bytes.withUnsafeBytes { bytes in (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) } }
  }
}
