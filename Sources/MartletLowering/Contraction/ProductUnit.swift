import MartletCore
import MartletLoopIR

/// The loops of one unit of work: over chunks of the sum, then over tiles, with what is staged before them.
struct ProductUnit {
  let k: KernelBuilder
  let nest: ContractionNest
  let target: Target
  let operands: ProductEmitter.Operands
  let batch: [Index]
  let epilogue: ProductEmitter.Epilogue?

  private typealias Factor = ContractionSchedule.Factor
  private typealias Tile = UnitPart.Tile
  private var shape: ProductShape { nest.shape }

  /// The results are fetched ahead of a chunk of as many steps or more: before shorter ones the requests would be what takes the time.
  private static let leastPrefetchedSteps = 32

  /// A chunk of the sum; where all chunks are one loop, a condition says whether it is the first or the last one.
  private struct Chunk {
    var start: Index
    var steps: Int
    var follows: Occurrence
    var isLast: Occurrence
  }

  private enum Occurrence {
    case never, always
    case when(IndexCondition)
  }

  func emit(rows: UnitPart, columns: UnitPart) {
    var packed: [Factor: KernelBuilder.Buffer] = [:]
    for factor in Factor.allCases where nest.staged.contains(factor) {
      packed[factor] = k.array(shape.element, nest.packedShape(factor), "\(factor.rawValue)_panels")
    }
    let (outer, inner) = nest.rowsAreOuter ? (rows, columns) : (columns, rows)
    let (outerFactor, innerFactor): (Factor, Factor) = nest.rowsAreOuter ? (.a, .b) : (.b, .a)
    forEachChunk { chunk in
      if let block = packed[innerFactor] {
        inner.forEachTile { pack(innerFactor, chunk, $0, slot: $0.slot, into: block) }
      }
      outer.forEachTile { outerTile in
        if let panel = packed[outerFactor] { pack(outerFactor, chunk, outerTile, slot: Index(0), into: panel) }
        inner.forEachTile { innerTile in
          let (row, column) = nest.rowsAreOuter ? (outerTile, innerTile) : (innerTile, outerTile)
          emitTile(row, column, chunk, packed)
        }
      }
    }
  }

  private func forEachChunk(_ body: (Chunk) -> Void) {
    let (whole, rest) = (shape.inner / nest.chunk, shape.inner % nest.chunk)
    let end = whole * nest.chunk
    if whole == 1 {
      body(Chunk(start: Index(0), steps: nest.chunk, follows: .never, isLast: rest == 0 ? .always : .never))
    } else if whole > 1 {
      k.loop(Index(0), Index(end), step: Index(nest.chunk), .serial, "l") { start in
        body(
          Chunk(
            start: start, steps: nest.chunk, follows: .when(IndexCondition(start, in: nest.chunk..<end)),
            isLast: rest > 0 ? .never : .when(IndexCondition(start, in: end - nest.chunk..<end))))
      }
    }
    if rest > 0 { body(Chunk(start: Index(end), steps: rest, follows: .always, isLast: .always)) }
  }

  // MARK: Memory

  private func offset(_ strides: [Int]) -> Index { zip(batch, strides).reduce(Index(0)) { $0 + $1.0 * $1.1 } }

  private func placeOfA(_ row: Index, _ step: Index) -> Index {
    operands.a.offset + offset(shape.a.batch) + row * shape.a.row + step * shape.a.column
  }

  private func placeOfB(_ step: Index, _ column: Index) -> Index {
    operands.b.offset + offset(shape.b.batch) + step * shape.b.row + column * shape.b.column
  }

  private func placeOfC(_ row: Index, _ column: Index) -> Index {
    operands.c.offset + offset(shape.c.batch) + row * shape.c.row + column * shape.c.column
  }

