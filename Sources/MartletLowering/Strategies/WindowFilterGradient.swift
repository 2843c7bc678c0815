import MartletCore
import MartletGraph
import MartletLoopIR

/// The filter gradient of a convolution of few input channels behind a 2 x 2 max-pooling: lanes are output channels, and each lane picks its
/// input pixel from a 2 x 2 patch by where its maximum was. Three taps of a row share the four columns that they can meet.
///
/// Per window: for each kernel row two loads of four columns, for each tap one permutation and one multiply-add, instead of the four
/// multiply-adds of the spread gradient.
struct WindowFilterGradient: Strategy {
  let gradients: PooledGradients
  let target: Target
  private let rows: TapAxis
  private let columns: TapAxis

  /// One permutation of the processor covers this many lanes.
  private static let lanes = 8
  /// Taps that share a load of four columns: the last one's right neighbour is the fourth.
  private static let tapsPerLoad = 3

  init(_ gradients: PooledGradients, _ target: Target) throws(StrategyRefusal) {
    self.gradients = gradients
    self.target = target
    (rows, columns) = gradients.axes
    try StrategyRefusal.unless(target.has(.avx2), "\(target) cannot permute the lanes of a vector")
    try StrategyRefusal.unless(gradients.input == nil, "it computes the gradient of the filter only")
    try StrategyRefusal.unless(
      gradients.pooling.window == [2, 2] && rows.stride == 1 && columns.stride == 1 && gradients.convolution.dilation == [1, 1],
      "it needs pooling windows of 2 x 2 and a convolution of stride 1 and dilation 1")
    try StrategyRefusal.unless(
      gradients.channels * 2 <= WindowFilterGradient.lanes,
      "it takes at most \(WindowFilterGradient.lanes / 2) input channels, this convolution has \(gradients.channels)")
    try StrategyRefusal.unless(
      columns.taps.count <= tapsInPass,
      "a row of \(columns.taps.count) kernel taps needs as many accumulators, \(tapsInPass) fit the registers")
    try StrategyRefusal.unless(area * 4 <= 64 * 1024, "an image of \(area * 4) bytes does not fit the first-level cache")
  }

  /// Accumulators that fit the registers beside a patch, three indices, the gradient and a value on its way.
  private var tapsInPass: Int { target.vectorRegisters - 7 }
  private var kernelRowsInPass: Int { max(tapsInPass / columns.taps.count, 1) }
  private var loads: Int { (columns.taps.count + WindowFilterGradient.tapsPerLoad - 1) / WindowFilterGradient.tapsPerLoad }
  private var height: Int { 2 * gradients.pooled[0] + rows.taps.count - 1 }
  private var width: Int { 2 * gradients.pooled[1] - 2 + WindowFilterGradient.tapsPerLoad * (loads - 1) + 4 }
  private var area: Int { height * width }

  static func plan(_ view: NodeView) throws(StrategyRefusal) -> Plan? {
    guard let gradients = PooledGradients(view) else { return nil }
    let strategy = try WindowFilterGradient(gradients, view.target)
    let layout = StorageLayout.filterGradient(gradients.filter, lanes: view.target.channelLanes(gradients.outputs))
    return try gradients.plan(view, outputLanes: lanes, filterLayout: layout) { try strategy.emit($0) }
  }

  private func emit(_ site: KernelSite) throws {
    let lanes = WindowFilterGradient.lanes
    let memory = try PooledGradientMemory(site, gradients)
    let k = memory.kernel.builder
    k.parallel("n") { n in
      if let bias = memory.bias { emitBias(memory, n, bias) }
      let xs = k.array(.f32, [height, width], "xs")
      k.loop(0..<gradients.channels, .serial, "c") { c in
        emitCopy(memory, n, c, xs)
        k.loop(0..<gradients.outputs.parts(of: lanes), .serial, "v") { v in
          for first in stride(from: 0, to: rows.taps.count, by: kernelRowsInPass) {
            emitPass(memory, n, c, v * lanes, first..<min(first + kernelRowsInPass, rows.taps.count), xs)
          }
        }
      }
    }
    try site.add(
      memory.kernel,
      note:
        "filter gradient of windows, each lane picks its pixel: \(min(kernelRowsInPass, rows.taps.count) * columns.taps.count) accumulators"
    )
  }

