import MartletCore
import MartletGraph
import MartletLoopIR

/// The gradient of a convolution with respect to its filter, summed over the samples of a call: accumulators are taps x input channels x
/// vectors of output channels, kept in registers while rows and columns go by. Taps on padding are not there.
///
/// Per column: one load for each vector of dy, a multiply-add for each accumulator, and broadcasts for each input channel: where the window
/// slides, one that the last column did not have; else one for each tap, which the columns of a step share.
struct FilterGradientTile: Hashable {
  /// Kernel rows, input channels and vectors of output channels in registers at a time.
  var kernelRows: Int
  var channels: Int
  var vectors: Int
  /// Whether broadcasts stay for the next columns.
  var slides: Bool
  /// Columns whose dy is in registers at a time: a broadcast serves the taps of all of them.
  var columns = 1

  struct Work {
    var kernelRows: Int
    var kernelColumns: Int
    var channels: Int
    var vectors: Int
    var rows: Int
    var columns: Int
    var lanes: Int
    var axis: TapAxis

    /// Whether the next column needs one more input column, and no other that the last did not have.
    var canSlide: Bool { axis.stride == 1 && axis.span == axis.taps.count }
  }

  static func best(_ work: Work, _ target: Target) -> FilterGradientTile? {
    var best: (tile: FilterGradientTile, cycles: Double)?
    for kernelRows in Set([1, work.kernelRows]).sorted() {
      for channels in [1, 2, 3, 4, 6, 8] where work.channels % channels == 0 {
        for vectors in 1...min(work.vectors, 8) where work.vectors % vectors == 0 {
          let steps = (work.canSlide ? [(true, 1)] : []) + (1...min(work.columns, mostColumns)).map { (false, $0) }
          for (slides, columns) in steps {
            let tile = FilterGradientTile(
              kernelRows: kernelRows, channels: channels, vectors: vectors, slides: slides, columns: columns)
            guard tile.live(work) <= target.vectorRegisters - 1 else { continue }
            let cycles = tile.cycles(work)
            if cycles < best?.cycles ?? .infinity { best = (tile, cycles) }
          }
        }
      }
    }
    return best?.tile
  }

  func accumulators(_ work: Work) -> Int { kernelRows * work.kernelColumns * channels * vectors }

  /// Columns of a step that is no sliding one, at most.
  static let mostColumns = 4

  /// Accumulators, broadcasts, and dy where several broadcasts share it.
  func live(_ work: Work) -> Int {
    accumulators(work) + (slides ? kernelRows * channels * work.kernelColumns : vectors * columns + 1)
  }

  /// Broadcasts of a step, for each kernel row and input channel.
  private func broadcasts(_ work: Work) -> Int { slides ? 1 : work.axis.columnsRead(by: columns).count }

  /// The tile in words, with its loads for each step along a row.
  func note(_ work: Work) -> String {
    let loads = kernelRows * channels * broadcasts(work) + vectors * columns
    return "filter gradient, \(kernelRows) x \(work.kernelColumns) taps x \(channels) channels x \(vectors) vectors of \(work.lanes): "
      + "\(accumulators(work)) accumulators, \(loads) loads for \(accumulators(work) * columns) multiply-adds"
  }

  /// Cycles for a sample.
  func cycles(_ work: Work) -> Double {
    let rate = Target.vectorsPerCycle(lanes: work.lanes)
    let accumulators = Double(accumulators(work))
    let broadcasts = Double(kernelRows * channels * broadcasts(work)) / Double(columns)
    let column = max(accumulators / rate, broadcasts / 2 + Double(vectors) / rate, 4)
    let visits = Double(work.kernelRows / kernelRows * (work.channels / channels) * (work.vectors / vectors))
    return visits * (Double(work.rows * work.columns) * column + 2 * accumulators / rate + 4)
  }
}

struct FilterGradient: Strategy {
  /// A row of at most this many columns is written out; a longer one is a loop over blocks of columns.
  private static let mostColumns = 16

