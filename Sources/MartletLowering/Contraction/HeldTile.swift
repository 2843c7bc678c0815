import MartletCore
import MartletLoopIR

/// A tile of results that stays in registers while a chunk of the sum is added up: `hold(i.in, j.in)`.
///
/// With lanes along j a step broadcasts a number of a for each row and loads a vector of b for each vector of columns; with lanes along l it loads a
/// vector of either, and the lanes are added up in the end. A fence before each row keeps LLVM from loading rows ahead: their registers are taken.
struct HeldTile {
  /// A vector of columns, or one column.
  struct Slice {
    var offset: Int
    var lanes: Int
    /// How many lanes count; nil for all.
    var first: Index?
  }

  let k: KernelBuilder
  let nest: ContractionNest
  let target: Target
  let height: Int
  let width: Int
  /// What is loaded of b for a step, by the number of the vector or column.
  let vectors: [Slice]

  private var type: ValueType { ValueType(nest.shape.element, lanes: nest.lanes) }
  private var alongSum: Bool { nest.laneVariable == .l }

  init(_ k: KernelBuilder, _ nest: ContractionNest, _ target: Target, height: Int, width: Int) {
    (self.k, self.nest, self.target, self.height, self.width) = (k, nest, target, height, width)
    let lanes = nest.laneVariable == .j ? nest.lanes : 1
    vectors = stride(from: 0, to: width, by: lanes).map { offset in
      Slice(offset: offset, lanes: lanes, first: offset + lanes > width ? Index(width - offset) : nil)
    }
  }

  /// The factors: a by row of the tile, b by vector or column; `first` says how many steps of a vector along l there are. `steps` is constant.
  struct Factors {
    var a: (_ row: Index, _ step: Index, _ first: Index?) -> Expr
    var b: (_ slice: Slice, _ step: Index, _ first: Index?) -> Expr
  }

  /// Adds up a chunk. The results are registers by row and slice, of a slice's lanes.
  func sums(_ steps: Int, _ factors: Factors) -> KernelBuilder.Registers {
    let sums = k.registers(type, [height, vectors.count], .number(0), "acc")
    let stride = alongSum ? nest.lanes : 1
    let whole = steps / stride
    let unrolled = min(nest.unrolled, max(whole, 1))
    func step(_ number: Index) { emitStep(sums, number * stride, nil, factors) }
    if unrolled == 1 {
      k.loop(0..<whole, .serial, "s", step)
    } else {
      k.loop(Index(0), Index(whole / unrolled * unrolled), step: Index(unrolled), .serial, "s") { s in
        k.loop(0..<unrolled, .unrolled, "t") { step(s + $0) }
      }
      k.loop(whole / unrolled * unrolled..<whole, .unrolled, "t", step)
    }
    if whole * stride < steps { emitStep(sums, Index(whole * stride), Index(steps - whole * stride), factors) }
    guard alongSum else { return sums }
    let totals = k.registers(type.with(lanes: 1), [height, width], nil, "total")
    forEach { i, u in totals[i, u] = nest.lanes > 1 ? .sum(sums[i, u]) : sums[i, u] }
    return totals
  }

  func forEach(_ body: (_ row: Index, _ slice: Index) -> Void) {
    k.loop(0..<height, .unrolled, "i") { i in k.loop(0..<vectors.count, .unrolled, "u") { u in body(i, u) } }
  }

  private func emitStep(_ sums: KernelBuilder.Registers, _ step: Index, _ first: Index?, _ factors: Factors) {
    k.fence()
    guard !alongSum else { return emitDotStep(sums, step, first, factors) }
    let held = k.registers(type, [vectors.count], nil, "b")
    for (u, slice) in vectors.enumerated() { held[Index(u)] = factors.b(slice, step, first) }
    k.loop(0..<height, .unrolled, "i") { i in
      k.fence()
      let a = factors.a(i, step, first)
      let e = k.let(nest.lanes > 1 ? .splat(lanes: nest.lanes, a) : a, "a")
      k.loop(0..<vectors.count, .unrolled, "u") { u in sums[i, u] = target.multiplyAdd(e, held[u], sums[i, u]) }
    }
  }

  private func emitDotStep(_ sums: KernelBuilder.Registers, _ step: Index, _ first: Index?, _ factors: Factors) {
    let held = k.registers(type, [height], nil, "a")
    k.loop(0..<height, .unrolled, "i") { i in held[i] = factors.a(i, step, first) }
    for (u, slice) in vectors.enumerated() {
      k.fence()
      let b = k.let(factors.b(slice, step, first), "b")
      k.loop(0..<height, .unrolled, "i") { i in sums[i, Index(u)] = target.multiplyAdd(held[i], b, sums[i, Index(u)]) }
    }
  }
}
