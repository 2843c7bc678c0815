import MartletCore
import MartletGraph
import MartletLoopIR

// Tiles on a GPU, for sums of products of which neighbouring results share factors (`Contraction`): a block stages what its results need of
// both factors in its memory, and each thread computes several results in registers.
//
// Legal because the products are the same ones, added in a fixed order. Where a condition fails, on the padding of a convolution, a factor is
// staged as 0 and the product counts: it is 0, or NaN where the other factor is infinite. A thread that has a NaN therefore does its work
// again, point by point.
//
//   for e … { %acc = 0.0; for c, ky, kx { %acc = %acc + %x[…] * %w[…] }; %y[…] = %acc }
// =>
//   for block … block(x) { for thread in 0 ..< 256 thread(x) {
//     for c in 0 ..< 16 step 8 {
//       for s in thread ..< 1152 step 256 { %a[s] = … %x … }; the same for %b; barrier
//       for c_2 in 0 ..< 8 { let %t = %a[…]; …; %acc.0.0 = %acc.0.0 + %t * %u; … }; barrier
//     }
//     %y[…] = %acc.0.0; … } }

extension PullEmitter {
  /// The contraction that the kernel is, and the tiles for it; nil where general lowering is faster, or nothing is shared.
  func contraction(_ extents: [Int]) throws -> (Contraction, ContractionTile)? {
    guard tiles != .none else { return nil }
    let (axes, axisBounds, elements) = try plainElements(extents)
    let variables = zip(axes, extents).map { Contraction.Variable(name: $0, extent: $1) }
    guard let contraction = Contraction(elements, axes: variables, bounds: axisBounds, analysis),
      let tile = ContractionTile.chosen(tiles, contraction)
    else { return nil }
    return (contraction, tile)
  }

  func emitContraction(_ contraction: Contraction, _ tile: ContractionTile) throws -> Kernel {
    let counts = tile.blocks(contraction)
    let over = counts.reduce(1, *)
    let (begin, end) = (Index(variable: Kernel.begin), Index(variable: Kernel.end))
    try builder.loop(Index(0), end - begin, .block(.x), "block") { block in
      try builder.loop(0..<Kernel.threadsPerBlock, .thread(.x), "thread") { thread in
        try scoped {
          for variable in thread.variables { bind(variable, Interval(0, Kernel.threadsPerBlock - 1)) }
          let position = builder.index(.indexValue(.i32, begin + block), 0..<over, "tile")
          for variable in position.variables { bind(variable, Interval(0, over - 1)) }
          try ContractionEmitter(self, contraction, tile, thread: thread, block: position, counts).emit()
        }
      }
    }
    return try builder.finish(over: over)
  }
}

/// Writes what the threads of one block do.
private final class ContractionEmitter {
  private let emitter: PullEmitter
  private let contraction: Contraction
  private let tile: ContractionTile
  private let thread: Index
  /// For each result variable where the block's part begins; 0 for the window's.
  private let base: [Index]
  /// For each result variable where the thread's part of that begins.
  private var first: [Index] = []
  /// In which group the thread is.
  private var group = Index(0)
  private let strides: [[Int]]
  private let counts: [Int]
  private let element: ElementType
  private let sum: Fold
  /// The names that stand for positions within the block in the elements that are staged.
  private let inBlock: [String]
  private var builder: KernelBuilder { emitter.builder }

  init(_ emitter: PullEmitter, _ contraction: Contraction, _ tile: ContractionTile, thread: Index, block: Index, _ blocks: [Int]) throws {
    (self.emitter, self.contraction, self.tile, self.thread) = (emitter, contraction, tile, thread)
    let digits = emitter.digits(of: block, blocks) { "\(contraction.results[$0].name)_block" }
    let base = zip(digits, tile.block).map { $0 * $1 }
    self.base = base
    let storages = contraction.factors.map { tile.storage($0) }
    (strides, counts) = (storages.map(\.strides), storages.map(\.count))
    // Elements at the first result of the block, and at how far behind it.
    let inBlock = contraction.results.map { emitter.builder.names.fresh("\($0.name)_offset") }
    self.inBlock = inBlock
    var bounds = emitter.bounds
    for (name, extent) in zip(inBlock, tile.block) { bounds.set(name, Interval(0, extent - 1)) }
    let index = (0..<contraction.axisCount).map { axis in
      tile.block[axis] > 1 ? base[axis] + Index(variable: inBlock[axis]) : base[axis]
    }
    let elements = try emitter.makeElements(index, bounds, emitter.builder.names)
    guard let folds = Contraction.folds(of: elements, emitter.analysis) else { throw emitter.lost("a contraction") }
    sum = folds.sum
    windowNames = folds.window?.variables.map(\.name) ?? []
    element = ElementType(sum.initial[0].dtype).loaded
  }

