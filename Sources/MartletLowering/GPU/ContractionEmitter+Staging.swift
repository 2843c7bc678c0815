import MartletCore
import MartletGraph
import MartletLoopIR

extension ContractionEmitter {
  /// Computes the positions of one factor for the chunk of points from `points` on.
  func stage(_ factor: Int, _ points: [Index]) throws {
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
        shared[factor].store(try emitter.emit(value), [address])
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
}
