import MartletCore
import MartletLoopIR

/// A product of small matrices whose accumulators stay in registers: rows x vectors at a time, one broadcast for each row and one load for
/// each vector in every step of the sum.
struct SmallProduct {
  let rows: Int
  let inner: Int
  let vectors: Int
  let lanes: Int
  let target: Target
  private let tileRows: Int
  private let tileVectors: Int

  init(rows: Int, inner: Int, vectors: Int, lanes: Int, _ target: Target) {
    self.rows = rows
    self.inner = inner
    self.vectors = vectors
    self.lanes = lanes
    self.target = target
    let rate = Target.vectorsPerCycle(lanes: lanes)
    var best = (rows: 1, vectors: 1, cycles: Double.infinity)
    for width in 1...min(vectors, 4) where vectors % width == 0 {
      for height in 1...min(rows, 16) where height * width + width + 1 <= target.vectorRegisters - 1 {
        func cycles(_ height: Int) -> Double {
          max(Double(height * width) / rate, Double(height) / 2 + Double(width) / rate, 4) + 0.25
        }
        let whole = rows / height
        let rest = rows % height
        let sum = (Double(whole) * cycles(height) + (rest > 0 ? cycles(rest) : 0)) * Double(vectors / width)
        if sum < best.cycles { best = (height, width, sum) }
      }
    }
    (tileRows, tileVectors) = (best.rows, best.vectors)
  }

  /// `store` takes a row and a vector; `a` a row and a step, `b` a step and a vector.
  func emit(
    _ k: KernelBuilder, a: (Index, Index) -> Expr, b: (Index, Index) -> Expr,
    steps: ((_ body: (Index) -> Void) -> Void)? = nil, store: (Index, Index, Expr) -> Void
  ) {
    let inner = inner
    let steps = steps ?? { body in k.loop(0..<inner, .serial, "c") { body($0) } }
    k.loop(Index(0), Index(vectors), step: Index(tileVectors), .serial, "v") { v in
      func emitBlock(_ row: Index, _ height: Int) {
        let sums = k.registers(.f32(lanes), [height, tileVectors], .number(0), "acc")
        func forEachSum(_ body: (Index, Index) -> Void) {
          k.loop(0..<height, .unrolled, "i") { i in k.loop(0..<tileVectors, .unrolled, "u") { u in body(i, u) } }
        }
        steps { step in
          k.fence()
          let weights = k.registers(.f32(lanes), [tileVectors], nil, "k")
          k.loop(0..<tileVectors, .unrolled, "u") { u in weights[u] = b(step, v + u) }
          k.loop(0..<height, .unrolled, "i") { i in
            let e = k.let(.splat(lanes: lanes, a(row + i, step)), "a")
            k.loop(0..<tileVectors, .unrolled, "u") { u in sums[i, u] = target.multiplyAdd(e, weights[u], sums[i, u]) }
          }
        }
        forEachSum { i, u in store(row + i, v + u, sums[i, u]) }
      }
      let whole = rows / tileRows * tileRows
      k.loop(Index(0), Index(whole), step: Index(tileRows), .serial, "r") { emitBlock($0, tileRows) }
      if whole < rows { emitBlock(Index(whole), rows - whole) }
    }
  }
}
