import MartletCore
import MartletGraph
import MartletLoopIR

extension ContractionEmitter {
  /// The sums of a thread in groups of chunks: `CascadedSum`.
  struct Cascade {
    /// The loop over chunks at whose ends groups end.
    let point: Int
    let periods: [Int]
    let sums: [KernelBuilder.Registers]
  }

  /// Nil where a sum is short enough to be added up in one go.
  func cascade(_ sums: KernelBuilder.Registers) -> Cascade? {
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

  func forEachCell(_ body: ([Index]) -> Void) {
    let results = Shape(tile.thread)
    for result in 0..<results.elementCount { body(results.index(ofElement: result).map { Index($0) }) }
  }

  func endGroups(_ cascade: Cascade, _ level: Int, _ iteration: Index) {
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
}
