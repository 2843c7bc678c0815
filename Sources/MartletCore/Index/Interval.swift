/// The integers from `lower` to `upper`, both included.
package struct Interval: Hashable, Sendable, CustomStringConvertible {
  package var lower: Int
  package var upper: Int

  package init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = upper
  }

  package init(_ range: Range<Int>) { self.init(range.lowerBound, Interval.sum(range.upperBound, -1)) }

  package static func + (a: Interval, b: Interval) -> Interval { Interval(sum(a.lower, b.lower), sum(a.upper, b.upper)) }

  package static func * (a: Interval, factor: Int) -> Interval {
    let ends = (product(a.lower, factor), product(a.upper, factor))
    return factor >= 0 ? Interval(ends.0, ends.1) : Interval(ends.1, ends.0)
  }

  /// Numbers that a text may hold: a bound that no integer can be is the nearest one.
  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? a < 0 ? .min : .max : sum
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? (a < 0) == (b < 0) ? .max : .min : product
  }

  package func isInside(_ range: Range<Int>) -> Bool { lower >= range.lowerBound && upper < range.upperBound }

  package var description: String { "\(lower)...\(upper)" }
}

/// What is known of the variables of an index: the interval of each, and a number that divides it.
package struct IndexBounds: Sendable {
  private var intervals: [String: Interval] = [:]
  private var multiples: [String: Int] = [:]
  private var narrowed: [(index: Index, interval: Interval)] = []

  package init() {}

  package subscript(variable: String) -> Interval? { intervals[variable] }

  package func multiple(of variable: String) -> Int { multiples[variable] ?? 1 }

  package mutating func set(_ variable: String, _ interval: Interval, multiple: Int = 1) {
    intervals[variable] = interval
    multiples[variable] = multiple
  }

  /// Adds what a condition that holds implies: about a single variable, or about the whole index if it occurs again.
  package mutating func narrow(_ condition: IndexCondition) {
    guard let lower = condition.lower.interval(self)?.lower, let upper = condition.upper.interval(self)?.upper else { return }
    let interval = Interval(lower, upper - 1)
    learn(condition.index, interval)
    // In what is known by now the index may be a plainer one: `(y + 1) % 3` is `y + 1` where y is below 2.
    let simple = condition.index.simplified(self)
    if simple != condition.index { learn(simple, interval) }
  }

  private mutating func learn(_ index: Index, _ interval: Interval) {
    narrowed.append((index, interval))
    guard index.terms.count == 1 else { return }
    let coefficient = index.terms[0].coefficient
    let (low, high) = (interval.lower - index.constant, interval.upper - index.constant)
    if case .quotient(let inner, let divisor) = index.terms[0].atom, coefficient == 1 {
      // floor(i / d) in low ... high is i in low * d ... high * d + d - 1.
      let (first, last) = (low.multipliedReportingOverflow(by: divisor), high.multipliedReportingOverflow(by: divisor))
      if !first.overflow, !last.overflow, last.partialValue < Int.max - divisor {
        learn(inner, Interval(first.partialValue, last.partialValue + divisor - 1))
      }
    }
    guard case .variable(let name) = index.terms[0].atom, let known = intervals[name] else { return }
    let bound =
      coefficient > 0
      ? Interval(-floorDivide(-low, coefficient), floorDivide(high, coefficient))
      : Interval(-floorDivide(high, -coefficient), floorDivide(-low, -coefficient))
    intervals[name] = Interval(max(known.lower, bound.lower), min(known.upper, bound.upper))
  }

  /// What `narrow` learned of a multiple of an index, and the rest beside it: `n - begin + s` where `n - begin` is known.
  func narrowedInterval(of index: Index) -> Interval? {
    var result: Interval?
    for entry in narrowed {
      guard let first = entry.index.terms.first, let term = index.terms.first(where: { $0.atom == first.atom }),
        term.coefficient % first.coefficient == 0
      else { continue }
      let factor = term.coefficient / first.coefficient
      let rest = index - entry.index * factor
      guard rest.terms.count < index.terms.count, let other = rest.interval(self) else { continue }
      let interval = other + entry.interval * factor
      result = result.map { Interval(max($0.lower, interval.lower), min($0.upper, interval.upper)) } ?? interval
    }
    return result
  }
}