  private let windowNames: [String]
  private var isInSeveralChunks: Bool { zip(contraction.points, tile.chunk).contains { $0.extent > $1 } }
  /// Threads with results of their own.
  private var workers: Int { tile.threads / tile.groups }

  func emit() throws {
    let shared = zip(["a", "b"], counts).map { builder.array(element, [$1], $0, .shared) }
    let order = tile.threadOrder(contraction)
    let extents = [tile.groups] + order.map { tile.block[$0] / tile.thread[$0] }
    // Threads that are left over do the last one's work again: none may be missing where all meet.
    let worker = tile.threads < Kernel.threadsPerBlock ? clamped(thread, tile.threads) : thread
    let digits = emitter.digits(of: worker, extents) { $0 == 0 ? "group" : "\(self.contraction.results[order[$0 - 1]].name)_thread" }
    group = digits[0]
    first = contraction.results.map { _ in Index(0) }
    for (position, variable) in order.enumerated() { first[variable] = digits[position + 1] * tile.thread[variable] }
    let sums = builder.registers(ValueType(element), tile.thread, .literal(0, element), "acc")
    let cascade = cascade(sums)
    try emitChunks(0, contraction.points.map { _ in Index(0) }) { points in
      for factor in contraction.factors.indices { try stage(factor, shared[factor], points) }
      builder.barrier()
      emitSteps(0, contraction.points.map { _ in Index(0) }, sums, shared)
      if isInSeveralChunks { builder.barrier() }
    } atEnd: { point, first in
      guard let cascade, point == cascade.point else { return }
      endGroups(cascade, 0, first / tile.chunk[point])
    }
    if let cascade {
      forEachCell { cell in
        let total = cascade.sums.dropFirst().reduce(Expr.register(sums.name, cell)) { $0 + .register($1.name, cell) }
        builder.append(.assignRegister(sums.name, cell, total))
      }
    }
    if tile.groups > 1 { addGroups(sums) }
    guard workers < Kernel.threadsPerBlock else { return try emitResults(sums) }
    let isWorking = IndexCondition(thread, in: 0..<workers)
    try builder.when(.indices([isWorking])) {
      try emitter.scoped {
        emitter.bounds.narrow(isWorking)
        try emitResults(sums)
      }
    }
  }

  // MARK: Long sums

  /// The sums of a thread in groups of chunks: `CascadedSum`.
  private struct Cascade {
    /// The loop over chunks at whose ends groups end.
    var point: Int
    var periods: [Int]
    var sums: [KernelBuilder.Registers]
  }

  /// Nil where a sum is short enough to be added up in one go.
  private func cascade(_ sums: KernelBuilder.Registers) -> Cascade? {
    let chunks = zip(contraction.points, tile.chunk).map { $0.extent.parts(of: $1) }
    guard emitter.isCascaded(sum, points: contraction.points.reduce(1) { $0 * $1.extent }),
      let point = chunks.indices.max(by: { chunks[$0] < chunks[$1] })
    else { return nil }
    // Products that an iteration of that loop adds.
    let inner = tile.chunk.reduce(1, *) * chunks[(point + 1)...].reduce(1, *) / tile.groups
    let periods = CascadedSum.periods(iterations: chunks[point], inner: inner)
    guard !periods.isEmpty else { return nil }
    let more = periods.map { _ in builder.registers(ValueType(element), tile.thread, .literal(0, element), "acc") }
    return Cascade(point: point, periods: periods, sums: [sums] + more)
  }

  private func forEachCell(_ body: ([Index]) -> Void) {
    let results = Shape(tile.thread)
    for result in 0..<results.elementCount { body(results.index(ofElement: result).map { Index($0) }) }
  }

  private func endGroups(_ cascade: Cascade, _ level: Int, _ iteration: Index) {
    guard level < cascade.periods.count else { return }
    let period = cascade.periods[level]
    builder.when(.indices([IndexCondition(iteration % period, in: period - 1..<period)])) {
      forEachCell { cell in
        let (own, next) = (cascade.sums[level].name, cascade.sums[level + 1].name)
        builder.append(.assignRegister(next, cell, .register(next, cell) + .register(own, cell)))
        builder.append(.assignRegister(own, cell, .literal(0, element)))
      }
      endGroups(cascade, level + 1, iteration)
    }
  }