  private func emitBias(_ memory: PooledGradientMemory, _ n: Index, _ bias: TemplateKernel.Memory) {
    let (k, lanes) = (memory.kernel.builder, WindowFilterGradient.lanes)
    k.loop(0..<gradients.outputs.parts(of: lanes), .serial, "v") { v in
      let sum = k.variable(.f32(lanes), .number(0), "sum")
      k.loop(0..<gradients.pooled[0], .serial, "r") { r in
        k.loop(0..<gradients.pooled[1], .serial, "l") { l in sum.value = sum.value + memory.loadGradient(n, r, l, v * lanes, lanes) }
      }
      bias.buffer.store(bias.buffer[[v * lanes], lanes: lanes] + sum.value, [v * lanes], lanes: lanes)
    }
  }

  /// A channel of the input in private memory, with zeros where taps meet padding.
  private func emitCopy(_ memory: PooledGradientMemory, _ n: Index, _ c: Index, _ xs: KernelBuilder.Buffer) {
    let k = memory.kernel.builder
    let zero = k.variable(.f32(), .number(0), "zero").value
    let grid = PaddedGrid(
      height: height, width: width, firstRow: rows.firstOffset, firstColumn: columns.firstOffset, image: (rows.input, columns.input))
    let isRow = memory.x.place.layout.isRowMajor
    grid.forEach(k, { $0 && !isRow ? .serial : .vectorized(WindowFilterGradient.lanes) }) { r, l, isInside in
      xs.store(isInside ? memory.x.load([n, c, r + grid.firstRow, l + grid.firstColumn]) : zero, [r, l])
    }
  }

  private func emitPass(
    _ memory: PooledGradientMemory, _ n: Index, _ c: Index, _ channel: Index, _ kernelRows: Range<Int>, _ xs: KernelBuilder.Buffer
  ) {
    let (k, lanes) = (memory.kernel.builder, WindowFilterGradient.lanes)
    let taps = columns.taps.count
    // A sample's sum is complete before it is added to that of its shard: `CascadedSum`.
    let sums = k.registers(.f32(lanes), [kernelRows.count, taps], .number(0), "acc")
    func forEachSum(_ body: (Index, Index, [Index]) -> Void) {
      k.loop(0..<kernelRows.count, .unrolled, "y") { y in
        k.loop(0..<taps, .unrolled, "kx") { kx in body(y, kx, [y + kernelRows.lowerBound, c, kx, channel]) }
      }
    }
    k.loop(0..<gradients.pooled[0], .serial, "r") { r in
      k.loop(0..<gradients.pooled[1], .serial, "l") { l in
        let e = k.let(memory.loadGradient(n, r, l, channel, lanes), "e")
        let p = k.let(memory.position.load([n, channel, r, l], lanes: lanes), "p")
        // Lanes 0-3 of a patch are four columns of the upper row, 4-7 of the lower.
        let place = k.let(
          .binary(.add, .binary(.and, p, .integer(1)), .binary(.shiftLeft, .binary(.and, p, .integer(2)), .integer(1))), "at")
        let places = (0..<min(WindowFilterGradient.tapsPerLoad, taps)).map { $0 == 0 ? place : k.let(place + .integer($0), "at") }
        for y in 0..<kernelRows.count {
          for load in 0..<loads {
            let row = r * 2 + (kernelRows.lowerBound + y)
            let column = l * 2 + load * WindowFilterGradient.tapsPerLoad
            k.fence()
            let patch = k.let(
              .shuffle(xs[[row, column], lanes: 4], xs[[row + 1, column], lanes: 4], Array(0..<lanes)), "patch")
            for (offset, at) in places.enumerated() {
              let kx = load * WindowFilterGradient.tapsPerLoad + offset
              guard kx < taps else { break }
              sums[Index(y), Index(kx)] = target.multiplyAdd(.permute(patch, at), e, sums[Index(y), Index(kx)])
            }
          }
        }
      }
    }
    forEachSum { y, kx, subscripts in
      memory.filter.buffer.store(memory.filter.buffer[subscripts, lanes: lanes] + sums[y, kx], subscripts, lanes: lanes)
    }
  }
}
