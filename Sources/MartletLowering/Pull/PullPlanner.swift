import MartletCore
import MartletGraph
import MartletLoopIR

/// Makes the plan of a kernel from its elements at plain indices.
struct PullPlanner {
  let axes: [String]
  let extents: [Int]
  /// The first axis is the batch: callers divide it.
  let isBatched: Bool
  let elements: [Element]
  let analysis: ElementAnalysis
  let target: Target
  let resultTypes: [DType]

  func plan() -> PullPlan {
    var plan = PullPlan(extents: extents, runs: extents.map { [0..<$0] })
    let folds = analysis.outermostFolds(elements)
    let splitAxes = decideConditions(folds, &plan)
    let widest = widestElement()
    let output = outputEfficiency(plan, widest)
    let reduction = zip(folds, plan.folds).map { reductionEfficiency($0, $1, widest) }.max { $0.value < $1.value } ?? (value: 0, lanes: 1)
    if output.value >= reduction.value, output.value > 0.2 {
      plan.laneMode = .output
      plan.lanes = output.lanes
    } else if reduction.value > 0.2 {
      plan.laneMode = .reduction
      plan.lanes = reduction.lanes
    }
    let laneAxis = plan.laneMode == .output ? extents.count - 1 : nil
    plan.parallelAxis = isBatched ? 0 : extents.indices.first { $0 != laneAxis && !splitAxes.contains($0) && extents[$0] > 1 }
    plan.unrolledAxis = unrolledAxis(folds, excluding: splitAxes.union([plan.parallelAxis, laneAxis].compactMap { $0 }))
    return plan
  }

  // MARK: Borders

  /// Turns the folds' conditions into ranges of their variables, split along output axes where needed; returns the axes that are split or
  /// tested, which can be neither unrolled nor run in parallel.
  private func decideConditions(_ folds: [Fold], _ plan: inout PullPlan) -> Set<Int> {
    var usedAxes: Set<Int> = []
    for fold in folds {
      var bounds = IndexBounds()
      for (axis, name) in axes.enumerated() { bounds.set(name, Interval(0, max(extents[axis] - 1, 0))) }
      for variable in fold.variables { bounds.set(variable.name, Interval(0, max(variable.extent - 1, 0))) }
      var foldPlan = PullPlan.FoldPlan(ranges: fold.variables.map { PullPlan.FoldRange(axis: nil, ranges: [0..<$0.extent]) })
      // For each axis, the ranges that its conditions leave to a variable at every position, and which conditions those are.
      var patterns: [Int: [Int: [Range<Int>]]] = [:]
      var sources: [Int: [Int]] = [:]
      for (number, condition) in fold.conditions.enumerated() where condition.decided(bounds) != true {
        guard let lower = condition.lower.constantValue, let upper = condition.upper.constantValue,
          let split = splittable(condition.index, fold)
        else {
          foldPlan.remaining.append(number)
          continue
        }
        let extent = fold.variables[split.variable].extent
        let ranges = (0..<(split.axis.map { extents[$0] } ?? 1)).map { position in
          PullPlanner.range(
            of: split.foldCoefficient, offset: condition.index.constant + split.axisCoefficient * position, in: lower..<upper,
            extent: extent)
        }
        guard let axis = split.axis else {
          let known = foldPlan.ranges[split.variable].ranges[0]
          foldPlan.ranges[split.variable].ranges = [PullPlanner.intersection(known, ranges[0])]
          continue
        }
        // A variable is split along one axis only.
        guard !patterns.contains(where: { $0.key != axis && $0.value[split.variable] != nil }) else {
          foldPlan.remaining.append(number)
          continue
        }
        let known = patterns[axis]?[split.variable]
        patterns[axis, default: [:]][split.variable] = known.map { zip($0, ranges).map(PullPlanner.intersection) } ?? ranges
        sources[axis, default: []].append(number)
      }
      for (axis, pattern) in patterns.sorted(by: { $0.key < $1.key }) {
        if !apply(pattern, to: axis, &plan, &foldPlan) {
          foldPlan.remaining += sources[axis] ?? []
        } else if plan.runs[axis].count > 1 {
          usedAxes.insert(axis)
        }
      }
      for number in foldPlan.remaining {
        for (axis, name) in axes.enumerated() where fold.conditions[number].index.uses(name) { usedAxes.insert(axis) }
      }
      plan.folds.append(foldPlan)
    }
    return usedAxes
  }

