import MartletCore
import MartletGraph
import MartletLoopIR

/// The gradient of a convolution with respect to its filter, tile of accumulators after tile: see `FilterGradientTile`.
struct FilterGradient: Strategy {
  let rows: TapAxis
  let columns: TapAxis
  let lanes: Int
  let tile: FilterGradientTile
  let target: Target
  private let gradient: WeightGradient
  private let channels: Int
  private let vectors: Int
  private let work: FilterGradientTile.Work

  /// What the loops read, and the memory of the sum.
  struct Operands {
    /// The scalar of an input pixel.
    let x: (_ row: Index, _ column: Index, _ channel: Index) -> Expr
    /// A vector of the output's gradient.
    let dy: (_ row: Index, _ column: Index, _ vector: Index) -> Expr
    /// The place of a vector of the sum.
    let dw: (_ kernelRow: Index, _ channel: Index, _ kernelColumn: Index, _ vector: Index) -> (KernelBuilder.Buffer, [Index])
  }

  /// Accumulators while rows go by: which kernel rows, channels and vectors they sum, and from what.
  struct TileSums {
    /// The axis of rows, with the taps of these kernel rows only.
    let rows: TapAxis
    let firstChannel: Index
    let firstVector: Index
    /// By kernel row, channel, kernel column and vector.
    let sums: KernelBuilder.Registers
    let operands: Operands
  }

  static func plan(_ view: NodeView) -> Plan? {
    guard let strategy = FilterGradient(view) else { return nil }
    let gradient = strategy.gradient
    var plan = Plan { try strategy.emit($0) }
    let operands = gradient.chain.operands
    plan.demands = [LayoutDemand(operands[0], .any), LayoutDemand(operands[1], .channelsLast(lanes: strategy.lanes))]
    plan.images = view.node.imageValues
    plan.sums = { gradient.sumLayouts(view, $0).mapValues { SumForm(layout: $0) } }
    return plan
  }

  /// Nil for another node, or where no tile fits.
  private init?(_ view: NodeView) {
    guard let gradient = view.sampleWeightGradient, let operation = gradient.chain.root as? Convolution2DFilterGradient,
      operation.geometry.groups == 1, view.type(of: gradient.chain.operands[0].value).dtype == .f32
    else { return nil }
    let (images, gradients) = (gradient.chain.operands[0].shape, gradient.chain.operands[1].shape)
    lanes = view.target.channelLanes(gradients[1])
    let axes = operation.geometry.axes(input: [images[2], images[3]], kernel: operation.extent)
    (rows, columns) = (TapAxis.forward(axes[0]), TapAxis.forward(axes[1]))
    vectors = gradients[1].parts(of: lanes)
    channels = images[1]
    work = FilterGradientTile.Work(
      kernelRows: rows.taps.count, kernelColumns: columns.taps.count, channels: images[1], vectors: vectors, rows: rows.count,
      columns: columns.count, lanes: lanes, axis: columns)
    guard let tile = FilterGradientTile.best(work, view.target) else { return nil }
    (self.gradient, self.tile, target) = (gradient, tile, view.target)
  }

  private func emit(_ site: KernelSite) throws {
    let operands = gradient.chain.operands
    let kernel = site.kernel()
    let xMemory = kernel.memory("x", .read, try site.place(of: operands[0]))
    let dyMemory = kernel.memory("dy", .read, try site.place(of: operands[1]))
    let dw = kernel.memory("dw", .update, try site.sum(gradient.weightResult).place)
    let bias = try gradient.biasResult.flatMap { BiasGradientSum(kernel, try site.sum($0), lanes: lanes) }
    kernel.builder.parallel("n") { n in
      bias?.addAll(kernel.builder, rows: rows.count, columns: columns.count, vectors: vectors) { row, column, vector in
        dyMemory.load([n, vector * lanes, row, column], lanes: lanes)
      }
      let operands = Operands { row, column, channel in
        xMemory.load([n, channel, row, column])
      } dy: { row, column, vector in
        dyMemory.load([n, vector * lanes, row, column], lanes: lanes)
      } dw: { kernelRow, channel, kernelColumn, vector in
        (dw.buffer, [kernelRow, channel, kernelColumn, vector * lanes])
      }
      emit(kernel.builder, operands)
    }
    try site.add(kernel, note: tile.note(work))
  }

