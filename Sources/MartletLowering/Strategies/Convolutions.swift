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
struct Convolutions: Strategy {
  private let chain: OperationChain
  private let steps: ChannelSteps
  /// One kernel makes all pairs of row and column axes.
  private let parts: [DirectConvolution]
  private let lanes: Int
  /// The axis of the weights that runs in lanes: the channels of the result.
  private let lanesAxis: Int

  static func plan(_ view: NodeView) -> Plan? {
    guard let strategy = Convolutions(view) else { return nil }
    var plan = Plan { try strategy.emit($0) }
    plan.demands = strategy.steps.demands + [LayoutDemand(strategy.chain.operands[0], .any)]
    return plan
  }

  /// Nil for another operation, or one that no tile fits.
  private init?(_ view: NodeView) {
    guard let chain = view.sampleChain, view.type(of: chain.operands[0].value).dtype == .f32 else { return nil }
    let (x, w) = (chain.operands[0].shape, chain.operands[1].shape)
    let geometry: ConvolutionGeometry
    let (rowAxes, columnAxes): ([TapAxis], [TapAxis])
    switch chain.root {
    case let forward as Convolution2D:
      (geometry, lanesAxis) = (forward.geometry, 0)
      let axes = geometry.axes(input: [x[2], x[3]], kernel: [w[2], w[3]])
      (rowAxes, columnAxes) = ([.forward(axes[0])], [.forward(axes[1])])
    case let gradient as Convolution2DInputGradient:
      (geometry, lanesAxis) = (gradient.geometry, 1)
      let axes = geometry.axes(input: gradient.extent, kernel: [w[2], w[3]])
      (rowAxes, columnAxes) = (TapAxis.inputGradient(axes[0]), TapAxis.inputGradient(axes[1]))
    default: return nil
    }
    let lanes = view.target.channelLanes(w[lanesAxis])
    guard geometry.groups == 1, let steps = ChannelSteps(chain, view, lanes: lanes),
      steps.window == (1, 1) || (rowAxes.count == 1 && columnAxes.count == 1)
    else { return nil }
    let channels = DirectConvolution.Channels(summed: w[1 - lanesAxis], vectors: w[lanesAxis].parts(of: lanes), lanes: lanes)
    let parts = rowAxes.flatMap { rows in
      columnAxes.map { columns in
        DirectConvolution(rows: rows, columns: columns, channels: channels, window: steps.window, view.target)
      }
    }
    guard !parts.contains(where: { $0 == nil }), !parts.isEmpty else { return nil }
    (self.chain, self.steps, self.lanes) = (chain, steps, lanes)
    self.parts = parts.compactMap { $0 }
  }

  private func emit(_ site: KernelSite) throws {
    let w = chain.operands[1]
    let emitter = ChannelEmitter(site, steps)
    let image = try site.place(of: chain.operands[0])
    let packed = try site.place(of: w.value, in: .packedFilter(w.shape, lanes: lanes, axis: lanesAxis))
    let kernel = emitter.kernel
    let images = kernel.memory("x", .read, image)
    let weights = kernel.memory("w", .read, packed)
    try emitter.prepare()
    kernel.builder.parallel("n") { n in
      let operands = DirectConvolution.Operands { row, column, channel in
        images.load([n, channel, row, column])
      } weights: { row, column, channel, vector in
        weights.loadInMemory([vector, row, channel, column, Index(0)], lanes: lanes)
      }
      for direct in parts {
        direct.emit(kernel.builder, operands) {
          emitter.epilogue(n) { ($0 * direct.rows.step + direct.rows.start, $1 * direct.columns.step + direct.columns.start) }
        }
      }
    }
    try emitter.finish(note: parts[0].note, alternatives: parts[0].alternatives)
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

/// What follows a convolution whose results are images, channels in the lanes: which steps, in tiles of which pooling windows.
struct ChannelSteps {
  let steps: [OperationChain.Step]
  let lanes: Int
  /// Tiles are made of whole pooling windows.
  let window: (rows: Int, columns: Int)
  /// Results and other images have whole vectors of channels.
  let demands: [LayoutDemand]

  /// Nil when a step does not fit.
  init?(_ chain: OperationChain, _ view: NodeView, lanes: Int) {
    var window = (rows: 1, columns: 1)
    var images = view.node.results
    for step in chain.steps {
      switch step {
      case .relu: break
      case .bias(let value, let axis):
        guard axis == 1, window == (1, 1), view.role(of: value) == .whole else { return nil }
      case .add(let value), .reluGradient(let value):
        guard window == (1, 1) else { return nil }
        images.append(value)
      case .maxPool(let geometry):
        guard window == (1, 1), geometry.tilesImage else { return nil }
        window = (geometry.window[0], geometry.window[1])
      }
    }
    steps = chain.steps
    self.lanes = lanes
    self.window = window
    demands = images.map { view.demand($0, .channelsLast(lanes: lanes)) }
  }
}

/// The kernel of such a chain: its epilogue and the memory that takes part in it.
final class ChannelEmitter {
  let kernel: TemplateKernel
  private let site: KernelSite
  private let form: ChannelSteps
  private var steps: [OperationChain.Step] { form.steps }
  private var lanes: Int { form.lanes }
  var window: (rows: Int, columns: Int) { form.window }
  private var operands: [Value: TemplateKernel.Memory] = [:]
  private var outputs: [TemplateKernel.Memory] = []

  init(_ site: KernelSite, _ form: ChannelSteps, suffix: String = "") {
    self.site = site
    self.form = form
    kernel = site.kernel(suffix)
  }

  /// Declares the memory of steps and results.
  func prepare() throws {
    for step in steps {
      switch step {
      case .bias(let value, _):
        let count = site.view.type(of: value).shape[0]
        operands[value] = kernel.memory("b", .read, try site.place(of: value, in: .paddedVector(count, lanes: lanes)))
      case .add(let value), .reluGradient(let value):
        if operands[value] == nil { operands[value] = kernel.memory("z", .read, try site.place(of: value)) }
      case .relu, .maxPool: break
      }
    }
    outputs = zip(["y", "p"], site.results).map { kernel.memory($0, .write, $1) }
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

  func finish(note: String, alternatives: [String] = []) throws { try site.add(kernel, note: note, alternatives: alternatives) }
}

extension StorageLayout {
  /// Whether this is [N, H, W, C] with whole vectors of channels.
  func isChannelsLast(_ lanes: Int) -> Bool {
    axes.count == 4 && axes.map(\.axis) == [0, 2, 3, 1] && axes.allSatisfy { $0.divisor == 1 && !$0.isRemainder }
      && axes[3].extent % lanes == 0
  }
}
