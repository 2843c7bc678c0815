import MartletCore
import MartletGraph
import MartletLoopIR

extension PullEmitter {
  /// Emits all axes but the parallel one, whose index is in scope. `index` is that of the element to compute, made of the axes' names.
  func emitAxes(_ names: [String], _ index: [Index], parallel: String, over: Int) throws {
    var index = index
    var axisBounds = IndexBounds()
    for (axis, name) in names.enumerated() { axisBounds.set(name, Interval(0, plan.extents[axis] - 1)) }
    axisBounds.set(parallel, Interval(0, over - 1))
    if let axis = plan.unrolledAxis {
      let name = builder.names.fresh("u")
      index[axis] = index[axis] + Index(variable: name)
      // Together they stay inside the axis; alone the block's first index does.
      axisBounds.set(name, Interval(0, min(PullPlan.unrolling, plan.extents[axis]) - 1))
      unrolled = (name, Index(min(PullPlan.unrolling, plan.extents[axis])))
    }
    defer { unrolled = nil }
    let elements = try makeElements(index, axisBounds, builder.names)
    useCounts = analysis.useCounts(elements)
    foldNumbers = [:]
    // Where subscripts are clamped no condition has become a range.
    for (number, fold) in analysis.outermostFolds(elements).enumerated() where !clampsSubscripts {
      foldNumbers[ObjectIdentifier(fold)] = number
    }
    try scoped {
      bind(parallel, Interval(0, over - 1))
      try hoistInvariants(elements)
      try emitAxis(0, names, index, elements)
    }
  }

  private func emitAxis(_ axis: Int, _ names: [String], _ index: [Index], _ elements: [Element]) throws {
    guard axis < names.count else { return try emitResults(index, elements) }
    guard axis != plan.parallelAxis else { return try emitAxis(axis + 1, names, index, elements) }
    if axis == plan.unrolledAxis { return try emitUnrolledAxis(axis, names, index, elements) }
    let extent = plan.extents[axis]
    let kind: LoopKind = plan.laneMode == .output && axis == names.count - 1 && plan.lanes > 1 ? .vectorized(plan.lanes) : .serial
    let runs = plan.runs[axis]
    func emitLoop(_ lower: Index, _ upper: Index, _ interval: Interval) throws {
      let body = try builder.collect {
        try scoped {
          bind(names[axis], interval)
          if axis < names.count - 1 { try hoistInvariants(elements) }
          try emitAxis(axis + 1, names, index, elements)
        }
      }
      builder.append(.loop(Loop(names[axis], lower, upper, kind, body)))
    }
    guard runs.count > 1 else { return try emitLoop(Index(0), Index(extent), Interval(0, extent - 1)) }
    let run = builder.names.fresh("z")
    let body = try builder.collect {
      try scoped {
        bind(run, Interval(0, runs.count - 1))
        runIndex[axis] = Index(variable: run)
        try emitLoop(
          .table(runs.map(\.lowerBound), Index(variable: run)), .table(runs.map(\.upperBound), Index(variable: run)),
          Interval(0, extent - 1))
      }
    }
    builder.append(.loop(Loop(run, Index(0), Index(runs.count), .unrolled, body)))
  }

  /// Blocks of four, and one of what is left.
  private func emitUnrolledAxis(_ axis: Int, _ names: [String], _ index: [Index], _ elements: [Element]) throws {
    let extent = plan.extents[axis]
    let block = min(PullPlan.unrolling, extent)
    let whole = extent / block * block
    let outer = unrolled
    func emitLoop(_ lower: Index, _ upper: Index, _ step: Index) throws {
      let body = try builder.collect {
        try scoped {
          bind(names[axis], Interval(0, extent - 1))
          if let name = outer?.name { unrolled = (name, step) }
          try hoistInvariants(elements)
          try emitAxis(axis + 1, names, index, elements)
        }
      }
      builder.append(.loop(Loop(names[axis], lower, upper, step: step, .serial, body)))
    }
    if whole == extent {
      try emitLoop(Index(0), Index(extent), Index(block))
    } else {
      try builder.loop(0..<2, .unrolled, "w") { part in
        try scoped {
          bind(part.variableName ?? "", Interval(0, 1))
          try emitLoop(
            .table([0, whole], part), .table([whole, extent], part), .table([block, extent - whole], part))
        }
      }
    }
    unrolled = outer
  }

  // MARK: Results

  /// The innermost block: folds, then the results' own expressions, then the stores.
  func emitResults(_ index: [Index], _ elements: [Element]) throws {
    for fold in analysis.outermostFolds(elements) where foldResults[ObjectIdentifier(fold)] == nil { try emitFold(fold) }
    try emitUnrolled {
      // All are computed before the first is stored: an update may overwrite what another one reads.
      let values = try elements.map { element in elements.count > 1 ? builder.let(try emit(element)) : try emit(element) }
      for (position, element) in elements.enumerated() {
        let result = kernel.results[position]
        let subscripts = kernel.isMergeable ? index : result.subscripts(index)
        resultBuffers[position].store(storable(values[position], element), inSlot(subscripts, result.space))
      }
    }
  }

  /// Runs `body` once for each accumulator: an unrolled loop, or just once.
  func emitUnrolled(_ body: () throws -> Void) throws {
    guard let unrolled else { return try scoped(body) }
    let name = unrolled.name
    // The index has one name wherever it is used; each loop over it needs its own.
    let statements = try builder.collect {
      try scoped {
        bind(name, Interval(0, PullPlan.unrolling - 1))
        try body()
      }
    }
    let fresh = builder.names.fresh("u")
    let renamed = try Renaming(index: name, to: fresh)(statements)
    builder.append(.loop(Loop(fresh, Index(0), unrolled.count, .unrolled, renamed)))
  }

  /// A worker's memory holds the samples of one call: the first is in slot 0.
  func inSlot(_ subscripts: [Index], _ space: MemorySpace) -> [Index] {
    guard space == .worker, let first = subscripts.first else { return subscripts }
    return [first - Index(variable: Kernel.begin)] + subscripts.dropFirst()
  }

  /// What is stored for an element: bool as 1 or 0.
  private func storable(_ value: Expr, _ element: Element) -> Expr {
    element.dtype == .bool ? .select(value, .integer(1), .integer(0)) : value
  }
}
