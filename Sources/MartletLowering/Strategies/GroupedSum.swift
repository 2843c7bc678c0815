import MartletCore
import MartletLoopIR

/// A sum of products in registers that is added up in groups where it is long (`CascadedSum`).
struct GroupedSum {
  /// Steps of a long sum whose products are added up before they are added to the sums of all groups.
  private static let groupSteps = 256

  let k: KernelBuilder
  let sums: KernelBuilder.Registers
  let shape: [Int]
  let type: ValueType

  /// Calls the body for all steps of a sum of `length` products. A group's products are in `sums`, which are moved to other registers at its end;
  /// afterwards `sums` has everything.
  func emit(steps: Int, length: Int, _ body: (_ start: Index, _ count: Int) -> Void) {
    guard length > CascadedSum.longestPlainSum else {
      if steps > 0 { body(Index(0), steps) }
      return
    }
    let totals = k.registers(type, shape, .number(0), "total")
    func forEachSum(_ body: (Index, Index) -> Void) {
      k.loop(0..<shape[0], .unrolled, "s") { s in k.loop(0..<shape[1], .unrolled, "u") { u in body(s, u) } }
    }
    let whole = steps / GroupedSum.groupSteps * GroupedSum.groupSteps
    if whole > 0 {
      k.loop(Index(0), Index(whole), step: Index(GroupedSum.groupSteps), .serial, "group") { first in
        body(first, GroupedSum.groupSteps)
        forEachSum { s, u in
          totals[s, u] = totals[s, u] + sums[s, u]
          sums[s, u] = .number(0)
        }
      }
    }
    if whole < steps { body(Index(whole), steps - whole) }
    forEachSum { s, u in sums[s, u] = totals[s, u] + sums[s, u] }
  }
}
