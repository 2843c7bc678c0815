import MartletCore
import MartletGraph
import MartletLoopIR

extension PullEmitter {
  /// A fold whose innermost loops together have at most this many iterations is written out.
  private static let largestUnrolledBody = 9

  /// A fold with what is decided for it: the ranges of its loops, and how many neighbours along the innermost one it takes at a time.
  private struct PlannedFold {
    let fold: Fold
    let plan: PullPlan.FoldPlan
    let lanes: Int

    /// Whether the loop of a variable takes vectors.
    func isInLanes(_ depth: Int) -> Bool { lanes > 1 && depth == fold.variables.count - 1 }
  }

  /// Emits the loops of a fold; its results are known afterwards.
  func emitFold(_ fold: Fold) throws {
    // What does not change along the fold is computed before it, other folds among that.
    try hoistInvariants(fold.steps)
    let foldPlan =
      foldNumbers[ObjectIdentifier(fold)].map { plan.folds[$0] }
      ?? PullPlan.FoldPlan(
        ranges: fold.variables.map { PullPlan.FoldRange(axis: nil, ranges: [0..<$0.extent]) }, remaining: Array(fold.conditions.indices))
    // Accumulators side by side only where the fold differs between them and the loop over them is not open already.
    let isUnrolled =
      unrolled.map { name, _ in
        !bound.contains(name) && fold.steps.contains { analysis.free($0).contains(name) }
      } ?? false
    let outer = unrolled
    if !isUnrolled { unrolled = nil }
    defer { unrolled = outer }
    let inLanes = plan.laneMode == .reduction && PullPlanner.canReduceInLanes(fold, foldPlan, analysis) && !fold.variables.isEmpty
    let element = ElementType(fold.initial[0].dtype).loaded
    let lanes = inLanes ? min(plan.lanes, target.generalLanes(element)) : 1
    let accumulators = try makeAccumulators(fold, lanes: lanes, isUnrolled: isUnrolled)
    let points = foldPlan.ranges.reduce(1) { $0 * ($1.ranges.map(\.count).max() ?? 0) }
    try scoped {
      carried[ObjectIdentifier(fold.carried)] = accumulators.map { $0.value(unrolled.map { Index(variable: $0.name) }) }
      let planned = PlannedFold(fold: fold, plan: foldPlan, lanes: lanes)
      try emitLoop(0, planned, accumulators, isCascaded: isCascaded(fold, points: points))
    }
    foldResults[ObjectIdentifier(fold)] = accumulators.map { accumulator in
      let value = accumulator.value(outer.map { Index(variable: $0.name) })
      guard lanes > 1 else { return value }
      return fold.combination == .sum ? .sum(value) : .maximum(value)
    }
  }

  /// A mutable value, or one for each unrolled index.
  enum Accumulator {
    case variable(KernelBuilder.Variable)
    case registers(KernelBuilder.Registers)

    func value(_ index: Index?) -> Expr {
      switch self {
      case .variable(let variable): variable.value
      case .registers(let registers): index.map { registers[$0] } ?? .integer(0)
      }
    }

    func assign(_ value: Expr, _ index: Index?) {
      switch self {
      case .variable(let variable): variable.value = value
      case .registers(let registers): if let index { registers[index] = value }
      }
    }
  }

  private func makeAccumulators(_ fold: Fold, lanes: Int, isUnrolled: Bool) throws -> [Accumulator] {
    try fold.initial.map { initial in
      let type = ValueType(ElementType(initial.dtype).loaded, lanes: lanes)
      let value = try emit(initial)
      let typed: Expr = lanes > 1 && !value.isLiteral ? .splat(lanes: lanes, value) : value
      if isUnrolled { return .registers(builder.registers(type, [unrolledCapacity], typed, "acc")) }
      return .variable(builder.variable(type, typed, "acc"))
    }
  }

  /// An accumulator beside another one of the same fold, which begins with 0.
  func zeroAccumulator(_ type: ValueType, like other: Accumulator) -> Accumulator {
    switch other {
    case .registers: .registers(builder.registers(type, [unrolledCapacity], .number(0), "acc"))
    case .variable: .variable(builder.variable(type, .number(0), "acc"))
    }
  }

  private var unrolledCapacity: Int {
    plan.unrolledAxis.map { min(PullPlan.unrolling, plan.extents[$0]) } ?? 1
  }

  private func bounds(of range: PullPlan.FoldRange) -> (lower: Index, upper: Index, interval: Interval) {
    let nonEmpty = range.ranges.filter { !$0.isEmpty }
    let interval = Interval(nonEmpty.map(\.lowerBound).min() ?? 0, (nonEmpty.map(\.upperBound).max() ?? 1) - 1)
    guard let axis = range.axis, let run = runIndex[axis] else {
      return (Index(range.ranges[0].lowerBound), Index(range.ranges[0].upperBound), interval)
    }
    return (.table(range.ranges.map(\.lowerBound), run), .table(range.ranges.map(\.upperBound), run), interval)
  }