  private func clamped(_ index: Index, _ count: Int) -> Index {
    let result = builder.index(.binary(.minimum, .indexValue(.i32, index), .integer(count - 1)), 0..<count, "worker")
    for variable in result.variables { emitter.bind(variable, Interval(0, count - 1)) }
    return result
  }

  // MARK: Staging

  /// The loops over chunks of the points, all threads together. `atEnd` is called at the end of each loop's body.
  private func emitChunks(
    _ point: Int, _ points: [Index], _ body: ([Index]) throws -> Void, atEnd: (_ point: Int, _ first: Index) -> Void
  ) throws {
    guard point < points.count else { return try body(points) }
    let (extent, chunk) = (contraction.points[point].extent, tile.chunk[point])
    guard chunk < extent else { return try emitChunks(point + 1, points, body, atEnd: atEnd) }
    try builder.loop(Index(0), Index(extent), step: Index(chunk), .serial, contraction.points[point].name) { first in
      try emitter.scoped {
        for variable in first.variables { emitter.bind(variable, Interval(0, (extent - 1) / chunk * chunk)) }
        var points = points
        points[point] = first
        try emitChunks(point + 1, points, body, atEnd: atEnd)
        atEnd(point, first)
      }
    }
  }

  /// Computes the positions of one factor for the chunk of points from `points` on.
  private func stage(_ factor: Int, _ memory: KernelBuilder.Buffer, _ points: [Index]) throws {
    let axes = contraction.factors[factor].axes
    let extents = axes.map { tile.stagedExtent($0) }
    let count = extents.reduce(1, *)
    try builder.loop(thread, Index(count), step: Index(Kernel.threadsPerBlock), .serial, "s") { s in
      try emitter.scoped {
        for variable in s.variables { emitter.bind(variable, Interval(0, count - 1)) }
        let positions = emitter.digits(of: s, extents) { axis in
          let own = axes[axis]
          return own.point.map { self.contraction.points[$0].name } ?? self.contraction.results[own.results[0].variable].name
        }
        let value = try staged(factor, positions, points)
        // What a factor is computed of more than once gets a name.
        emitter.useCounts = emitter.analysis.useCounts([value])
        let address = zip(positions, strides[factor]).reduce(Index(0)) { $0 + $1.0 * $1.1 }
        memory.store(try emitter.emit(value), [address])
      }
    }
  }

  /// The factor at a position of each of its axes; 0 where it does not count.
  private func staged(_ number: Int, _ positions: [Index], _ points: [Index]) throws -> Element {
    let factor = contraction.factors[number]
    var replacement: [String: Index] = [:]
    for (name, extent) in zip(inBlock, tile.block) where extent > 1 { replacement[name] = Index(0) }
    for name in windowNames { replacement[name] = Index(0) }
    for (variable, first) in zip(sum.variables, points) { replacement[variable.name] = first }
    var conditions: [IndexCondition] = []
    for (axis, position) in zip(factor.axes, positions) {
      guard let point = axis.point else {
        let variable = axis.results[0].variable
        guard variable < contraction.axisCount else {
          replacement[windowNames[variable - contraction.axisCount]] = position
          continue
        }
        if tile.block[variable] > 1 { replacement[inBlock[variable]] = position }
        conditions.append(IndexCondition(base[variable] + position, in: 0..<contraction.results[variable].extent))
        continue
      }
      let behind = axis.results.reduce(0) { $0 + max(-$1.ratio, 0) * (tile.block[$1.variable] - 1) }
      let index = points[point] + position - behind
      replacement[sum.variables[point].name] = index
      if axis.results.isEmpty { conditions.append(IndexCondition(index, in: 0..<contraction.points[point].extent)) }
    }
    let substitute: (String) -> Index? = { replacement[$0] }
    var value = Element.mapping([Contraction.factors(of: sum)[number]]) { _, subscripts in
      subscripts.map { $0.substituting(substitute).simplified(self.emitter.bounds) }
    } index: {
      $0.substituting(substitute).simplified(self.emitter.bounds)
    } conditions: {
      $0.map { $0.substituting(substitute) }
    }[0]
    conditions += factor.conditions.map { sum.conditions[$0].substituting(substitute) }
    conditions += overhang(value, conditions)
    // What stands under a condition is read there only: where it is outside says nothing of the rest of the factor.
    value = Element.mapping([value], read: { $1 }, index: { $0 }, guarding: { $0 + self.overhang($1, conditions + $0) })[0]
    let undecided = conditions.filter { $0.decided(emitter.bounds) != true }
    guard !undecided.isEmpty else { return value }
    return Element(.guarded(undecided, value: value, otherwise: .constant(0, value.dtype)), value.dtype)
  }

