import MartletCore
import MartletGraph
import MartletLoopIR

// Convolutions and their gradients with respect to the input, by `DirectConvolution`, with whatever follows them as the epilogue.

extension StorageLayout {
  /// Weights [O, C, KH, KW] as [O / lanes, KH, C, KW, lanes]: what one tap of a tile reads is one vector. `axis` 1 puts the input channels
  /// into the lanes, for the gradient with respect to the input.
  static func packedFilter(_ filter: Shape, lanes: Int, axis: Int) -> StorageLayout {
    let channels = filter[axis]
    let vectors = channels.parts(of: lanes)
    let other = 1 - axis
    return StorageLayout(axes: [
      Axis(axis: axis, divisor: lanes, count: vectors, extent: vectors),
      Axis(axis: 2, count: filter[2], extent: filter[2]),
      Axis(axis: other, count: filter[other], extent: filter[other]),
      Axis(axis: 3, count: filter[3], extent: filter[3]),
      Axis(axis: axis, count: lanes, extent: lanes, isRemainder: true),
    ])
  }

  /// One axis rounded up to whole vectors of lanes, in a row.
  static func padded(_ vector: Shape, lanes: Int) -> StorageLayout {
    StorageLayout(axes: [Axis(axis: 0, count: vector[0], extent: vector[0].roundedUp(to: lanes))])
  }

  /// A vector rounded up to whole vectors of lanes.
  static func paddedVector(_ count: Int, lanes: Int) -> StorageLayout {
    let padded = count.roundedUp(to: lanes)
    return StorageLayout(axes: [
      Axis(axis: 0, divisor: lanes, count: padded / lanes, extent: padded / lanes),
      Axis(axis: 0, count: lanes, extent: lanes, isRemainder: true),
    ])
  }
}

/// A convolution, or its gradient with respect to the input, which is one too: over the output's gradient, with the taps mirrored; where the
/// stride is not 1, one convolution for each remainder of the position in the input.
enum ConvolutionTemplate {
  static func emit(_ site: TemplateSite, _ chain: OperationChain, _ convolution: Convolution2D, _ results: [Place]) throws -> Bool {
    let (x, w) = (chain.operands[0].shape, chain.operands[1].shape)
    let axes = convolution.geometry.axes(input: [x[2], x[3]], kernel: [w[2], w[3]])
    return try emit(site, chain, convolution.geometry, [.forward(axes[0])], [.forward(axes[1])], lanesAxis: 0, results)
  }

  static func emit(
    _ site: TemplateSite, _ chain: OperationChain, _ gradient: Convolution2DInputGradient, _ results: [Place]
  ) throws -> Bool {
    let w = chain.operands[1].shape
    let axes = gradient.geometry.axes(input: gradient.extent, kernel: [w[2], w[3]])
    return try emit(
      site, chain, gradient.geometry, TapAxis.inputGradient(axes[0]), TapAxis.inputGradient(axes[1]), lanesAxis: 1, results)
  }

  /// Makes one kernel for all pairs of row and column axes; false when the shape is not for it. `lanesAxis` is the axis of the weights that
  /// runs in lanes: the channels of the result.
  private static func emit(
    _ site: TemplateSite, _ chain: OperationChain, _ geometry: ConvolutionGeometry, _ rowAxes: [TapAxis], _ columnAxes: [TapAxis],
    lanesAxis: Int, _ results: [Place]
  ) throws -> Bool {
    let lowering = site.lowering
    let (x, w) = (chain.operands[0], chain.operands[1])
    let lanes = lowering.target.channelLanes(w.shape[lanesAxis])
    guard site.slot.region != nil, geometry.groups == 1, lowering.graph.type(of: x.value).dtype == .f32,
      let image = lowering.place(of: x),
      let emitter = ChannelEmitter(site, chain, results, channels: w.shape[lanesAxis], lanes: lanes),
      emitter.window == (1, 1) || (rowAxes.count == 1 && columnAxes.count == 1)
    else { return false }
    let parts = rowAxes.flatMap { rows in
      columnAxes.map { columns in
        DirectConvolution(
          rows: rows, columns: columns, channels: w.shape[1 - lanesAxis], vectors: emitter.vectors, lanes: lanes, window: emitter.window,
          lowering.target)
      }
    }
    guard !parts.contains(where: { $0 == nil }), let first = parts.first ?? nil else { return false }
    let packed = try lowering.place(of: w.value, in: .packedFilter(w.shape, lanes: lanes, axis: lanesAxis))
    let kernel = emitter.kernel
    let images = kernel.memory("x", .read, image)
    let weights = kernel.memory("w", .read, packed)
    try emitter.prepare()
    kernel.builder.parallel("n") { n in
      for direct in parts.compactMap({ $0 }) {
        direct.emit(kernel.builder) { row, column, channel in
          images.load([n, channel, row, column])
        } w: { row, column, channel, vector in
          weights.loadInMemory([vector, row, channel, column, Index(0)], lanes: lanes)
        } epilogue: {
          emitter.epilogue(n) { ($0 * direct.rows.step + direct.rows.start, $1 * direct.columns.step + direct.columns.start) }
        }
      }
    }
    var alternatives = first.alternatives
    // What stays below the direct convolution is Winograd's, and is not here.
    if let cycles = WinogradTemplates.rejectedCycles(site, chain) {
      alternatives.append("Winograd F(\(cycles.tile)x\(cycles.tile), 3x3): about \(cycles.cycles) cycles a sample, direct \(cycles.direct)")
    }
    try emitter.finish(note: first.note, alternatives: alternatives)
    return true
  }
}