  /// The loops of a fold from a variable on.
  private func emitLoop(_ depth: Int, _ planned: PlannedFold, _ accumulators: [Accumulator], isCascaded: Bool) throws {
    let (fold, ranges, lanes) = (planned.fold, planned.plan.ranges, planned.lanes)
    guard depth < fold.variables.count else { return try emitStep(planned, accumulators) }
    guard isCascaded else { return try emitLoop(depth, planned, accumulators, isCascaded: false) { _ in } }
    // Additions that each iteration of a loop makes, from here inwards.
    func additions(_ depth: Int) -> Int {
      ranges.indices.dropFirst(depth).reduce(1) { product, number in
        let longest = ranges[number].ranges.map(\.count).max() ?? 0
        return product * (number == ranges.count - 1 ? longest.parts(of: lanes) : longest)
      }
    }
    let longest = ranges[depth].ranges.map(\.count).max() ?? 0
    let inner = additions(depth + 1)
    let periods = CascadedSum.periods(
      iterations: planned.isInLanes(depth) ? longest.parts(of: lanes) : longest, inner: inner < CascadedSum.groupLength ? inner : 1)
    try emitCascade(accumulators[0], like: fold, lanes: lanes, periods: periods) { endGroups in
      try emitLoop(depth, planned, accumulators, isCascaded: inner >= CascadedSum.groupLength, endGroups)
    }
  }

  /// One loop of a fold; `endGroups` is called at the end of each iteration with its number. With `isCascaded` an iteration of an outer loop
  /// adds up the inner loops first.
  private func emitLoop(
    _ depth: Int, _ planned: PlannedFold, _ accumulators: [Accumulator], isCascaded: Bool, _ endGroups: (Index) throws -> Void
  ) throws {
    if planned.isInLanes(depth) { return try emitLaneLoop(planned, accumulators, endGroups) }
    let (fold, ranges, lanes) = (planned.fold, planned.plan.ranges, planned.lanes)
    let name = fold.variables[depth].name
    let (lower, upper, interval) = bounds(of: ranges[depth])
    // Iterations from here inwards, at most.
    let iterations = ranges[depth...].reduce(1) { $0 * ($1.ranges.map(\.count).max() ?? 0) }
    let isSmall = lanes == 1 && (fold === writtenOut || !target.mapsToThreads && iterations <= PullEmitter.largestUnrolledBody)
    let body = try builder.collect {
      try scoped {
        bind(name, interval)
        try hoistInvariants(fold.steps)
        if isCascaded {
          try emitSubtotal(accumulators[0], like: fold, lanes: lanes) {
            try emitLoop(depth + 1, planned, [$0], isCascaded: true)
          }
        } else {
          try emitLoop(depth + 1, planned, accumulators, isCascaded: false)
        }
        try endGroups(Index(variable: name))
      }
    }
    builder.append(.loop(Loop(name, lower, upper, isSmall ? .unrolled : .serial, body)))
  }

  /// The innermost point: the new values of all accumulators.
  private func emitStep(_ planned: PlannedFold, _ accumulators: [Accumulator]) throws {
    let fold = planned.fold
    guard let conditions = undecided(planned) else { return }
    func step() throws {
      try emitUnrolled {
        let index = unrolled.map { Index(variable: $0.name) }
        let values = try fold.steps.enumerated().map { position, step in
          combine(fold, accumulators[position].value(index), try emit(step))
        }
        // All new values are computed from the old ones.
        let named = values.count > 1 ? values.map { builder.let($0) } : values
        for (position, value) in named.enumerated() { accumulators[position].assign(value, index) }
      }
    }
    guard !conditions.isEmpty else { return try step() }
    try builder.when(.indices(conditions)) {
      try scoped {
        for condition in conditions { bounds.narrow(condition) }
        try step()
      }
    }
  }

  /// The conditions of a step that only the running kernel can decide; nil where one never holds: the step is none.
  private func undecided(_ planned: PlannedFold) -> [IndexCondition]? {
    let conditions = planned.plan.remaining.map { planned.fold.conditions[$0] }.filter { $0.decided(bounds) != true }
    return conditions.contains { $0.decided(bounds) == false } ? nil : conditions
  }

  func combine(_ fold: Fold, _ accumulator: Expr, _ value: Expr) -> Expr {
    switch fold.combination {
    case .sum: accumulator + value
    case .maximum: .binary(.maximum, accumulator, value)
    case .sequential: value
    }
  }

  // MARK: Lanes of a reduction