  private let gradient: WeightGradient
  private let rows: TapAxis
  private let columns: TapAxis
  private let channels: Int
  private let lanes: Int
  private let work: FilterGradientTile.Work
  private let tile: FilterGradientTile
  private let vectors: Int
  private let target: Target

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
      emit(kernel.builder) { row, column, channel in
        xMemory.load([n, channel, row, column])
      } dy: { row, column, vector in
        dyMemory.load([n, vector * lanes, row, column], lanes: lanes)
      } dw: { kernelRow, channel, kernelColumn, vector in
        (dw.buffer, [kernelRow, channel, kernelColumn, vector * lanes])
      }
    }
    try site.add(kernel, note: tile.note(work))
  }

  private func emit(
    _ k: KernelBuilder, x: (_ row: Index, _ column: Index, _ channel: Index) -> Expr,
    dy: (_ row: Index, _ column: Index, _ vector: Index) -> Expr,
    dw: (_ kernelRow: Index, _ channel: Index, _ kernelColumn: Index, _ vector: Index) -> (KernelBuilder.Buffer, [Index])
  ) {
    let taps = columns.taps.count
    for first in stride(from: 0, to: rows.taps.count, by: tile.kernelRows) {
      // Rows on which the same taps are inside the input.
      var own = rows
      own.taps = Array(rows.taps[first..<first + tile.kernelRows])
      let runs = own.runs(0..<own.count, by: 1).filter { own.inside($0.lowerBound).contains(true) }
      k.loop(0..<channels / tile.channels, .serial, "c") { channelBlock in
        k.loop(0..<vectors / tile.vectors, .serial, "v") { block in
          let channel = { (c: Index) in channelBlock * tile.channels + c }
          let vector = { (v: Index) in block * tile.vectors + v }
          let sums = k.registers(.f32(lanes), [tile.kernelRows, tile.channels, taps, tile.vectors], nil, "acc")
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
              let (buffer, subscripts) = dw(y + first, channel(c), kx, vector(v))
              buffer.store(buffer[subscripts, lanes: lanes] + sums[y, c, kx, v], subscripts, lanes: lanes)
            }
          }
          func emitRows(_ lower: Index, _ upper: Index) {
            k.loop(lower, upper, step: Index(1), .serial, "r") { r in emitRow(k, own, r, sums, channel, vector, x, dy) }
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

  private func emitRow(
    _ k: KernelBuilder, _ own: TapAxis, _ r: Index, _ sums: KernelBuilder.Registers, _ channel: (Index) -> Index,
    _ vector: (Index) -> Index, _ x: (Index, Index, Index) -> Expr, _ dy: (Index, Index, Index) -> Expr
  ) {
    // Broadcasts that slide are back in the same registers after as many columns as there are taps: a block of a long row is that long, so
    // that its loop moves none of them. Blocks with the same taps inside the input are one loop. Short blocks also keep LLVM's scheduler
    // from reordering so far that it spills.
    let period = tile.slides ? columns.taps.count : FilterGradientTile.mostColumns / tile.columns * tile.columns
    let length = columns.count <= FilterGradient.mostColumns ? columns.count : period
    let whole = columns.count / length * length
    let slide = tile.slides ? k.registers(.f32(lanes), [tile.kernelRows, tile.channels, columns.taps.count], nil, "a") : nil
    if let slide { k.loop(0..<columns.taps.count - 1, .unrolled, "e") { loadSlide(k, own, r, $0, cell: $0, slide, channel, x) } }
    for run in columns.runs(0..<whole, by: length) {
      k.loop(Index(run.lowerBound), Index(run.upperBound), step: Index(length), .serial, "l") { l in
        emitColumns(k, own, r, l, length, sums, slide, channel, vector, x, dy)
      }
    }
    if whole < columns.count { emitColumns(k, own, r, Index(whole), columns.count - whole, sums, slide, channel, vector, x, dy) }
  }

  /// The input row of a tap.
  private func row(_ own: TapAxis, _ r: Index, _ y: Index) -> Index { r * rows.stride + .sequence(own.taps.map(\.offset), y) }

  private func inside(_ row: Index, _ column: Index) -> [IndexCondition] {
    [IndexCondition(row, in: 0..<rows.input), IndexCondition(column, in: 0..<columns.input)]
  }

  private func forEachBroadcast(_ k: KernelBuilder, _ body: (Index, Index) -> Void) {
    k.loop(0..<tile.kernelRows, .unrolled, "y") { y in k.loop(0..<tile.channels, .unrolled, "d") { c in body(y, c) } }
  }

  /// Broadcasts column `e` of the input, counted from the first that the row reads, into register e % taps. `cell` is e up to whole periods.
  private func loadSlide(
    _ k: KernelBuilder, _ own: TapAxis, _ r: Index, _ e: Index, cell: Index, _ slide: KernelBuilder.Registers, _ channel: (Index) -> Index,
    _ x: (Index, Index, Index) -> Expr
  ) {
    let column = e + columns.firstOffset
    forEachBroadcast(k) { y, c in
      k.staticWhen(inside(row(own, r, y), column)) {
        slide[y, c, cell % columns.taps.count] = .splat(lanes: lanes, x(row(own, r, y), column, channel(c)))
      }
    }
  }

  private func emitColumns(
    _ k: KernelBuilder, _ own: TapAxis, _ r: Index, _ l: Index, _ length: Int, _ sums: KernelBuilder.Registers,
    _ slide: KernelBuilder.Registers?, _ channel: (Index) -> Index, _ vector: (Index) -> Index, _ x: (Index, Index, Index) -> Expr,
    _ dy: (Index, Index, Index) -> Expr
  ) {
    let taps = columns.taps.count
    func column(_ q: Index, _ kx: Index) -> Index { (l + q) * columns.stride + .sequence(columns.taps.map(\.offset), kx) }
    if let slide {
      k.loop(0..<length, .unrolled, "q") { q in
        k.fence()
        loadSlide(k, own, r, l + q + (taps - 1), cell: q + (taps - 1), slide, channel, x)
        k.loop(0..<tile.vectors, .unrolled, "u") { v in
          // Each vector of dy is loaded where it is used: all at once would take the registers of accumulators.
          k.fence()
          let d = k.let(dy(r, l + q, vector(v)), "d")
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
      emitStep(k, own, r, l + first, min(tile.columns, length - first), sums, channel, vector, x, dy)
    }
  }

  /// Columns that share their broadcasts.
  private func emitStep(
    _ k: KernelBuilder, _ own: TapAxis, _ r: Index, _ l: Index, _ count: Int, _ sums: KernelBuilder.Registers, _ channel: (Index) -> Index,
    _ vector: (Index) -> Index, _ x: (Index, Index, Index) -> Expr, _ dy: (Index, Index, Index) -> Expr
  ) {
    let read = columns.columnsRead(by: count)
    k.fence()
    let d = k.registers(.f32(lanes), [count, tile.vectors], nil, "d")
    k.loop(0..<count, .unrolled, "q") { q in
      k.loop(0..<tile.vectors, .unrolled, "u") { v in d[q, v] = dy(r, l + q, vector(v)) }
    }
    forEachBroadcast(k) { y, c in
      k.loop(0..<read.count, .unrolled, "e") { e in
        let column = l * columns.stride + .sequence(read, e)
        k.staticWhen(inside(row(own, r, y), column)) {
          // Without a fence LLVM loads all broadcasts first and spills accumulators.
          k.fence()
          let a = k.let(.splat(lanes: lanes, x(row(own, r, y), column, channel(c))), "a")
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

extension Index {
  /// One of several numbers, chosen by an index; an arithmetic sequence is written as one.
  static func sequence(_ values: [Int], _ position: Index) -> Index {
    guard let first = values.first else { return Index(0) }
    guard values.count > 1 else { return Index(first) }
    let step = values[1] - first
    guard values.enumerated().allSatisfy({ $0.element == first + step * $0.offset }) else { return .table(values, position) }
    return position * step + first
  }
}
