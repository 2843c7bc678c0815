import MartletCore
import MartletGraph
import MartletLoopIR

/// Both gradients of a convolution behind a max-pooling, one visit for each window with a gradient: the gradient is broadcast, one
/// accumulator a tap takes the filter's gradient, and the input's gradient is updated in memory. A bit mask for each output channel says
/// which windows have a gradient: after a relu few have.
///
/// Per active window and vector of input channels: one multiply-add for each tap with one load, and for the input's gradient another one with
/// two loads and a store.
struct ScatteredGradients: Strategy {
  let gradients: PooledGradients
  let target: Target
  /// Lanes of input channels, and of output channels.
  let lanes: Int
  let outputLanes: Int
  private let rows: TapAxis
  private let columns: TapAxis

  /// Windows in a word of the mask: whole rows of them.
  private static let wordBits = 32
  private static let mostWindowElements = 16
  /// Bytes of private memory.
  private static let mostMemory = 192 * 1024

  init(_ gradients: PooledGradients, _ target: Target) throws(StrategyRefusal) {
    self.gradients = gradients
    self.target = target
    lanes = target.channelLanes(gradients.channels)
    outputLanes = target.channelLanes(gradients.outputs)
    (rows, columns) = gradients.axes
    try StrategyRefusal.unless(
      gradients.pooled[0] > 0 && (1...ScatteredGradients.wordBits).contains(gradients.pooled[1]),
      "a row has \(gradients.pooled[1]) pooling windows, its bit mask has \(ScatteredGradients.wordBits) bits")
    try StrategyRefusal.unless(
      gradients.windowArea <= ScatteredGradients.mostWindowElements,
      "the pooling windows have \(gradients.windowArea) pixels, at most \(ScatteredGradients.mostWindowElements) are supported")
    try StrategyRefusal.unless(
      gradients.channels * 2 > lanes || gradients.input != nil,
      "it needs more than \(lanes / 2) input channels, this convolution has \(gradients.channels)")
    let bytes =
      4 * (words * ScatteredGradients.wordBits * paddedOutputs * 2 + words * paddedOutputs + (gradients.input == nil ? 1 : 2) * area)
    try StrategyRefusal.unless(
      bytes <= ScatteredGradients.mostMemory,
      "it needs \(bytes) bytes of private memory, at most \(ScatteredGradients.mostMemory) are allowed")
    let (own, parts) = (cycles(bytes: bytes), partsCycles)
    try StrategyRefusal.unless(
      own < parts,
      "it is estimated at \(NumberText.significant(own)) cycles a sample, a Winograd kernel for each gradient at \(NumberText.significant(parts))"
    )
  }

  /// Estimated cycles for a sample: visits of a window, which half of the output channels have, a tap and a vector. Measured, with private
  /// memory in the first-level cache and beyond it; without the input's gradient a visit has one multiply-add and no store.
  private func cycles(bytes: Int) -> Double {
    let visits =
      gradients.pooled.reduce(1, *) * gradients.outputs * rows.taps.count * columns.taps.count * gradients.channels.parts(of: lanes)
    return Double(visits) * (bytes <= 32 * 1024 ? 2.1 : 3) * (gradients.input == nil ? 0.6 : 1)
  }

  /// Estimated cycles for a sample of the gradients by Winograd, after kernels that spread the pooled gradient; infinite where the direct
  /// convolution is faster than Winograd, because that one visits all pixels with as many multiply-adds.
  private var partsCycles: Double {
    guard
      let shape = WinogradShape(gradients.convolution, input: gradients.image, filter: gradients.filter, dtype: .f32, target)
    else { return .infinity }
    let spread = 4 * shape.rows.output * shape.columns.output * shape.outputVectors
    return Double(shape.cycles * (gradients.input == nil ? 1 : 2) + spread)
  }

  private var note: String {
    "gradients of the windows that have one: \(min(rows.taps.count * columns.taps.count, target.vectorRegisters - 4)) accumulators of \(lanes) channels"
  }

  // MARK: Sizes

