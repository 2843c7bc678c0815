import MartletCore
import MartletGraph
import MartletLoopIR

// Sums of more than 4,096 numbers are cascaded: added one after the other, the rounding error would grow with how many there are, and from 2^24
// equal numbers on nothing would be added any more. Instead the numbers are added in groups, the sums of groups in groups, and so on: each
// number takes part in few additions. docs/numerics.md states the bound.
//
// Where loops nest, the sum of an inner loop is finished before it is added to that of the outer loop. Within a loop a group ends by its index:
//
//     for k in 0 ..< 65536 {
//       %acc = %acc + %x[k]
//     }
//
//  => for k in 0 ..< 65536 {
//       %acc = %acc + %x[k]
//       when k % 32 in 31 ..< 32 {
//         %acc_2 = %acc_2 + %acc
//         %acc = 0
//         when k % 1024 in 1023 ..< 1024 { … and so on … }
//       }
//     }
//     … %acc + %acc_2 + …

enum CascadedSum {
  /// A sum of as many numbers or fewer is added up in one go by a strategy's kernel.
  static let longestPlainSum = 4096
  /// The same in general lowering, whose sums of one sample can be parts of longer ones over the batch.
  static let longestGeneralSum = 512
  /// Additions to one accumulator before it is added to the next and begins anew.
  static let groupLength = 32

  /// After how many iterations each group of a loop ends: `[32, 1024]` for a loop of 10,000 iterations. `inner` is how many additions
  /// an iteration makes.
  static func periods(iterations: Int, inner: Int) -> [Int] {
    var periods: [Int] = []
    var period = max(groupLength / max(inner, 1), 4)
    while period < iterations {
      periods.append(period)
      period *= groupLength
    }
    return periods
  }
}

extension PullEmitter {
  /// Whether a fold is a sum that is cascaded.
  func isCascaded(_ fold: Fold, points: Int) -> Bool {
    fold.combination == .sum && fold.initial.count == 1 && fold.initial[0].dtype.isFloatingPoint && points > CascadedSum.longestGeneralSum
  }

  /// Emits a loop whose body adds to the accumulator. `body` is given what ends the groups of an iteration; it is called at the end of the loop's
  /// body with the number of the iteration.
  func emitCascade(
    _ accumulator: Accumulator, like fold: Fold, lanes: Int, periods: [Int], _ body: (_ endGroups: (Index) throws -> Void) throws -> Void
  ) throws {
    guard !periods.isEmpty else { return try body { _ in } }
    let type = ValueType(ElementType(fold.initial[0].dtype).loaded, lanes: lanes)
    let sums = [accumulator] + periods.map { _ in zeroAccumulator(type, like: accumulator) }
    func move(_ level: Int, _ iteration: Index) throws {
      guard level < periods.count else { return }
      let period = periods[level]
      try builder.when(.indices([IndexCondition(iteration % period, in: period - 1..<period)])) {
        try scoped {
          try emitUnrolled {
            let index = unrolled.map { Index(variable: $0.name) }
            sums[level + 1].assign(sums[level + 1].value(index) + sums[level].value(index), index)
            sums[level].assign(.number(0), index)
          }
          try move(level + 1, iteration)
        }
      }
    }
    try body { try move(0, $0) }
    try emitUnrolled {
      let index = unrolled.map { Index(variable: $0.name) }
      accumulator.assign(sums.dropFirst().reduce(accumulator.value(index)) { $0 + $1.value(index) }, index)
    }
  }

  /// Emits a part of a sum into an accumulator of its own, which is then added to the given one.
  func emitSubtotal(_ accumulator: Accumulator, like fold: Fold, lanes: Int, _ body: (Accumulator) throws -> Void) throws {
    let type = ValueType(ElementType(fold.initial[0].dtype).loaded, lanes: lanes)
    let own = zeroAccumulator(type, like: accumulator)
    try body(own)
    try emitUnrolled {
      let index = unrolled.map { Index(variable: $0.name) }
      accumulator.assign(accumulator.value(index) + own.value(index), index)
    }
  }
}