  private func emit(_ k: KernelBuilder, _ operands: Operands) {
    let taps = columns.taps.count
    for first in stride(from: 0, to: rows.taps.count, by: tile.kernelRows) {
      // Rows on which the same taps are inside the input.
      var own = rows
      own.taps = Array(rows.taps[first..<first + tile.kernelRows])
      let runs = own.runs(0..<own.count, by: 1).filter { own.inside($0.lowerBound).contains(true) }
      k.loop(0..<channels / tile.channels, .serial, "c") { channelBlock in
        k.loop(0..<vectors / tile.vectors, .serial, "v") { block in
          let sums = k.registers(.f32(lanes), [tile.kernelRows, tile.channels, taps, tile.vectors], nil, "acc")
          let tileSums = TileSums(
            rows: own, firstChannel: channelBlock * tile.channels, firstVector: block * tile.vectors, sums: sums, operands: operands)
          func forEachSum(_ body: (Index, Index, Index, Index) -> Void) {
            k.loop(0..<tile.kernelRows, .unrolled, "y") { y in
              k.loop(0..<tile.channels, .unrolled, "d") { c in
                k.loop(0..<taps, .unrolled, "kx") { kx in k.loop(0..<tile.vectors, .unrolled, "u") { v in body(y, c, kx, v) } }
              }
            }
          }
          // What a group of rows adds is complete before it is added to the sum: `CascadedSum`.
          func addGroup(_ emitRows: () -> Void) {
            forEachSum { y, c, kx, v in sums[y, c, kx, v] = .number(0) }
            emitRows()
            forEachSum { y, c, kx, v in
              let (buffer, subscripts) = operands.dw(y + first, tileSums.firstChannel + c, kx, tileSums.firstVector + v)
              buffer.store(buffer[subscripts, lanes: lanes] + sums[y, c, kx, v], subscripts, lanes: lanes)
            }
          }
          func emitRows(_ lower: Index, _ upper: Index) {
            k.loop(lower, upper, step: Index(1), .serial, "r") { r in emitRow(k, tileSums, r) }
          }
          guard own.count * columns.count > CascadedSum.longestPlainSum else {
            return addGroup { for run in runs { emitRows(Index(run.lowerBound), Index(run.upperBound)) } }
          }
          let group = max(CascadedSum.longestPlainSum / columns.count, 1)
          for run in runs {
            let whole = run.lowerBound + run.count / group * group
            if whole > run.lowerBound {
              k.loop(Index(run.lowerBound), Index(whole), step: Index(group), .serial, "rows") { first in
                addGroup { emitRows(first, first + group) }
              }
            }
            if whole < run.upperBound { addGroup { emitRows(Index(whole), Index(run.upperBound)) } }
          }
        }
      }
    }
  }
}

extension StorageLayout {
  /// Gradients of a filter [O, C, KH, KW] as [KH, C, KW, O], output channels rounded up to whole vectors.
  static func filterGradient(_ filter: Shape, lanes: Int) -> StorageLayout {
    StorageLayout(axes: [
      Axis(axis: 2, count: filter[2], extent: filter[2]),
      Axis(axis: 1, count: filter[1], extent: filter[1]),
      Axis(axis: 3, count: filter[3], extent: filter[3]),
      Axis(axis: 0, count: filter[0], extent: filter[0].roundedUp(to: lanes)),
    ])
  }

  func isFilterGradient(_ lanes: Int) -> Bool { axes.map(\.axis) == [2, 1, 3, 0] && axes[3].extent % lanes == 0 }
}