  private var rowsPerWord: Int { ScatteredGradients.wordBits / gradients.pooled[1] }
  private var words: Int { (gradients.pooled[0] + rowsPerWord - 1) / rowsPerWord }
  private var outputVectors: Int { (gradients.outputs + outputLanes - 1) / outputLanes }
  private var paddedOutputs: Int { outputVectors * outputLanes }
  /// Rows and columns that windows reach, padding included: position `o * stride + tap - firstOffset`.
  private var height: Int { (gradients.pooled[0] * gradients.pooling.window[0] - 1) * rows.stride + rows.span }
  private var width: Int { (gradients.pooled[1] * gradients.pooling.window[1] - 1) * columns.stride + columns.span }
  private var area: Int { height * width * lanes }
  private var grid: PaddedGrid {
    PaddedGrid(
      height: height, width: width, firstRow: rows.firstOffset, firstColumn: columns.firstOffset, image: (rows.input, columns.input))
  }

  /// Gradients of a filter [O, C, KH, KW] as [O, KH, KW, C]: one output channel after the other.
  var filterLayout: StorageLayout {
    let filter = gradients.filter
    return StorageLayout(axes: [
      .init(axis: 0, count: filter[0], extent: filter[0]), .init(axis: 2, count: filter[2], extent: filter[2]),
      .init(axis: 3, count: filter[3], extent: filter[3]),
      .init(axis: 1, count: filter[1], extent: filter[1].roundedUp(to: lanes)),
    ])
  }

  // MARK: The kernel

  /// Private memory of a sample's pooling windows, by their slots and output channels.
  private struct Windows {
    let gradients: KernelBuilder.Buffer
    /// Where the taps of a window begin in `InputVector`.
    let offsets: KernelBuilder.Buffer
    /// A bit for each window that has a gradient, by word and output channel.
    let masks: KernelBuilder.Buffer
  }

  /// A vector of the input's channels in private memory, and its gradient where that is wanted.
  private struct InputVector {
    let values: KernelBuilder.Buffer
    let gradients: KernelBuilder.Buffer?
  }

  static func plan(_ view: NodeView) throws(StrategyRefusal) -> Plan? {
    guard let gradients = PooledGradients(view) else { return nil }
    let strategy = try ScatteredGradients(gradients, view.target)
    return try gradients.plan(view, outputLanes: strategy.outputLanes, filterLayout: strategy.filterLayout) { try strategy.emit($0) }
  }

  private func emit(_ site: KernelSite) throws {
    let memory = try PooledGradientMemory(site, gradients)
    let (kernel, k) = (memory.kernel, memory.kernel.builder)
    let weights = try gradients.input.map { kernel.memory("w", .read, try site.place(of: $0.weights, in: filterLayout)) }
    let slots = words * ScatteredGradients.wordBits
    k.parallel("n") { n in
      let windows = Windows(
        gradients: k.array(.f32, [slots, paddedOutputs], "g"), offsets: k.array(.i32, [slots, paddedOutputs], "o"),
        masks: k.array(.i32, [words, paddedOutputs], "m"))
      emitWindows(memory, n, windows)
      let input = InputVector(
        values: k.array(.f32, [area], "xs"), gradients: gradients.input.map { _ in k.array(.f32, [area], "dxs") })
      k.loop(0..<gradients.channels.parts(of: lanes), .serial, "v") { v in
        emitCopyIn(memory, n, v, input)
        emitScatter(memory, v, windows, input, weights)
        if let gradients = input.gradients { emitCopyOut(memory, n, v, gradients) }
      }
    }
    try site.add(kernel, note: note)
  }

