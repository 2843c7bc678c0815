import MartletCore
import MartletGraph
import MartletLoopIR

/// Writes the loops of one kernel: output axes outside, folds inside, everything computed as far outside as it can be.
final class PullEmitter {
  let kernel: PullKernel
  let target: Target
  let builder: KernelBuilder
  let analysis = ElementAnalysis()
  let views: OperandViews
  var plan: PullPlan
  /// The memory of operands, and of results.
  let buffers: [KernelBuilder.Buffer]
  let resultBuffers: [KernelBuilder.Buffer]

  /// Bounds of the indices in scope, and their names: what is not in scope is not bound.
  var bounds = IndexBounds()
  var bound: Set<String> = []
  /// What has been computed already, by element; valid in the open block.
  var known: [ObjectIdentifier: Expr] = [:]
  var foldResults: [ObjectIdentifier: [Expr]] = [:]
  var carried: [ObjectIdentifier: [Expr]] = [:]
  /// The index that says in which run of an axis the code is.
  var runIndex: [Int: Index] = [:]
  var useCounts: [ObjectIdentifier: Int] = [:]
  /// The number of each outermost fold: what is decided for it stands in the plan under that number.
  var foldNumbers: [ObjectIdentifier: Int] = [:]
  /// The fold whose loops are always unrolled: what it folds is in registers.
  var writtenOut: Fold?
  /// The unrolled loop: its index, and how many accumulators there are (a table where the last block is smaller).
  var unrolled: (name: String, count: Index)?

  /// A vector longer than this is cut into blocks, so that there is something to run in parallel.
  static let longVector = 4096
  private static let blockLength = 1024

  /// On a GPU: of which tiles sums of products are made.
  let tiles: ContractionTile.Choice
  /// How the kernel was made, where that was a choice.
  private(set) var note: String?
  /// Whether subscripts that interval arithmetic does not prove to be inside are clamped while the kernel runs.
  let clampsSubscripts: Bool

  /// How subscripts are written: the verifier of kernels must be able to prove that they stay inside.
  private enum SubscriptForm: CaseIterable {
    /// Axes that are walked together are one.
    case merged
    /// What a condition says of an axis of its own can be lost when axes are merged.
    case separate
    /// Element by element, each subscript that is not proven clamped to its axis: under the conditions of the element that changes nothing.
    case clamped
  }

  /// The kernel, and how it was made. What the verifier cannot prove in one form of its subscripts is written in the next.
  static func kernel(_ kernel: PullKernel, _ target: Target, tiles: ContractionTile.Choice = .none) throws -> (Kernel, note: String?) {
    for form in SubscriptForm.allCases.dropLast() {
      do {
        let emitter = try PullEmitter(kernel, target, tiles: tiles, form)
        return (try emitter.emit(), emitter.note)
      } catch let error as MartletError where error.number == KernelErrorCode.verification.rawValue { continue }
    }
    let emitter = try PullEmitter(kernel, target, tiles: .none, .clamped)
    return (try emitter.emit(), "element by element, with subscripts that are clamped to their axes")
  }

  private init(_ kernel: PullKernel, _ target: Target, tiles: ContractionTile.Choice, _ form: SubscriptForm) throws {
    self.kernel = kernel
    self.target = target
    self.tiles = tiles
    clampsSubscripts = form == .clamped
    builder = KernelBuilder(name: kernel.name)
    views = try OperandViews(kernel, form != .merged ? .none : target.mapsToThreads ? .all : .trailing)
    plan = PullPlan(extents: views.extents, runs: views.extents.map { [0..<$0] })
    var buffers: [KernelBuilder.Buffer] = []
    for (position, operand) in kernel.operands.enumerated() {
      let access: AccessMode = operand.updatedBy == nil ? .read : .update
      buffers.append(builder.parameter(operand.name, access, operand.space, ElementType(operand.dtype), views.operandShape(position)))
    }
    var resultBuffers: [KernelBuilder.Buffer] = []
    for (position, result) in kernel.results.enumerated() {
      if let updates = result.updates {
        resultBuffers.append(buffers[updates])
      } else {
        resultBuffers.append(builder.parameter(result.name, .write, result.space, ElementType(result.dtype), views.resultShape(position)))
      }
    }
    (self.buffers, self.resultBuffers) = (buffers, resultBuffers)
  }

  func emit() throws -> Kernel {
    let extents = views.extents
    guard !extents.contains(0) else { return try builder.finish(over: 0) }
    if target.mapsToThreads { return try emitElementwise(extents) }
    try decide(extents)
    if kernel.tile == nil, extents.count == 1, plan.laneMode == .output, extents[0] > PullEmitter.longVector { return try emitLongVector() }
    var names = extents.indices.map { PullEmitter.axisName($0, of: extents.count) }
    let parallelName = builder.names.fresh(plan.parallelAxis.map { names[$0] } ?? "once")
    for axis in extents.indices { names[axis] = axis == plan.parallelAxis ? parallelName : builder.names.fresh(names[axis]) }
    let over = plan.parallelAxis.map { extents[$0] } ?? 1
    let body = try builder.collect {
      try emitAxes(names, names.map { Index(variable: $0) }, parallel: parallelName, over: over)
    }
    builder.append(.loop(Loop(parallelName, Index(variable: Kernel.begin), Index(variable: Kernel.end), .parallel, body)))
    return try builder.finish(over: over, tile: kernel.tile)
  }

