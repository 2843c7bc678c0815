import MartletCore
import MartletLoopIR

extension FilterGradient {
  /// A row of at most this many columns is written out; a longer one is a loop over blocks of columns.
  private static let mostColumns = 16

  /// Adds the products of a row of outputs.
  func emitRow(_ k: KernelBuilder, _ own: TileSums, _ r: Index) {
    // Broadcasts that slide are back in the same registers after as many columns as there are taps: a block of a long row is that long, so
    // that its loop moves none of them. Blocks with the same taps inside the input are one loop. Short blocks also keep LLVM's scheduler
    // from reordering so far that it spills.
    let period = tile.slides ? columns.taps.count : FilterGradientTile.mostColumns / tile.columns * tile.columns
    let length = columns.count <= FilterGradient.mostColumns ? columns.count : period
    let whole = columns.count / length * length
    let slide = tile.slides ? k.registers(.f32(lanes), [tile.kernelRows, tile.channels, columns.taps.count], nil, "a") : nil
    if let slide { k.loop(0..<columns.taps.count - 1, .unrolled, "e") { loadSlide(k, own, r, $0, cell: $0, slide) } }
    for run in columns.runs(0..<whole, by: length) {
      k.loop(Index(run.lowerBound), Index(run.upperBound), step: Index(length), .serial, "l") { l in
        emitColumns(k, own, r, l, length, slide)
      }
    }
    if whole < columns.count { emitColumns(k, own, r, Index(whole), columns.count - whole, slide) }
  }

  /// The input row of a tap.
  private func row(_ own: TileSums, _ r: Index, _ y: Index) -> Index { r * rows.stride + .sequence(own.rows.taps.map(\.offset), y) }

  private func inside(_ row: Index, _ column: Index) -> [IndexCondition] {
    [IndexCondition(row, in: 0..<rows.input), IndexCondition(column, in: 0..<columns.input)]
  }

  private func forEachBroadcast(_ k: KernelBuilder, _ body: (Index, Index) -> Void) {
    k.loop(0..<tile.kernelRows, .unrolled, "y") { y in k.loop(0..<tile.channels, .unrolled, "d") { c in body(y, c) } }
  }

  /// Broadcasts column `e` of the input, counted from the first that the row reads, into register e % taps. `cell` is e up to whole periods.
  private func loadSlide(_ k: KernelBuilder, _ own: TileSums, _ r: Index, _ e: Index, cell: Index, _ slide: KernelBuilder.Registers) {
    let column = e + columns.firstOffset
    forEachBroadcast(k) { y, c in
      k.staticWhen(inside(row(own, r, y), column)) {
        slide[y, c, cell % columns.taps.count] = .splat(lanes: lanes, own.operands.x(row(own, r, y), column, own.firstChannel + c))
      }
    }
  }

  /// Columns from `l` on.
  private func emitColumns(_ k: KernelBuilder, _ own: TileSums, _ r: Index, _ l: Index, _ length: Int, _ slide: KernelBuilder.Registers?) {
    let taps = columns.taps.count
    let sums = own.sums
    func column(_ q: Index, _ kx: Index) -> Index { (l + q) * columns.stride + .sequence(columns.taps.map(\.offset), kx) }
    if let slide {
      k.loop(0..<length, .unrolled, "q") { q in
        k.fence()
        loadSlide(k, own, r, l + q + (taps - 1), cell: q + (taps - 1), slide)
        k.loop(0..<tile.vectors, .unrolled, "u") { v in
          // Each vector of dy is loaded where it is used: all at once would take the registers of accumulators.
          k.fence()
          let d = k.let(own.operands.dy(r, l + q, own.firstVector + v), "d")
          forEachBroadcast(k) { y, c in
            k.loop(0..<taps, .unrolled, "kx") { kx in
              k.staticWhen(inside(row(own, r, y), column(q, kx))) {
                sums[y, c, kx, v] = target.multiplyAdd(slide[y, c, (q + kx) % taps], d, sums[y, c, kx, v])
              }
            }
          }
        }
      }
      return
    }
    for first in stride(from: 0, to: length, by: tile.columns) {
      emitStep(k, own, r, l + first, min(tile.columns, length - first))
    }
  }

  /// Columns that share their broadcasts.
  private func emitStep(_ k: KernelBuilder, _ own: TileSums, _ r: Index, _ l: Index, _ count: Int) {
    let read = columns.columnsRead(by: count)
    let sums = own.sums
    k.fence()
    let d = k.registers(.f32(lanes), [count, tile.vectors], nil, "d")
    k.loop(0..<count, .unrolled, "q") { q in
      k.loop(0..<tile.vectors, .unrolled, "u") { v in d[q, v] = own.operands.dy(r, l + q, own.firstVector + v) }
    }
    forEachBroadcast(k) { y, c in
      k.loop(0..<read.count, .unrolled, "e") { e in
        let column = l * columns.stride + .sequence(read, e)
        k.staticWhen(inside(row(own, r, y), column)) {
          // Without a fence LLVM loads all broadcasts first and spills accumulators.
          k.fence()
          let a = k.let(.splat(lanes: lanes, own.operands.x(row(own, r, y), column, own.firstChannel + c)), "a")
          k.loop(0..<columns.taps.count, .unrolled, "kx") { kx in
            let distance = .sequence(read, e) - .sequence(columns.taps.map(\.offset), kx)
            let q = distance / columns.stride
            k.staticWhen([IndexCondition(distance % columns.stride, in: 0..<1), IndexCondition(q, in: 0..<count)]) {
              k.loop(0..<tile.vectors, .unrolled, "u") { v in sums[y, c, kx, v] = target.multiplyAdd(d[q, v], a, sums[y, c, kx, v]) }
            }
          }
        }
      }
    }
  }
}