  /// What keeps reads inside of their memory where a tile reaches beyond the results; reads under conditions of their own do not count.
  private func overhang(_ value: Element, _ known: [IndexCondition]) -> [IndexCondition] {
    var bounds = emitter.bounds
    for condition in known { bounds.narrow(condition) }
    var result: [IndexCondition] = []
    for read in emitter.analysis.unconditionalReads([value]) {
      for (index, extent) in zip(read.index, emitter.views.operandShape(read.operand)) {
        // An index that data gives is clamped where it is bound.
        guard index.variables.allSatisfy({ bounds[$0] != nil }), index.interval(bounds)?.isInside(0..<extent) != true else { continue }
        let condition = IndexCondition(index, in: 0..<extent)
        if !result.contains(condition) { result.append(condition) }
      }
    }
    return result
  }

  // MARK: Products

  /// The loops of a thread over the points of a chunk; `points` are their positions in it.
  private func emitSteps(_ point: Int, _ points: [Index], _ sums: KernelBuilder.Registers, _ shared: [KernelBuilder.Buffer]) {
    guard point < points.count else { return emitProducts(points, sums, shared) }
    let (chunk, unroll) = (tile.chunk[point], tile.unroll[point])
    guard unroll < chunk else { return emitSteps(point + 1, points, sums, shared) }
    let isDivided = tile.groups > 1 && tile.divided == point
    builder.loop(
      isDivided ? group : Index(0), Index(chunk / unroll), step: Index(isDivided ? tile.groups : 1), .serial,
      "\(contraction.points[point].name)_chunk"
    ) { position in
      var points = points
      points[point] = position * unroll
      emitSteps(point + 1, points, sums, shared)
    }
  }

  /// What a thread holds of both factors, and all products of that.
  private func emitProducts(_ points: [Index], _ sums: KernelBuilder.Registers, _ shared: [KernelBuilder.Buffer]) {
    var held: [[[Int]: Expr]] = [[:], [:]]
    let written = Shape(tile.unroll)
    let results = Shape(tile.thread)
    for step in 0..<written.elementCount {
      let point = written.index(ofElement: step)
      for result in 0..<results.elementCount {
        let cell = results.index(ofElement: result)
        let factors = contraction.factors.indices.map { factor -> Expr in
          let position = contraction.factors[factor].axes.map { self.position($0, point, cell) }
          if let known = held[factor][position] { return known }
          let value = builder.let(shared[factor][address(factor, position, points)], ["a", "b"][factor])
          held[factor][position] = value
          return value
        }
        let subscripts = cell.map { Index($0) }
        builder.append(
          .assignRegister(sums.name, subscripts, .register(sums.name, subscripts) + factors[0] * factors[1]))
      }
    }
  }

  /// Where, along an axis of what a thread holds, a point and a result meet.
  private func position(_ axis: Contraction.Axis, _ point: [Int], _ result: [Int]) -> Int {
    axis.results.reduce(axis.point.map { point[$0] } ?? 0) { sum, slide in
      let own = slide.ratio > 0 ? result[slide.variable] : tile.thread[slide.variable] - 1 - result[slide.variable]
      return sum + abs(slide.ratio) * own
    }
  }

  /// The place in the block's memory of a position of what the thread holds.
  private func address(_ factor: Int, _ position: [Int], _ points: [Index]) -> Index {
    zip(contraction.factors[factor].axes, zip(position, strides[factor])).reduce(Index(0)) { sum, entry in
      let (axis, (position, stride)) = entry
      let start = axis.results.reduce(axis.point.map { points[$0] } ?? Index(0)) { start, slide in
        let variable = slide.variable
        let own = slide.ratio > 0 ? first[variable] : Index(tile.block[variable] - tile.thread[variable]) - first[variable]
        return start + own * abs(slide.ratio)
      }
      return sum + (start + position) * stride
    }
  }

  // MARK: Results

