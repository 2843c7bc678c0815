import MartletCore
import MartletLoopIR

/// A convolution whose accumulators stay in registers: one broadcast of an input pixel serves all taps of a kernel row, taps on padding are
/// not there at all. Forward, lanes are output channels; for the gradient with respect to the input they are input channels.
///
/// Multiply-adds and loads of a tile: see `RegisterTile.cycles`.
struct DirectConvolution {
  let rows: TapAxis
  let columns: TapAxis
  let channels: Channels
  let work: RegisterTile.Work
  let tile: RegisterTile
  private let target: Target
  private var lanes: Int { channels.lanes }

  /// The channels of both sides.
  struct Channels {
    /// How many are summed over.
    let summed: Int
    /// Vectors of those that are computed.
    let vectors: Int
    let lanes: Int
  }

  /// What the loops read.
  struct Operands {
    /// The scalar of an input pixel.
    let pixel: (_ row: Index, _ column: Index, _ channel: Index) -> Expr
    /// A vector of weights, by kernel row, kernel column, channel and vector.
    let weights: (_ row: Index, _ column: Index, _ channel: Index, _ vector: Index) -> Expr
  }

  /// `window` is what a tile is made of. Nil when no tile fits the registers.
  init?(rows: TapAxis, columns: TapAxis, channels: Channels, window: (rows: Int, columns: Int) = (1, 1), _ target: Target) {
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.target = target
    work = RegisterTile.Work(
      rows: rows.count / window.rows * window.rows, columns: columns.count / window.columns * window.columns,
      taps: max(columns.taps.count, 1), span: columns.span, stride: columns.stride, vectors: channels.vectors,
      lanes: channels.lanes, window: window)
    guard work.rows > 0, work.columns > 0, let tile = RegisterTile.best(work, target) else { return nil }
    self.tile = tile
  }

  /// What was chosen, and what it is estimated to take.
  var note: String { "direct convolution, \(tile.description(work))" }

  /// The tiles that were in the running, the chosen one first.
  var alternatives: [String] { RegisterTile.alternatives(work, target, channels: channels.summed, kernelRows: rows.taps.count) }

  /// A stretch of rows and columns whose tiles have the same size and the same taps inside the input.
  private struct TileClass {
    let rows: Range<Int>
    let columns: Range<Int>
    let tileRows: Int
    let tileColumns: Int
  }

  private var classes: [TileClass] {
    tile.blocks(work).flatMap { block in
      rows.runs(block.rows, by: block.tileRows).flatMap { rows in
        columns.runs(block.columns, by: block.tileColumns).map { columns in
          TileClass(rows: rows, columns: columns, tileRows: block.tileRows, tileColumns: block.tileColumns)
        }
      }
    }
  }

  /// A tile whose products are added: where it is in the grid, its first vector of channels, and the accumulators of each vector.
  private struct TileSums {
    let grid: Epilogue.Grid
    let firstVector: Index
    let sums: [KernelBuilder.Registers]
  }

  func emit(_ k: KernelBuilder, _ operands: Operands, epilogue makeEpilogue: () -> Epilogue) {
    let epilogue = makeEpilogue()
    let classes = classes
    func table(_ z: Index, _ value: (TileClass) -> Int) -> Index { .table(classes.map(value), z) }
    let mostRows = classes.map(\.tileRows).max() ?? 1
    let mostColumns = classes.map(\.tileColumns).max() ?? 1
    k.loop(0..<work.vectors / tile.vectors, .serial, "v") { block in
      k.loop(0..<classes.count, .unrolled, "z") { z in
        let tileRows = k.letIndex(table(z, \.tileRows), "rows")
        let tileColumns = k.letIndex(table(z, \.tileColumns), "columns")
        k.loop(table(z, \.rows.lowerBound), table(z, \.rows.upperBound), step: tileRows, .serial, "r") { r in
          k.loop(table(z, \.columns.lowerBound), table(z, \.columns.upperBound), step: tileColumns, .serial, "l") { l in
            var sums: [KernelBuilder.Registers] = []
            // Where groups of products are added up on their own: what the groups so far have.
            var totals: [KernelBuilder.Registers] = []
            for u in 0..<tile.vectors {
              func registers(_ initial: Expr, _ name: String) -> KernelBuilder.Registers {
                k.registers(.f32(lanes), [mostRows, mostColumns], initial, name)
              }
              let initial = epilogue.initial(block * tile.vectors + u)
              if isLong { totals.append(registers(initial, "total")) }
              sums.append(registers(isLong ? .number(0) : initial, "acc"))
            }
            let grid = Epilogue.Grid(row: r, column: l, rows: tileRows, columns: tileColumns)
            emitTaps(k, TileSums(grid: grid, firstVector: block * tile.vectors, sums: sums), operands, mostColumns: mostColumns) {
              for (total, sum) in zip(totals, sums) {
                k.loop(Index(0), tileRows, .unrolled, "i") { i in
                  k.loop(Index(0), tileColumns, .unrolled, "j") { j in
                    total[i, j] = total[i, j] + sum[i, j]
                    sum[i, j] = .number(0)
                  }
                }
              }
            }
            for (u, sum) in (isLong ? totals : sums).enumerated() {
              epilogue.finish(k, grid, block * tile.vectors + u) { i, j in Epilogue.Pixel(value: sum[i, j], position: nil) }
            }
          }
        }
      }
    }
  }