  /// The gradient of each window, where its taps begin, and which windows have one.
  private func emitWindows(_ memory: PooledGradientMemory, _ n: Index, _ windows: Windows) {
    let k = memory.kernel.builder
    let window = gradients.pooling.window
    let (rowStep, columnStep) = (rows.stride * width * lanes, columns.stride * lanes)
    k.loop(0..<outputVectors, .serial, "u") { u in
      let channel = u * outputLanes
      let sum = k.variable(.f32(outputLanes), .number(0), "sum")
      k.loop(0..<words, .unrolled, "h") { h in
        let bits = k.variable(.i32(outputLanes), .integer(0), "bits")
        let first = k.letIndex(h * rowsPerWord, "first")
        let last = Index.table((0..<words).map { min(($0 + 1) * rowsPerWord, gradients.pooled[0]) }, h)
        k.loop(first, last, .serial, "r") { r in
          k.loop(0..<gradients.pooled[1], .serial, "l") { l in
            let bit = k.letIndex((r - first) * gradients.pooled[1] + l, "bit")
            let slot = h * ScatteredGradients.wordBits + bit
            let e = k.let(memory.loadGradient(n, r, l, channel, outputLanes), "e")
            windows.gradients.store(e, [slot, channel], lanes: outputLanes)
            let position = k.let(memory.position.load([n, channel, r, l], lanes: outputLanes), "p")
            var offset = Expr.integer(0)
            for q in 1..<max(gradients.windowArea, 1) {
              let distance = q / window[1] * rowStep + q % window[1] * columnStep
              offset = .select(
                .compare(.eq, position, .integer(q)), .integer(distance), q == 1 ? .splat(lanes: outputLanes, zero(k)) : offset)
            }
            let start = r * (window[0] * rowStep) + l * (window[1] * columnStep)
            let base = Expr.splat(lanes: outputLanes, .indexValue(.i32, start))
            windows.offsets.store(gradients.windowArea > 1 ? base + offset : base, [slot, channel], lanes: outputLanes)
            let mask = Expr.splat(lanes: outputLanes, .binary(.shiftLeft, one(k), .indexValue(.i32, bit)))
            bits.value = .select(.compare(.ne, e, .number(0)), .binary(.or, bits.value, mask), bits.value)
            if memory.bias != nil { sum.value = sum.value + e }
          }
        }
        windows.masks.store(bits.value, [h, channel], lanes: outputLanes)
      }
      if let bias = memory.bias {
        let subscripts = [channel]
        bias.buffer.store(bias.buffer[subscripts, lanes: outputLanes] + sum.value, subscripts, lanes: outputLanes)
      }
    }
  }

  private func one(_ k: KernelBuilder) -> Expr { k.variable(.i32(), .integer(1), "one").value }
  private func zero(_ k: KernelBuilder) -> Expr { k.variable(.i32(), .integer(0), "zero").value }

  /// Copies a vector of channels of the input into private memory, with zeros where taps meet padding, and clears its gradient.
  private func emitCopyIn(_ memory: PooledGradientMemory, _ n: Index, _ v: Index, _ input: InputVector) {
    let k = memory.kernel.builder
    let xs = input.values
    let isVector = memory.x.place.layout.isChannelsLast(lanes)
    let zero = k.variable(.f32(lanes), .number(0), "zero").value
    grid.forEach(k) { r, l, isInside in
      let position = r * (width * lanes) + l * lanes
      input.gradients?.store(zero, [position], lanes: lanes)
      guard isInside else { return xs.store(zero, [position], lanes: lanes) }
      let (row, column) = (r + grid.firstRow, l + grid.firstColumn)
      if isVector { return xs.store(memory.x.load([n, v * lanes, row, column], lanes: lanes), [position], lanes: lanes) }
      xs.store(zero, [position], lanes: lanes)
      k.loop(0..<lanes, .unrolled, "c") { c in
        k.when(.indices([IndexCondition(v * lanes + c, in: 0..<gradients.channels)])) {
          xs.store(memory.x.load([n, v * lanes + c, row, column]), [position + c])
        }
      }
    }
  }