  /// An index of the form `a * axis + b * variable + constant`, or without the axis.
  private func splittable(
    _ index: Index, _ fold: Fold
  ) -> (axis: Int?, axisCoefficient: Int, variable: Int, foldCoefficient: Int)? {
    let used = fold.variables.indices.filter { index.uses(fold.variables[$0].name) }
    let outer = index.variables.filter { name in !fold.variables.contains { $0.name == name } }
    guard used.count == 1, outer.count <= 1, let foldCoefficient = index.coefficient(of: fold.variables[used[0]].name),
      foldCoefficient != 0
    else { return nil }
    guard let name = outer.first else { return (nil, 0, used[0], foldCoefficient) }
    guard let axis = axes.firstIndex(of: name), let coefficient = index.coefficient(of: name) else { return nil }
    return (axis, coefficient, used[0], foldCoefficient)
  }

  /// The values v of `0 ..< extent` for which `coefficient * v + offset` is in a range: they are consecutive.
  private static func range(of coefficient: Int, offset: Int, in range: Range<Int>, extent: Int) -> Range<Int> {
    let valid = (0..<extent).filter { range.contains(coefficient * $0 + offset) }
    guard let first = valid.first, let last = valid.last else { return 0..<0 }
    return first..<last + 1
  }

  private static func intersection(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
    let (lower, upper) = (max(a.lowerBound, b.lowerBound), min(a.upperBound, b.upperBound))
    return lower < upper ? lower..<upper : 0..<0
  }

  /// Splits an axis where the ranges change; false if that gives too many stretches or the axis is split otherwise already.
  private func apply(
    _ pattern: [Int: [Range<Int>]], to axis: Int, _ plan: inout PullPlan, _ foldPlan: inout PullPlan.FoldPlan
  ) -> Bool {
    let variables = pattern.keys.sorted()
    var runs: [Range<Int>] = []
    var seen: [Range<Int>]?
    for position in 0..<extents[axis] {
      let now = variables.map { pattern[$0]?[position] ?? 0..<0 }
      if now == seen, let last = runs.popLast() {
        runs.append(last.lowerBound..<position + 1)
      } else {
        runs.append(position..<position + 1)
      }
      seen = now
    }
    guard runs.count <= PullPlan.mostRuns, plan.runs[axis].count == 1 || plan.runs[axis] == runs else { return false }
    plan.runs[axis] = runs
    for variable in variables {
      // Conditions without an axis have narrowed the variable already, everywhere alike.
      let known = foldPlan.ranges[variable].ranges[0]
      let ranges = runs.map { PullPlanner.intersection(known, pattern[variable]?[$0.lowerBound] ?? 0..<0) }
      foldPlan.ranges[variable] =
        Set(ranges).count == 1 ? PullPlan.FoldRange(axis: nil, ranges: [ranges[0]]) : PullPlan.FoldRange(axis: axis, ranges: ranges)
    }
    return true
  }

  // MARK: Lanes

  /// The element type that decides how many lanes fit.
  private func widestElement() -> ElementType {
    resultTypes.contains(.f64) ? .f64 : .f32
  }

  /// How well the lanes are filled when neighbours along the last axis run together; 0 if that is not possible.
  private func outputEfficiency(_ plan: PullPlan, _ widest: ElementType) -> (value: Double, lanes: Int) {
    let axis = extents.count - 1
    guard axis > 0 || !isBatched else { return (0, 1) }
    let name = axes[axis]
    var shuffles = false
    for read in analysis.reads(elements) {
      guard let stride = PullPlanner.stride(of: name, read.index), (0...4).contains(stride) else { return (0, 1) }
      if stride > 1 { shuffles = true }
    }
    var isPossible = true
    analysis.visit(elements) { element, _ in
      switch element.kind {
      case .index(let index): if index.coefficient(of: name) == nil { isPossible = false }
      case .guarded(let conditions, _, _): if conditions.contains(where: { $0.index.uses(name) }) { isPossible = false }
      case .withDataIndex(_, let value, _, _): if analysis.free(value).contains(name) { isPossible = false }
      default: break
      }
    }
    for (fold, foldPlan) in zip(analysis.outermostFolds(elements), plan.folds) {
      if foldPlan.remaining.contains(where: { fold.conditions[$0].index.uses(name) }) { isPossible = false }
    }
    guard isPossible else { return (0, 1) }
    let lanes = PullPlanner.lanes(extents[axis], target.generalLanes(widest))
    let slots = plan.runs[axis].reduce(0) { $0 + $1.count.roundedUp(to: lanes) }
    guard slots > 0, lanes > 1 else { return (0, 1) }
    // A vector of 4 does half of what a vector of 8 does.
    let width = Double(lanes) / Double(target.generalLanes(widest))
    return (Double(extents[axis]) / Double(slots) * width * (shuffles ? 0.5 : 1), lanes)
  }