  /// Adds what the groups have, in order: all threads together, then each takes its own results back.
  private func addGroups(_ sums: KernelBuilder.Registers) {
    let results = Shape(tile.thread)
    let partial = builder.array(element, [results.elementCount * tile.threads], "partial", .shared)
    let cells = (0..<results.elementCount).map { results.index(ofElement: $0).map { Index($0) } }
    func whenIn(_ count: Int, _ body: () -> Void) {
      guard count < Kernel.threadsPerBlock else { return body() }
      builder.when(.indices([IndexCondition(thread, in: 0..<count)]), body)
    }
    whenIn(tile.threads) {
      for (number, cell) in cells.enumerated() { partial.store(.register(sums.name, cell), [thread + number * tile.threads]) }
    }
    builder.barrier()
    let count = results.elementCount * workers
    builder.loop(thread, Index(count), step: Index(Kernel.threadsPerBlock), .serial, "s") { s in
      let place = s / workers * tile.threads + s % workers
      let total = (1..<tile.groups).reduce(partial[place]) { $0 + partial[place + $1 * workers] }
      partial.store(total, [place])
    }
    builder.barrier()
    whenIn(workers) {
      for (number, cell) in cells.enumerated() {
        builder.append(.assignRegister(sums.name, cell, partial[thread + number * tile.threads]))
      }
    }
  }

  /// What is done with the sums: once for each that a thread has.
  private func emitResults(_ sums: KernelBuilder.Registers) throws {
    guard countsZeros else { return try emitAxis(0, [], [], sums) }
    let results = Shape(tile.thread)
    let cells = (0..<results.elementCount).map { Expr.register(sums.name, results.index(ofElement: $0).map { Index($0) }) }
    let total = builder.let(cells.dropFirst().reduce(cells[0], +), "total")
    try builder.when(.mask(.isNaN(total))) {
      try emitter.scoped { try emitAxis(0, [], [], nil) }
    } otherwise: {
      try emitter.scoped { try emitAxis(0, [], [], sums) }
    }
  }

  /// Whether products count of which one factor is 0 because it is none, and the other one may be anything: on padding, and behind the last
  /// point where a chunk is longer than what is left.
  private var countsZeros: Bool {
    contraction.factors.contains { !$0.conditions.isEmpty }
      || contraction.points.indices.contains { point in
        contraction.points[point].extent % tile.chunk[point] != 0
          && !contraction.factors.allSatisfy { $0.axes.contains { $0.point == point } }
      }
  }

  /// Without sums they are computed here.
  private func emitAxis(_ axis: Int, _ index: [Index], _ cell: [Index], _ sums: KernelBuilder.Registers?) throws {
    guard axis < contraction.axisCount else {
      let elements = try emitter.makeElements(index, emitter.bounds, builder.names)
      guard let sums else {
        emitter.useCounts = emitter.analysis.useCounts(elements)
        return try emitter.emitResults(index, elements)
      }
      guard let folds = Contraction.folds(of: elements, emitter.analysis) else { throw emitter.lost("a contraction") }
      emitter.useCounts = emitter.analysis.useCounts(elements)
      let window = (folds.window?.variables ?? []).map { Index(variable: $0.name) }
      emitter.foldResults[ObjectIdentifier(folds.sum)] = [.register(sums.name, cell + window)]
      emitter.writtenOut = folds.window
      defer { emitter.writtenOut = nil }
      return try emitter.emitResults(index, elements)
    }
    let extent = contraction.results[axis].extent
    guard tile.block[axis] > 1 else { return try emitAxis(axis + 1, index + [base[axis]], cell + [Index(0)], sums) }
    func emit(_ offset: Index) throws {
      let position = base[axis] + first[axis] + offset
      func inside() throws {
        let own = builder.index(.indexValue(.i32, position), 0..<extent, contraction.results[axis].name)
        for variable in own.variables { emitter.bind(variable, Interval(0, extent - 1)) }
        try emitAxis(axis + 1, index + [own], cell + [offset], sums)
      }
      let condition = IndexCondition(position, in: 0..<extent)
      guard extent % tile.block[axis] != 0 else { return try emitter.scoped(inside) }
      try builder.when(.indices([condition])) { try emitter.scoped(inside) }
    }
    guard tile.thread[axis] > 1 else { return try emit(Index(0)) }
    try builder.loop(0..<tile.thread[axis], sums == nil ? .serial : .unrolled, "u") { offset in
      try emitter.scoped {
        for variable in offset.variables { emitter.bind(variable, Interval(0, tile.thread[axis] - 1)) }
        try emit(offset)
      }
    }
  }
}
