import MartletCore
import MartletGraph
import MartletLoopIR

/// Writes what the threads of one block do.
struct ContractionEmitter {
  let emitter: PullEmitter
  let contraction: Contraction
  let tile: ContractionTile
  let thread: Index
  /// For each result variable where the block's part begins; 0 for the window's.
  let base: [Index]
  /// For each result variable where the thread's part of that begins.
  let first: [Index]
  /// In which group the thread is.
  let group: Index
  /// For each factor its memory in the block, and the strides of its axes there.
  let shared: [KernelBuilder.Buffer]
  let strides: [[Int]]
  let element: ElementType
  let sum: Fold
  /// The names that stand for positions within the block in the elements that are staged, and the variables of the window there.
  let inBlock: [String]
  let windowNames: [String]
  var builder: KernelBuilder { emitter.builder }

  init(_ emitter: PullEmitter, _ contraction: Contraction, _ tile: ContractionTile, thread: Index, block: Index, _ blocks: [Int]) throws {
    (self.emitter, self.contraction, self.tile, self.thread) = (emitter, contraction, tile, thread)
    let digits = emitter.digits(of: block, blocks) { "\(contraction.results[$0].name)_block" }
    let base = zip(digits, tile.block).map { $0 * $1 }
    self.base = base
    let storages = contraction.factors.map { tile.storage($0) }
    strides = storages.map(\.strides)
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
    let element = ElementType(folds.sum.initial[0].dtype).loaded
    (sum, self.element) = (folds.sum, element)
    windowNames = folds.window?.variables.map(\.name) ?? []
    shared = zip(["a", "b"], storages).map { emitter.builder.array(element, [$1.count], $0, .shared) }
    let order = tile.threadOrder(contraction)
    let extents = [tile.groups] + order.map { tile.block[$0] / tile.thread[$0] }
    // Threads that are left over do the last one's work again: none may be missing where all meet.
    let worker = tile.threads < Kernel.threadsPerBlock ? emitter.clamped(thread, below: tile.threads) : thread
    let parts = emitter.digits(of: worker, extents) { $0 == 0 ? "group" : "\(contraction.results[order[$0 - 1]].name)_thread" }
    group = parts[0]
    var first = contraction.results.map { _ in Index(0) }
    for (position, variable) in order.enumerated() { first[variable] = parts[position + 1] * tile.thread[variable] }
    self.first = first
  }

  private var isInSeveralChunks: Bool { zip(contraction.points, tile.chunk).contains { $0.extent > $1 } }
  /// Threads with results of their own.
  var workers: Int { tile.threads / tile.groups }

  func emit() throws {
    let sums = builder.registers(ValueType(element), tile.thread, .literal(0, element), "acc")
    let cascade = cascade(sums)
    try emitChunks(0, contraction.points.map { _ in Index(0) }) { points in
      for factor in contraction.factors.indices { try stage(factor, points) }
      builder.barrier()
      emitSteps(0, contraction.points.map { _ in Index(0) }, sums)
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
}

extension PullEmitter {
  /// The index, or the last one below `count`.
  fileprivate func clamped(_ index: Index, below count: Int) -> Index {
    let result = builder.index(.binary(.minimum, .indexValue(.i32, index), .integer(count - 1)), 0..<count, "worker")
    for variable in result.variables { bind(variable, Interval(0, count - 1)) }
    return result
  }
}