  static func axisName(_ axis: Int, of rank: Int) -> String {
    let names = rank == 4 ? ["n", "o", "y", "x"] : ["i", "j", "k", "l", "m"]
    return axis < names.count ? names[axis] : "i"
  }

  /// Makes the plan, on elements with names of its own.
  private func decide(_ extents: [Int]) throws {
    let (axes, _, elements) = try plainElements(extents)
    plan = PullPlanner(
      axes: axes, extents: extents, isBatched: kernel.tile != nil, elements: elements, analysis: analysis, target: target,
      resultTypes: kernel.results.map(\.dtype)
    ).plan()
    if clampsSubscripts {
      plan = PullPlan(extents: extents, runs: extents.map { [0..<$0] })
      plan.parallelAxis = kernel.tile != nil ? 0 : extents.indices.first { extents[$0] > 1 }
    }
  }

  /// The elements at an index of plain variables, one an axis: what decisions are made on.
  func plainElements(_ extents: [Int]) throws -> (axes: [String], bounds: IndexBounds, elements: [Element]) {
    let names = NameSupply()
    let axes = extents.indices.map { names.fresh(PullEmitter.axisName($0, of: extents.count)) }
    var bounds = IndexBounds()
    for (axis, name) in axes.enumerated() { bounds.set(name, Interval(0, extents[axis] - 1)) }
    return (axes, bounds, try makeElements(axes.map { Index(variable: $0) }, bounds, names))
  }

  func makeElements(_ index: [Index], _ bounds: IndexBounds, _ names: NameSupply) throws -> [Element] {
    let elements = try kernel.elements(views.originalIndex(index), names)
    var inner = bounds
    analysis.addFoldBounds(of: elements, to: &inner)
    return views.rewritten(elements, inner)
  }

  /// `for b in begin ..< end parallel { when b in 0 ..< whole { … 1024 … } else { … rest … } }`
  private func emitLongVector() throws -> Kernel {
    let extent = plan.extents[0]
    let length = PullEmitter.blockLength
    let blocks = (extent + length - 1) / length
    let block = builder.names.fresh("b")
    func emit(_ count: Int) throws {
      plan.extents = [count]
      plan.runs = [[0..<count]]
      let name = builder.names.fresh("i")
      try emitAxes([name], [Index(variable: block) * length + Index(variable: name)], parallel: block, over: blocks)
    }
    let body = try builder.collect {
      if extent % length == 0 {
        try emit(length)
      } else {
        try builder.when(.indices([IndexCondition(Index(variable: block), in: 0..<extent / length)])) {
          try emit(length)
        } otherwise: {
          try emit(extent % length)
        }
      }
    }
    builder.append(.loop(Loop(block, Index(variable: Kernel.begin), Index(variable: Kernel.end), .parallel, body)))
    return try builder.finish(over: blocks)
  }

  /// For a GPU: one parallel loop over all elements of the results, whose index says which element it is. The first axis is not divided by
  /// its extent, so the text does not depend on it.
  ///
  /// `for e in begin ..< end parallel { let n = index(i32(e / 784), 0 ..< 64); let o = index(i32(e / 49 % 16), 0 ..< 16); … }`
  private func emitElementwise(_ extents: [Int]) throws -> Kernel {
    let shape = Shape(extents)
    if let (contraction, tile) = try contraction(extents) {
      note = tile.note(contraction)
      return try emitContraction(contraction, tile)
    }
    if let cooperation = try cooperation(extents) { return try emitCooperative(cooperation, extents) }
    let element = builder.names.fresh("e")
    let body = try builder.collect {
      try scoped {
        bind(element, Interval(0, shape.elementCount - 1))
        let index = digits(of: Index(variable: element), extents)
        let elements = try makeElements(index, bounds, builder.names)
        useCounts = analysis.useCounts(elements)
        try hoistInvariants(elements)
        try emitResults(index, elements)
      }
    }
    builder.append(.loop(Loop(element, Index(variable: Kernel.begin), Index(variable: Kernel.end), .parallel, body)))
    return try builder.finish(over: shape.elementCount)
  }

  /// The index of an element that is counted through all axes, each axis by a name. The first axis is not divided by its extent.
  func digits(of element: Index, _ extents: [Int], name: ((Int) -> String)? = nil) -> [Index] {
    guard extents.count > 1 else { return [element] }
    return zip(extents, Shape(extents).strides).enumerated().map { axis, pair in
      let (extent, stride) = pair
      guard extent > 1 else { return Index(0) }
      let digit = extents[..<axis].allSatisfy { $0 == 1 } ? element / stride : element / stride % extent
      let name = builder.index(.indexValue(.i32, digit), 0..<extent, name?(axis) ?? PullEmitter.axisName(axis, of: extents.count))
      for variable in name.variables { bind(variable, Interval(0, extent - 1)) }
      return name
    }
  }

  // MARK: Scopes

  /// Runs `body` in a nested block: what is bound and computed there is forgotten afterwards.
  func scoped(_ body: () throws -> Void) rethrows {
    let saved = (bounds, bound, known, foldResults, carried, runIndex)
    defer { (bounds, bound, known, foldResults, carried, runIndex) = saved }
    try body()
  }

  func bind(_ name: String, _ interval: Interval) {
    bounds.set(name, interval)
    bound.insert(name)
  }
}