extension TapAxis {
  static func forward(_ axis: WindowAxis) -> TapAxis {
    forward(
      input: axis.input, output: axis.output, window: axis.window, stride: axis.stride, padding: axis.paddingBefore, dilation: axis.dilation
    )
  }

  static func inputGradient(_ axis: WindowAxis) -> [TapAxis] {
    inputGradient(
      input: axis.input, output: axis.output, window: axis.window, stride: axis.stride, padding: axis.paddingBefore, dilation: axis.dilation
    )
  }
}

/// The kernel of a chain whose results are images, channels in the lanes: its epilogue and the memory that takes part in it.
final class ChannelEmitter {
  let kernel: TemplateKernel
  let vectors: Int
  /// Tiles are made of whole pooling windows.
  let window: (rows: Int, columns: Int)
  private let site: TemplateSite
  private let steps: [OperationChain.Step]
  private let results: [Place]
  private let lanes: Int
  private var operands: [Value: TemplateKernel.Memory] = [:]
  private var outputs: [TemplateKernel.Memory] = []

  /// Nil when a step or a layout does not fit.
  init?(_ site: TemplateSite, _ chain: OperationChain, _ results: [Place], channels: Int, lanes: Int, suffix: String = "") {
    let lowering = site.lowering
    var window = (rows: 1, columns: 1)
    for step in chain.steps {
      switch step {
      case .relu: break
      case .bias(let value, let axis):
        guard axis == 1, window == (1, 1), lowering.batch.roles[value.id] == .whole else { return nil }
      case .add(let value), .reluGradient(let value):
        guard window == (1, 1), lowering.place(of: value)?.layout.isChannelsLast(lanes) ?? false else { return nil }
      case .maxPool(let geometry):
        guard window == (1, 1), geometry.tilesImage else { return nil }
        window = (geometry.window[0], geometry.window[1])
      }
    }
    guard results.allSatisfy({ $0.layout.isChannelsLast(lanes) }) else { return nil }
    self.site = site
    self.results = results
    self.lanes = lanes
    self.window = window
    steps = chain.steps
    vectors = channels.parts(of: lanes)
    kernel = TemplateKernel(name: lowering.freshKernelName(lowering.kernelName(site.node) + suffix), tile: lowering.tile)
  }

  /// Declares the memory of steps and results.
  func prepare() throws {
    for step in steps {
      switch step {
      case .bias(let value, _):
        let count = site.lowering.graph.type(of: value).shape[0]
        operands[value] = kernel.memory("b", .read, try site.lowering.place(of: value, in: .paddedVector(count, lanes: lanes)))
      case .add(let value), .reluGradient(let value):
        if operands[value] == nil, let place = site.lowering.place(of: value) { operands[value] = kernel.memory("z", .read, place) }
      case .relu, .maxPool: break
      }
    }
    outputs = zip(["y", "p"], results).map { kernel.memory($0, .write, $1) }
  }

  /// The steps over a tile; `output` gives the pixel of the result for one of the grid.
  func epilogue(_ n: Index, _ output: @escaping (Index, Index) -> (Index, Index)) -> Epilogue {
    let (lanes, outputs, operands) = (lanes, outputs, operands)
    var epilogue = Epilogue.store { row, column, vector, pixel in
      let (y, x) = output(row, column)
      outputs[0].store(pixel.value, [n, vector * lanes, y, x], lanes: lanes)
      if outputs.count > 1, let position = pixel.position { outputs[1].store(position, [n, vector * lanes, y, x], lanes: lanes) }
    }
    for (number, step) in steps.enumerated().reversed() {
      switch step {
      case .relu: epilogue = .map({ _, _, _, value in .binary(.maximum, .number(0), value) }, then: epilogue)
      case .bias(let value, _):
        // The first addition is where the sums start from.
        guard let bias = operands[value] else { continue }
        if number == 0 {
          epilogue = .bias({ bias.loadInMemory([$0, Index(0)], lanes: lanes) }, then: epilogue)
        } else {
          epilogue = .map({ _, _, vector, sum in sum + bias.loadInMemory([vector, Index(0)], lanes: lanes) }, then: epilogue)
        }
      case .add(let value):
        guard let other = operands[value] else { continue }
        epilogue = .map(
          { row, column, vector, sum in
            let (y, x) = output(row, column)
            return sum + other.load([n, vector * lanes, y, x], lanes: lanes)
          }, then: epilogue)
      case .reluGradient(let value):
        guard let other = operands[value] else { continue }
        epilogue = .map(
          { row, column, vector, sum in
            let (y, x) = output(row, column)
            return Epilogue.masked(sum, by: other.load([n, vector * lanes, y, x], lanes: lanes))
          }, then: epilogue)
      case .maxPool(let geometry):
        epilogue = .maxPool(rows: geometry.window[0], columns: geometry.window[1], lanes: lanes, then: epilogue)
      }
    }
    return epilogue
  }

  func finish(note: String, alternatives: [String] = []) throws {
    let samples = site.lowering.batch.samples ?? 0
    site.lowering.add(
      try kernel.builder.finish(over: samples, tile: site.lowering.tile), kernel.storages, at: site.slot, note: note,
      alternatives: alternatives)
  }
}

extension StorageLayout {
  /// Whether this is [N, H, W, C] with whole vectors of channels.
  func isChannelsLast(_ lanes: Int) -> Bool {
    axes.count == 4 && axes.map(\.axis) == [0, 2, 3, 1] && axes.allSatisfy { $0.divisor == 1 && !$0.isRemainder }
      && axes[3].extent % lanes == 0
  }
}