extension Index {
  /// The interval that contains all values; nil when a variable has no bounds.
  package func interval(_ bounds: IndexBounds) -> Interval? {
    var sum = Interval(constant, constant)
    for term in terms {
      guard let atom = Index.interval(of: term.atom, bounds) else { return nil }
      sum = sum + atom * term.coefficient
    }
    if !terms.isEmpty, let known = bounds.narrowedInterval(of: self) {
      sum = Interval(max(sum.lower, known.lower), min(sum.upper, known.upper))
    }
    return sum
  }

  private static func interval(of atom: Atom, _ bounds: IndexBounds) -> Interval? {
    switch atom {
    case .variable(let name): return bounds[name]
    case .quotient(let inner, let divisor):
      guard let inside = inner.interval(bounds) else { return nil }
      return Interval(floorDivide(inside.lower, divisor), floorDivide(inside.upper, divisor))
    case .remainder(let inner, let divisor):
      guard let inside = inner.interval(bounds) else { return Interval(0, divisor - 1) }
      if floorDivide(inside.lower, divisor) == floorDivide(inside.upper, divisor) {
        return Interval(floorRemainder(inside.lower, divisor), floorRemainder(inside.upper, divisor))
      }
      return Interval(0, divisor - 1)
    case .table(let values, let inner):
      var reachable = values
      if let inside = inner.interval(bounds) {
        let first = Swift.max(0, inside.lower)
        let last = Swift.min(values.count - 1, inside.upper)
        if first <= last { reachable = Array(values[first...last]) }
      }
      guard let smallest = reachable.min(), let largest = reachable.max() else { return nil }
      return Interval(smallest, largest)
    }
  }

  /// The largest number known to divide every value; 0 for the constant 0.
  package func divisor(_ bounds: IndexBounds) -> Int {
    var result = Swift.abs(constant)
    for term in terms {
      let atom: Int
      switch term.atom {
      case .variable(let name): atom = bounds.multiple(of: name)
      case .quotient, .remainder: atom = 1
      case .table(let values, _): atom = values.reduce(0) { greatestCommonDivisor($0, Swift.abs($1)) }
      }
      result = greatestCommonDivisor(result, Swift.abs(term.coefficient * atom))
    }
    return result
  }

  /// Removes quotients, remainders and tables that the bounds decide, and puts `x / d * d + x % d` together again.
  package func simplified(_ bounds: IndexBounds) -> Index {
    var sum = Index(constant)
    for term in terms {
      let atom: Index
      switch term.atom {
      case .variable(let name):
        if let interval = bounds[name], interval.lower == interval.upper {
          atom = Index(interval.lower)
        } else {
          atom = Index(variable: name)
        }
      case .quotient(let inner, let divisor):
        let simple = inner.simplified(bounds)
        if let inside = simple.interval(bounds), floorDivide(inside.lower, divisor) == floorDivide(inside.upper, divisor) {
          atom = Index(floorDivide(inside.lower, divisor))
        } else {
          atom = simple / divisor
        }
      case .remainder(let inner, let divisor):
        let simple = inner.simplified(bounds)
        if let inside = simple.interval(bounds), floorDivide(inside.lower, divisor) == floorDivide(inside.upper, divisor) {
          atom = simple - floorDivide(inside.lower, divisor) * divisor
        } else {
          atom = simple % divisor
        }
      case .table(let values, let inner): atom = .table(values, inner.simplified(bounds))
      }
      sum = sum + atom * term.coefficient
    }
    return sum.recombined()
  }

  private func recombined() -> Index {
    for quotientTerm in terms {
      guard case .quotient(let inner, let divisor) = quotientTerm.atom, quotientTerm.coefficient % divisor == 0 else { continue }
      let factor = quotientTerm.coefficient / divisor
      for remainderTerm in terms where remainderTerm.coefficient == factor {
        guard remainderTerm.atom == .remainder(inner, divisor) else { continue }
        let withoutBoth = self - Index(atom: quotientTerm.atom) * quotientTerm.coefficient - Index(atom: remainderTerm.atom) * factor
        return (withoutBoth + inner * factor).recombined()
      }
      // x / (d * e) * d * e + x / d % e * d is x / d * d: the middle digit of a number written in mixed radix.
      for remainderTerm in terms {
        guard case .remainder(let digit, let radix) = remainderTerm.atom, divisor % radix == 0,
          quotientTerm.coefficient == remainderTerm.coefficient * radix, digit == inner / (divisor / radix)
        else { continue }
        let withoutBoth =
          self - Index(atom: quotientTerm.atom) * quotientTerm.coefficient
          - Index(atom: remainderTerm.atom) * remainderTerm.coefficient
        return (withoutBoth + digit * remainderTerm.coefficient).recombined()
      }
    }
    return self
  }
}

package func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
