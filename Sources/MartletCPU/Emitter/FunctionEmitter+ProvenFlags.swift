import MartletCore
import MartletLoopIR

// Flags that promise something to LLVM: `nsw`, `nuw`, `inbounds`. Where a promise does not hold the result is poison, and LLVM may make the
// kernel compute anything, on some processors only. So a flag is written only where interval arithmetic proves it here, from the bounds that
// hold in the block at hand. `exact` is never written. The others are proven where they are written:
//
// - `align`: from what divides the index; every buffer begins on 64 bytes (`HostBuffer`), every shard too (`Program.verify`).
// - `noalias`: `Program.verify` and `CPUExecutable.bind` refuse a launch that writes memory which it is given twice.
// - `readonly`, `writeonly`: the kernel verifier checks the access modes.

extension FunctionEmitter {
  /// Sums below this cannot wrap, nor can they when a step is added.
  private static let largestProven = 1 << 62

  /// A number that no value of the index, nor a partial sum of its terms, exceeds; nil when none is known.
  private func largestMagnitude(_ index: Index) -> Int? {
    var sum = index.constant.magnitude
    for term in index.terms {
      guard let interval = Index(atom: term.atom).interval(bounds) else { return nil }
      let (product, overflow) = max(interval.lower.magnitude, interval.upper.magnitude)
        .multipliedReportingOverflow(by: term.coefficient.magnitude)
      let (next, carry) = sum.addingReportingOverflow(product)
      guard !overflow, !carry, next <= UInt(FunctionEmitter.largestProven) else { return nil }
      sum = next
    }
    return Int(sum)
  }

  /// For the products and sums that make an index: no partial sum leaves the range of an i64.
  func wrapFlags(_ index: Index) -> String {
    guard writesProvenFlags, largestMagnitude(index) != nil else { return "" }
    return " nsw"
  }

  /// For the step of a loop: the variable is in the interval, and the last value is below the loop's upper bound.
  func wrapFlags(_ variable: Interval?, step: Int) -> String {
    guard writesProvenFlags, let variable, variable.upper < FunctionEmitter.largestProven, step < FunctionEmitter.largestProven,
      variable.lower > -FunctionEmitter.largestProven
    else { return "" }
    return variable.lower >= 0 ? " nuw nsw" : " nsw"
  }

  /// For a pointer to an element of memory with `count` elements: it is inside, or one element behind the last.
  func boundsFlag(_ index: Index, count: Int) -> String {
    guard writesProvenFlags, let interval = index.interval(bounds), interval.lower >= 0, interval.upper <= count else { return "" }
    return " inbounds"
  }
}