  /// The same for neighbours along the innermost loop of a fold.
  private func reductionEfficiency(_ fold: Fold, _ plan: PullPlan.FoldPlan, _ widest: ElementType) -> (value: Double, lanes: Int) {
    guard let ranges = plan.ranges.last?.ranges, PullPlanner.canReduceInLanes(fold, plan, analysis)
    else { return (0, 1) }
    let longest = ranges.map(\.count).max() ?? 0
    let lanes = PullPlanner.lanes(longest, target.generalLanes(widest))
    guard longest >= 4, lanes > 1 else { return (0, 1) }
    let slots = longest.roundedUp(to: lanes)
    let width = Double(lanes) / Double(target.generalLanes(widest))
    // Combining the lanes at the end costs about three steps.
    let steps = fold.variables.dropLast().reduce(1.0) { $0 * Double($1.extent) } * Double(slots / lanes)
    return (Double(longest) / Double(slots) * width * steps / (steps + 3), lanes)
  }

  /// Whether neighbours along the innermost loop of a fold can run in lanes.
  static func canReduceInLanes(_ fold: Fold, _ plan: PullPlan.FoldPlan, _ analysis: ElementAnalysis) -> Bool {
    guard fold.combination != .sequential, let variable = fold.variables.last else { return false }
    return isVectorizable(fold.steps[0], along: variable.name, analysis)
      && !plan.remaining.contains { fold.conditions[$0].index.uses(variable.name) }
  }

  /// Whether a term has a lane-by-lane form along a fold's variable: reads run along rows or stand still, nothing is nested.
  static func isVectorizable(_ term: Element, along variable: String, _ analysis: ElementAnalysis) -> Bool {
    guard analysis.free(term).contains(variable) else { return true }
    switch term.kind {
    case .constant: return true
    case .read(_, let index): return stride(of: variable, index).map { $0 == 0 || $0 == 1 } ?? false
    case .index(let index): return index.coefficient(of: variable) != nil
    case .unary, .binary, .compare, .select, .convert:
      return term.children.allSatisfy { isVectorizable($0, along: variable, analysis) }
    case .guarded, .fold, .carried, .withDataIndex: return false
    }
  }

  /// By how many elements a read moves when the variable grows by 1; nil when it leaves its row or jumps.
  static func stride(of variable: String, _ index: [Index]) -> Int? {
    guard let last = index.last else { return 0 }
    guard !index.dropLast().contains(where: { $0.uses(variable) }) else { return nil }
    return last.coefficient(of: variable)
  }

  /// As many lanes as the extent fills, rounded up to a power of two, at most those of the target.
  private static func lanes(_ extent: Int, _ most: Int) -> Int {
    var lanes = 1
    while lanes < extent, lanes < most { lanes *= 2 }
    return lanes
  }

  // MARK: Unrolling

  /// The axis along which several accumulators share most reads; nil when nothing is shared.
  private func unrolledAxis(_ folds: [Fold], excluding: Set<Int>) -> Int? {
    let reads = analysis.reads(elements).filter { !$0.folds.isEmpty }
    var best: (axis: Int, shared: Int)?
    for axis in extents.indices where !excluding.contains(axis) && extents[axis] > 1 {
      // Folds that do not depend on the axis are computed once anyway.
      let relevant = reads.filter { read in
        read.folds.contains { fold in
          fold.steps.contains { analysis.free($0).contains(axes[axis]) }
        }
      }
      let shared = relevant.filter { read in !read.index.contains { $0.uses(axes[axis]) } }.count
      if shared > 0, shared > best?.shared ?? 0 || shared == best?.shared && extents[axis] > extents[best?.axis ?? axis] {
        best = (axis, shared)
      }
    }
    return best?.axis
  }
}
