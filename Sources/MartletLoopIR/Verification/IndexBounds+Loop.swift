import MartletCore

extension IndexBounds {
  /// The bounds of a kernel's `begin` and `end`.
  package init(_ kernel: Kernel) {
    self.init()
    set(Kernel.begin, Interval(0, max(kernel.over - kernel.multiple, 0)), multiple: kernel.multiple)
    set(Kernel.end, Interval(kernel.multiple, max(kernel.over, kernel.multiple)), multiple: kernel.multiple)
  }

  /// Adds what is known of a loop's index inside its body, under the name `variable`; false when the loop is known to be empty or its
  /// bounds are not known.
  package mutating func enter(_ loop: Loop, as variable: String, lower: Index, upper: Index, step: Int, of kernel: Kernel) -> Bool {
    guard let first = lower.interval(self), let end = upper.interval(self), first.lower < end.upper else { return false }
    var last = end.upper - 1
    if first.lower == first.upper, end.lower == end.upper { last = first.lower + (last - first.lower) / step * step }
    let isWholeCall = lower == Index(variable: Kernel.begin) && upper == Index(variable: Kernel.end)
    // Begin and length of a call are multiples of `multiple`: a step that divides it never reaches beyond the end.
    if isWholeCall, kernel.multiple % step == 0 { last = end.upper - step }
    set(variable, Interval(first.lower, last), multiple: greatestCommonDivisor(lower.divisor(self), step))
    let index = Index(variable: variable)
    if loop.kind == .parallel || isWholeCall {
      // The slot in worker memory: a call is at most a tile long.
      narrow(IndexCondition(index - lower, in: 0..<max((kernel.tile ?? kernel.over) - step, 0) + 1))
    } else if first.lower != first.upper || end.lower != end.upper {
      narrow(IndexCondition(index, lower, upper))
    }
    return true
  }
}