  private func pack(_ factor: Factor, _ chunk: Chunk, _ tile: Tile, slot: Index, into packed: KernelBuilder.Buffer) {
    let isA = factor == .a
    // What is a vector in packed memory: neighbours of a step, or steps of an element.
    let alongSum = nest.laneVariable == .l
    let (element, step) = isA ? (shape.a.row, shape.a.column) : (shape.b.column, shape.b.row)
    let packing = PanelPacking(
      k: k, target: target, type: shape.element, alongStride: alongSum ? step : element, stepStride: alongSum ? element : step,
      packed: packed, padded: nest.paddedSize(factor))
    packing.emit(
      isA ? operands.a.buffer : operands.b.buffer,
      from: isA ? placeOfA(tile.position, chunk.start) : placeOfB(chunk.start, tile.position), slot: slot,
      count: alongSum ? chunk.steps : tile.size, steps: alongSum ? tile.size : chunk.steps)
  }

  // MARK: Tiles

  private func emitTile(_ row: Tile, _ column: Tile, _ chunk: Chunk, _ packed: [Factor: KernelBuilder.Buffer]) {
    let tile = HeldTile(k, nest, target, height: row.size, width: column.size)
    prefetchResults(row, column, chunk)
    // The factor of the outer loop has one panel in packed memory at a time.
    let (slotOfA, slotOfB) = nest.rowsAreOuter ? (Index(0), column.slot) : (row.slot, Index(0))
    let alongSum = nest.laneVariable == .l ? nest.lanes : 1
    let factors = HeldTile.Factors(
      a: { i, step, first in
        if let panels = packed[.a] {
          guard nest.laneVariable == .j else { return panels[[slotOfA, i, step], lanes: alongSum, first: first] }
          return panels[slotOfA, step, i]
        }
        return operands.a.buffer[[placeOfA(row.position + i, chunk.start + step)], lanes: alongSum, first: first]
      },
      b: { slice, step, first in
        if let panels = packed[.b] {
          guard nest.laneVariable == .j else { return panels[[slotOfB, Index(slice.offset), step], lanes: alongSum, first: first] }
          return panels[[slotOfB, step, Index(slice.offset)], lanes: slice.lanes]
        }
        let place = placeOfB(chunk.start + step, column.position + slice.offset)
        return nest.laneVariable == .l
          ? operands.b.buffer[[place], lanes: alongSum, first: first]
          : operands.b.buffer[[place], lanes: slice.lanes, first: slice.first]
      })
    store(tile, tile.sums(chunk.steps, factors), row, column, chunk)
  }

  /// One number in each cache line of the tile's results.
  private func prefetchResults(_ row: Tile, _ column: Tile, _ chunk: Chunk) {
    guard chunk.steps >= ProductUnit.leastPrefetchedSteps, shape.c.column == 1 else { return }
    let line = ContractionCosts.lineBytes / shape.element.byteCount
    k.loop(0..<row.size, .unrolled, "i") { i in
      for start in stride(from: 0, to: column.size, by: line) {
        k.prefetch(operands.c.buffer, [placeOfC(row.position + i, column.position + start)])
      }
    }
  }

  private func store(_ tile: HeldTile, _ sums: KernelBuilder.Registers, _ row: Tile, _ column: Tile, _ chunk: Chunk) {
    let c = operands.c.buffer
    func forEach(_ body: (_ i: Index, _ u: Index, _ slice: HeldTile.Slice) -> Void) {
      k.loop(0..<tile.height, .unrolled, "i") { i in
        for (u, slice) in tile.vectors.enumerated() { body(i, Index(u), slice) }
      }
    }
    func subscripts(_ i: Index, _ slice: HeldTile.Slice) -> [Index] { [placeOfC(row.position + i, column.position + slice.offset)] }
    when(chunk.follows) {
      forEach { i, u, slice in sums[i, u] = c[subscripts(i, slice), lanes: slice.lanes, first: slice.first] + sums[i, u] }
    }
    if let epilogue {
      when(chunk.isLast) {
        forEach { i, u, slice in
          let place = ProductEmitter.Place(
            batch: batch, row: row.position + i, column: column.position + slice.offset, lanes: slice.lanes, first: slice.first)
          sums[i, u] = epilogue(sums[i, u], place)
        }
      }
    }
    forEach { i, u, slice in c.store(sums[i, u], subscripts(i, slice), lanes: slice.lanes, first: slice.first) }
  }

  private func when(_ occurrence: Occurrence, _ body: () -> Void) {
    switch occurrence {
    case .never: break
    case .always: body()
    case .when(let condition): k.when(.indices([condition]), body)
    }
  }
}
