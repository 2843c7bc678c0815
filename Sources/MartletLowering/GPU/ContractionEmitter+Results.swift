import MartletCore
import MartletGraph
import MartletLoopIR

extension ContractionEmitter {
  /// Adds what the groups have, in order: all threads together, then each takes its own results back.
  func addGroups(_ sums: KernelBuilder.Registers) {
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
  func emitResults(_ sums: KernelBuilder.Registers) throws {
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
