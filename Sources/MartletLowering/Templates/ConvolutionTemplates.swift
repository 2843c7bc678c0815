import MartletCore
import MartletGraph
import MartletLoopIR

// Convolutions and their gradients with respect to the input, by `DirectConvolution`, with whatever follows them as the epilogue.

extension StorageLayout {
  /// Weights [O, C, KH, KW] as [O / lanes, KH, C, KW, lanes]: what one tap of a tile reads is one vector. `axis` 1 puts the input channels
  /// into the lanes, for the gradient with respect to the input.
  static func packedFilter(_ filter: Shape, lanes: Int, axis: Int) -> StorageLayout {
    let channels = filter[axis]
    let vectors = (channels + lanes - 1) / lanes
    let other = 1 - axis
    return StorageLayout(axes: [
      Axis(axis: axis, divisor: lanes, count: vectors, extent: vectors),
      Axis(axis: 2, count: filter[2], extent: filter[2]),
      Axis(axis: other, count: filter[other], extent: filter[other]),
      Axis(axis: 3, count: filter[3], extent: filter[3]),
      Axis(axis: axis, count: lanes, extent: lanes, isRemainder: true),
    ])
  }

  /// A vector rounded up to whole vectors of lanes.
  static func paddedVector(_ count: Int, lanes: Int) -> StorageLayout {
    let padded = (count + lanes - 1) / lanes * lanes
    return StorageLayout(axes: [
      Axis(axis: 0, divisor: lanes, count: padded / lanes, extent: padded / lanes),
      Axis(axis: 0, count: lanes, extent: lanes, isRemainder: true),
    ])
  }
}

/// The forward convolution.
struct ConvolutionTemplate {
  /// Makes the kernel; false when the shape is not for it.
  static func emit(_ site: TemplateSite, _ chain: OperationChain, _ convolution: Convolution2D, _ results: [Place]) throws -> Bool {
    let lowering = site.lowering
    let (x, w) = (chain.operands[0], chain.operands[1])
    guard site.slot.region != nil, convolution.geometry.groups == 1, lowering.graph.type(of: x.value).dtype == .f32,
      let image = lowering.place(of: x.value)
    else { return false }
    let axes = convolution.geometry.axes(input: [x.shape[2], x.shape[3]], kernel: [w.shape[2], w.shape[3]])
    let (rows, columns) = (TapAxis.forward(axes[0]), TapAxis.forward(axes[1]))
    let lanes = lowering.target.channelLanes(w.shape[0])
    guard
      let emitter = ChannelEmitter(site, chain, results, channels: w.shape[0], lanes: lanes),
      let direct = DirectConvolution(
        rows: rows, columns: columns, channels: w.shape[1], vectors: emitter.vectors, lanes: lanes, window: emitter.window, lowering.target)
    else { return false }
    let packed = try lowering.place(of: w.value, in: .packedFilter(w.shape, lanes: lanes, axis: 0))
    let kernel = emitter.kernel
    let images = kernel.memory("x", .read, image)
    let weights = kernel.memory("w", .read, packed)
    try emitter.prepare()
    kernel.builder.parallel("n") { n in
      direct.emit(kernel.builder) { row, column, channel in
        images.load([n, channel, row, column])
      } w: { row, column, channel, vector in
        weights.loadInMemory([vector, row, channel, column, Index(0)], lanes: lanes)
      } epilogue: {
        emitter.epilogue(n) { ($0, $1) }
      }
    }
    try emitter.finish(note: direct.note)
    return true
  }
}

/// The gradient with respect to the input.
struct ConvolutionInputGradientTemplate {
  static func emit(
    _ site: TemplateSite, _ chain: OperationChain, _ gradient: Convolution2DInputGradient, _ results: [Place]
  ) throws -> Bool {
    let lowering = site.lowering
    let (dy, w) = (chain.operands[0], chain.operands[1])
    guard site.slot.region != nil, gradient.geometry.groups == 1, lowering.graph.type(of: dy.value).dtype == .f32,
      let image = lowering.place(of: dy.value)
    else { return false }
    let axes = gradient.geometry.axes(input: gradient.extent, kernel: [w.shape[2], w.shape[3]])
    let lanes = lowering.target.channelLanes(w.shape[1])
    guard let emitter = ChannelEmitter(site, chain, results, channels: w.shape[1], lanes: lanes), emitter.window == (1, 1) else {
      return false
    }
    var phases: [DirectConvolution] = []
    for rows in TapAxis.inputGradient(axes[0]) {
      for columns in TapAxis.inputGradient(axes[1]) {
        guard
          let direct = DirectConvolution(
            rows: rows, columns: columns, channels: w.shape[0], vectors: emitter.vectors, lanes: lanes, lowering.target)
        else { return false }
        phases.append(direct)
      }
    }
    let packed = try lowering.place(of: w.value, in: .packedFilter(w.shape, lanes: lanes, axis: 1))
    let kernel = emitter.kernel
    let gradients = kernel.memory("dy", .read, image)
    let weights = kernel.memory("w", .read, packed)
    try emitter.prepare()
    kernel.builder.parallel("n") { n in
      for direct in phases {
        let (rows, columns) = (direct.rows, direct.columns)
        direct.emit(kernel.builder) { row, column, channel in
          gradients.load([n, channel, row, column])
        } w: { row, column, channel, vector in
          weights.loadInMemory([vector, row, channel, column, Index(0)], lanes: lanes)
        } epilogue: {
          emitter.epilogue(n) { ($0 * rows.step + rows.start, $1 * columns.step + columns.start) }
        }
      }
    }
    try emitter.finish(note: phases.map(\.note).first ?? "")
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
        guard window == (1, 1), geometry.strides == geometry.window, geometry.padding == [0, 0, 0, 0] else { return nil }
        window = (geometry.window[0], geometry.window[1])
      }
    }
    guard results.allSatisfy({ $0.layout.isChannelsLast(lanes) }) else { return nil }
    self.site = site
    self.results = results
    self.lanes = lanes
    self.window = window
    steps = chain.steps
    vectors = (channels + lanes - 1) / lanes
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
    var epilogue = Epilogue.store { _, row, column, vector, pixel in
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
            return .select(.compare(.le, other.load([n, vector * lanes, y, x], lanes: lanes), .number(0)), .number(0), sum)
          }, then: epilogue)
      case .maxPool(let geometry):
        epilogue = .maxPool(rows: geometry.window[0], columns: geometry.window[1], lanes: lanes, then: epilogue)
      }
    }
    return epilogue
  }

  func finish(note: String) throws {
    let samples = site.lowering.batch.samples ?? 0
    site.lowering.add(try kernel.builder.finish(over: samples, tile: site.lowering.tile), kernel.storages, at: site.slot, note: note)
  }
}

extension StorageLayout {
  /// Whether this is [N, H, W, C] with whole vectors of channels.
  func isChannelsLast(_ lanes: Int) -> Bool {
    axes.count == 4 && axes.map(\.axis) == [0, 2, 3, 1] && axes.allSatisfy { $0.divisor == 1 && !$0.isRemainder }
      && axes[3].extent % lanes == 0 && axes[3].offset == 0
  }
}