  /// Adds, for each window with a gradient, to the gradients of the filter and of the input.
  private func emitScatter(
    _ memory: PooledGradientMemory, _ v: Index, _ windows: Windows, _ input: InputVector, _ weights: TemplateKernel.Memory?
  ) {
    let k = memory.kernel.builder
    let (masks, filter) = (windows.masks, memory.filter.buffer)
    let taps = rows.taps.flatMap { row in columns.taps.map { (row, $0) } }
    // As many taps as fit the registers at a time: accumulators, the gradient, a value on its way.
    let most = target.vectorRegisters - 4
    let passes = (taps.count + most - 1) / most
    let size = (taps.count + passes - 1) / passes
    let limit =
      (gradients.pooled[0] * gradients.pooling.window[0] - 1) * rows.stride * width * lanes
      + (gradients.pooled[1] * gradients.pooling.window[1] - 1) * columns.stride * lanes + 1
    k.loop(0..<gradients.outputs, .serial, "c") { c in
      for start in stride(from: 0, to: taps.count, by: size) {
        let own = Array(taps[start..<min(start + size, taps.count)])
        let kernelRow = { (t: Index) in Index.sequence(own.map(\.0.kernel), t) }
        let kernelColumn = { (t: Index) in Index.sequence(own.map(\.1.kernel), t) }
        let distance = own.map { (($0.0.offset - rows.firstOffset) * width + $0.1.offset - columns.firstOffset) * lanes }
        // A sample's sum is complete before it is added to that of its shard: `CascadedSum`.
        let sums = k.registers(.f32(lanes), [own.count], .number(0), "acc")
        for pair in 0..<(words + 1) / 2 {
          let first = Index(2 * pair)
          var bits = Expr.binary(.and, .convert(.i64, masks[first, c]), .integer(0xffff_ffff))
          let isDouble = 2 * pair + 1 < words
          if isDouble { bits = .binary(.or, bits, .binary(.shiftLeft, .convert(.i64, masks[first + 1, c]), .integer(32))) }
          k.bits(of: bits, below: isDouble ? 64 : 32) { i in
            let slot = i + pair * 64
            let e = k.let(.splat(lanes: lanes, windows.gradients[slot, c]), "e")
            let base = k.index(windows.offsets[slot, c], 0..<limit, multiple: lanes, "base")
            k.loop(0..<own.count, .unrolled, "t") { t in
              let position = base + .sequence(distance, t)
              k.fence()
              sums[t] = target.multiplyAdd(e, input.values[[position], lanes: lanes], sums[t])
              if let dxs = input.gradients, let weights {
                let w = weights.buffer[[c, kernelRow(t), kernelColumn(t), v * lanes], lanes: lanes]
                dxs.store(target.multiplyAdd(e, w, dxs[[position], lanes: lanes]), [position], lanes: lanes)
              }
            }
          }
        }
        k.loop(0..<own.count, .unrolled, "t") { t in
          let subscripts = [c, kernelRow(t), kernelColumn(t), v * lanes]
          filter.store(filter[subscripts, lanes: lanes] + sums[t], subscripts, lanes: lanes)
        }
      }
    }
  }

  /// Copies the input's gradient out; pixels that no window reaches get zero.
  private func emitCopyOut(_ memory: PooledGradientMemory, _ n: Index, _ v: Index, _ dxs: KernelBuilder.Buffer) {
    guard let dx = memory.input else { return }
    let k = memory.kernel.builder
    let zero = k.variable(.f32(lanes), .number(0), "zero").value
    let reached = (min(rows.input, height + rows.firstOffset), min(columns.input, width + columns.firstOffset))
    func store(_ rowRange: Range<Int>, _ columnRange: Range<Int>, _ value: (Index, Index) -> Expr) {
      guard !rowRange.isEmpty, !columnRange.isEmpty else { return }
      k.loop(rowRange, .serial, "r") { r in
        k.loop(columnRange, .serial, "l") { l in dx.store(value(r, l), [n, v * lanes, r, l], lanes: lanes) }
      }
    }
    store(0..<reached.0, 0..<reached.1) { r, l in
      dxs[[(r - rows.firstOffset) * (width * lanes) + (l - columns.firstOffset) * lanes], lanes: lanes]
    }
    store(0..<reached.0, reached.1..<columns.input) { _, _ in zero }
    store(reached.0..<rows.input, 0..<columns.input) { _, _ in zero }
  }
}