  /// Whole vectors, then the rest as a vector of which only the first lanes count.
  private func emitLaneLoop(_ planned: PlannedFold, _ accumulators: [Accumulator], _ endGroups: (Index) throws -> Void) throws {
    let (fold, lanes) = (planned.fold, planned.lanes)
    guard let variable = fold.variables.last, let range = planned.plan.ranges.last else { return }
    let run = range.axis.flatMap { runIndex[$0] }
    func table(_ value: (Range<Int>) -> Int) -> Index {
      guard let run else { return Index(value(range.ranges[0])) }
      return .table(range.ranges.map(value), run)
    }
    let whole = table { $0.lowerBound + $0.count / lanes * lanes }
    let rest = table { $0.count % lanes }
    let interval = bounds(of: range).interval
    guard let conditions = undecided(planned) else { return }
    func emitVector(_ first: Index?) throws {
      try emitUnrolled {
        let index = unrolled.map { Index(variable: $0.name) }
        let lane = LaneContext(variable: variable.name, lanes: lanes, first: first)
        var term = try emitLanes(fold.steps[0], lane)
        if let first, !isZeroBeyond(fold.steps[0], variable.name) || fold.combination == .maximum {
          let numbers = Expr.vector((0..<lanes).map { .integer($0) })
          let counts = Expr.compare(.lt, numbers, .splat(lanes: lanes, .literalIndex(first)))
          let dtype = fold.initial[0].dtype
          let identity = fold.combination == .maximum ? dtype.lowest : 0
          term = .select(counts, term, dtype.isFloatingPoint ? .number(ExactDouble(identity)) : .integer(Int(identity)))
        }
        accumulators[0].assign(combine(fold, accumulators[0].value(index), term), index)
      }
    }
    func guarded(_ body: () throws -> Void) throws {
      if conditions.isEmpty { try body() } else { try builder.when(.indices(conditions)) { try scoped(body) } }
    }
    let body = try builder.collect {
      try scoped {
        bind(variable.name, interval)
        try guarded { try emitVector(nil) }
        try endGroups(Index(variable: variable.name) / lanes)
      }
    }
    builder.append(.loop(Loop(variable.name, table(\.lowerBound), whole, step: Index(lanes), .serial, body)))
    guard range.ranges.contains(where: { $0.count % lanes != 0 }) else { return }
    let tail = builder.names.fresh(variable.name)
    let tailBody = try Renaming(index: variable.name, to: tail)(
      builder.collect {
        try scoped {
          bind(variable.name, interval)
          try guarded { try emitVector(rest) }
        }
      })
    // A loop of one iteration, which expand folds; none where nothing is left.
    let count = table { $0.count % lanes == 0 ? 0 : 1 }
    builder.append(.loop(Loop(tail, whole, whole + count, .unrolled, tailBody)))
  }

  private struct LaneContext {
    let variable: String
    let lanes: Int
    let first: Index?
  }

  /// A vector of the element at neighbouring values of the lane's variable; the planner has checked that there is one.
  private func emitLanes(_ element: Element, _ lane: LaneContext) throws -> Expr {
    guard analysis.free(element).contains(lane.variable) else {
      // A literal among vectors takes their type; alone it must have one.
      return .splat(lanes: lane.lanes, try emitTyped([element])[0])
    }
    switch element.kind {
    case .read(let operand, let index): return read(operand, index, lanes: lane.lanes, first: lane.first)
    case .index(let index):
      let coefficient = index.coefficient(of: lane.variable) ?? 0
      return .splat(lanes: lane.lanes, .indexValue(.i32, index)) + .vector((0..<lane.lanes).map { .integer($0 * coefficient) })
    case .unary, .binary, .compare, .select, .convert:
      return combined(element, try element.children.map { try emitLanes($0, lane) })
    case .constant, .guarded, .fold, .carried, .withDataIndex:
      throw MartletError(LoweringErrorCode.noKernel, "kernel @\(kernel.name): a part of a sum has no form in lanes")
    }
  }

  /// Whether the term is 0 in lanes whose loads gave 0, whatever the rest is: then nothing needs masking.
  private func isZeroBeyond(_ element: Element, _ variable: String) -> Bool {
    switch element.kind {
    case .constant(let value): value == 0
    case .read: analysis.free(element).contains(variable)
    case .unary(.neg, let x), .unary(.abs, let x), .unary(.sqrt, let x), .convert(let x): isZeroBeyond(x, variable)
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.multiply, let a, let b):
      isZeroBeyond(a, variable) && isZeroBeyond(b, variable)
    case .select(_, let a, let b): isZeroBeyond(a, variable) && isZeroBeyond(b, variable)
    case .unary, .binary, .compare, .index, .guarded, .fold, .carried, .withDataIndex: false
    }
  }
}