  /// That some tap reads input `e` of a tile: a dilated kernel has gaps, where a run of tiles may begin on padding and end inside the image.
  private func isRead(_ e: Index, _ tileColumns: Index, _ mostColumns: Int) -> [IndexCondition] {
    func extent(_ count: Int) -> Int { (count - 1) * columns.stride + columns.span }
    let read = (1...mostColumns).map { columns.columnsRead(by: $0).map { $0 - columns.firstOffset } }
    guard read.enumerated().contains(where: { $0.element.count < extent($0.offset + 1) }) else { return [] }
    let width = extent(mostColumns)
    let table = read.flatMap { inputs in (0..<width).map { inputs.contains($0) ? 1 : 0 } }
    return [IndexCondition(.table(table, (tileColumns - 1) * width + e), in: 1..<2)]
  }

  /// Whether a result is a sum of so many products that they are added up in groups: `CascadedSum`.
  private var isLong: Bool { channels.summed * rows.taps.count * columns.taps.count > CascadedSum.longestPlainSum }

  /// The loops over the input channels of a kernel row; `endGroup` is called at the end of each group of channels.
  private func forEachChannel(_ k: KernelBuilder, endGroup: () -> Void, _ body: (Index) -> Void) {
    guard isLong else { return k.loop(0..<channels.summed, .serial, "c", body) }
    let group = max(CascadedSum.longestPlainSum / columns.taps.count, 1)
    let whole = channels.summed / group * group
    if whole > 0 {
      k.loop(Index(0), Index(whole), step: Index(group), .serial, "group") { first in
        k.loop(first, first + group, step: Index(1), .serial, "c", body)
        endGroup()
      }
    }
    if whole < channels.summed {
      k.loop(whole..<channels.summed, .serial, "c", body)
      endGroup()
    }
  }

  private func emitTaps(
    _ k: KernelBuilder, _ own: TileSums, _ operands: Operands, mostColumns: Int, endGroup: () -> Void
  ) {
    guard !rows.taps.isEmpty, !columns.taps.isEmpty else { return }
    let (grid, sums) = (own.grid, own.sums)
    let distances = columns.taps.map { $0.offset - columns.firstOffset }
    k.loop(0..<rows.taps.count, .unrolled, "ky") { ky in
      let kernelRow = Index.sequence(rows.taps.map(\.kernel), ky)
      forEachChannel(k, endGroup: endGroup) { c in
        let weights = sums.indices.map { _ in k.registers(.f32(lanes), [columns.taps.count], nil, "k") }
        func load(_ kx: Index) {
          for (u, weight) in weights.enumerated() {
            weight[kx] = operands.weights(kernelRow, .sequence(columns.taps.map(\.kernel), kx), c, own.firstVector + u)
          }
        }
        k.loop(0..<tile.held, .unrolled, "kx") { load($0) }
        k.loop(Index(0), grid.rows, .unrolled, "i") { i in
          k.loop(Index(0), (grid.columns - 1) * columns.stride + columns.span, .unrolled, "e") { e in
            let row = (grid.row + i) * rows.stride + Index.sequence(rows.taps.map(\.offset), ky)
            let column = grid.column * columns.stride + e + columns.firstOffset
            let inside = [IndexCondition(row, in: 0..<rows.input), IndexCondition(column, in: 0..<columns.input)]
            k.staticWhen(isRead(e, grid.columns, mostColumns) + inside) {
              k.fence()
              let a = k.let(.splat(lanes: lanes, operands.pixel(row, column, c)), "a")
              k.loop(tile.held..<columns.taps.count, .unrolled, "kx") { load($0) }
              k.loop(0..<columns.taps.count, .unrolled, "kx") { kx in
                let distance = e - .sequence(distances, kx)
                let j = distance / columns.stride
                k.staticWhen([IndexCondition(distance % columns.stride, in: 0..<1), IndexCondition(j, Index(0), grid.columns)]) {
                  for (sum, weight) in zip(sums, weights) { sum[i, j] = target.multiplyAdd(a, weight[kx], sum[i, j]) }
                }
              }
            }
          }
        }
      }
    }
  }
}
