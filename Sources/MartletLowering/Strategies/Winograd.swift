import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The three convolutions of a layer by `WinogradKernels`. Transforms that several of them need are made once.
enum Winograd: Strategy {
  static func plan(_ view: NodeView) throws(StrategyRefusal) -> Plan? {
    if let gradient = view.sampleWeightGradient { return filterGradient(view, gradient) }
    guard let chain = view.sampleChain, let estimate = estimate(chain, view.target) else { return nil }
    let alternative =
      "Winograd F(\(estimate.tile)x\(estimate.tile), 3x3): about \(estimate.cycles) cycles a sample, direct \(estimate.directCycles)"
    let isForward = chain.root is Convolution2D
    guard let shape = shape(chain, view),
      let steps = ChannelSteps(chain, view, lanes: isForward ? shape.outputLanes : shape.channelLanes),
      isForward || steps.window == (1, 1)
    else { throw StrategyRefusal("it is estimated to take longer, or it does not fit what follows", alternative: alternative) }
    var plan = Plan { isForward ? try emitForward($0, chain, shape, steps) : try emitInputGradient($0, chain, shape, steps) }
    let lanes = isForward ? shape.channelLanes : shape.outputLanes
    plan.demands = steps.demands + [LayoutDemand(chain.operands[0], .channelsLast(lanes: lanes))]
    plan.bytesPerSample = shape.transformedByteCount
    plan.alternative = alternative
    return plan
  }

  private static func filterGradient(_ view: NodeView, _ gradient: WeightGradient) -> Plan? {
    guard let shape = shape(gradient.chain, view), view.analysis.shards <= ShardedSum.mostInTree else { return nil }
    let operands = gradient.chain.operands
    var plan = Plan { try emitFilterGradient($0, gradient, shape) }
    plan.demands = [
      LayoutDemand(operands[0], .channelsLast(lanes: shape.channelLanes)),
      LayoutDemand(operands[1], .channelsLast(lanes: shape.outputLanes)),
    ]
    plan.images = view.node.imageValues
    plan.bytesPerSample = shape.transformedByteCount
    plan.sums = { layouts in
      // The sum is kept transformed.
      let transform = SumForm.Transform(extents: [shape.frequencies, shape.channels, shape.paddedOutputs]) {
        try WinogradKernels.finishFilterGradient(shape, view.target, $0, $1, $2)
      }
      var sums = gradient.sumLayouts(view, layouts).mapValues { SumForm(layout: $0) }
      sums[gradient.weightResult]?.transform = transform
      return sums
    }
    return plan
  }

  // MARK: Shapes

  private static func shape(_ chain: OperationChain, _ view: NodeView) -> WinogradShape? {
    guard let first = chain.operands.first else { return nil }
    let (operands, dtype) = (chain.operands.map(\.shape), view.type(of: first.value).dtype)
    switch chain.root {
    case let forward as Convolution2D:
      return WinogradShape(forward.geometry, input: Array(operands[0].extents.suffix(2)), filter: operands[1], dtype: dtype, view.target)
    case let gradient as Convolution2DInputGradient:
      return WinogradShape(gradient.geometry, input: gradient.extent, filter: operands[1], dtype: dtype, view.target)
    case let gradient as Convolution2DFilterGradient:
      let filter = Shape([operands[1][1], operands[0][1]] + gradient.extent)
      return WinogradShape(
        gradient.geometry, input: Array(operands[0].extents.suffix(2)), filter: filter, dtype: dtype, view.target)
    default: return nil
    }
  }

  /// The estimates for a convolution, also where it is faster without; nil for what no tile fits.
  private static func estimate(_ chain: OperationChain, _ target: Target) -> WinogradShape? {
    let shapes = chain.operands.map(\.shape)
    switch chain.root {
    case let forward as Convolution2D:
      return WinogradShape(estimating: forward.geometry, input: Array(shapes[0].extents.suffix(2)), filter: shapes[1], target)
    case let gradient as Convolution2DInputGradient:
      return WinogradShape(estimating: gradient.geometry, input: gradient.extent, filter: shapes[1], target)
    default: return nil
    }
  }

  // MARK: Kernels

  private static func emitForward(_ site: KernelSite, _ chain: OperationChain, _ shape: WinogradShape, _ steps: ChannelSteps) throws {
    let emitter = ChannelEmitter(site, steps, suffix: ".output_transform")
    let kernels = WinogradKernels(shape: shape, site: site)
    let u = try kernels.transformFilter(chain.operands[1].value, chain.operands[1].shape, axis: 0)
    let v = try transformedInput(kernels, chain.operands[0])
    let m = try kernels.product(v, u, inner: shape.channels, vectors: shape.outputVectors, lanes: shape.outputLanes, "m")
    try kernels.transformOutput(m, emitter)
  }

  private static func emitInputGradient(_ site: KernelSite, _ chain: OperationChain, _ shape: WinogradShape, _ steps: ChannelSteps) throws {
    let emitter = ChannelEmitter(site, steps, suffix: ".input_transform")
    let kernels = WinogradKernels(shape: shape, site: site)
    let u = try kernels.transformFilter(chain.operands[1].value, chain.operands[1].shape, axis: 1)
    let dm = try transformedGradient(kernels, chain.operands[0])
    let dv = try kernels.product(dm, u, inner: shape.outputs, vectors: shape.channelVectors, lanes: shape.channelLanes, "dv")
    try kernels.transformInputGradient(dv, emitter)
  }

  private static func emitFilterGradient(_ site: KernelSite, _ gradient: WeightGradient, _ shape: WinogradShape) throws {
    let kernels = WinogradKernels(shape: shape, site: site)
    let dy = gradient.chain.operands[1]
    let v = try transformedInput(kernels, gradient.chain.operands[0])
    let dm = try transformedGradient(kernels, dy)
    // The transform of a gradient adds it up once: another bias of the same gradient has its own kernel.
    if let bias = gradient.biasResult, owner(site, of: dy.value, shape)?.view.index != site.view.index {
      let kernel = site.kernel(".bias")
      try kernels.addBias(kernel, try site.place(of: dy), try site.sum(bias))
      try site.add(kernel, note: "sum of the gradient of the output")
    }
    try kernels.addFilterGradient(v, dm, try site.sum(gradient.weightResult))
  }

  // MARK: Transforms that several kernels read

  private static func transformedInput(_ kernels: WinogradKernels, _ x: OperationChain.Operand) throws -> WinogradKernels.Transformed {
    try once(kernels, x.value, "winograd input \(kernels.shape)", kernels.shape.paddedChannels) {
      try kernels.transformInput(try kernels.site.place(of: x), $0)
    }
  }

  private static func transformedGradient(_ kernels: WinogradKernels, _ dy: OperationChain.Operand) throws -> WinogradKernels.Transformed {
    let site = kernels.site
    return try once(kernels, dy.value, "winograd gradient \(kernels.shape)", kernels.shape.paddedOutputs) { name in
      let place = try site.place(of: dy)
      guard let owner = owner(site, of: dy.value, kernels.shape) else { return try kernels.transformGradient(place, name, bias: nil) }
      // Whoever needs the transform first makes it, in the name of the filter gradient.
      let bias = try owner.view.weightGradient?.biasResult.map { try owner.sum($0) }
      return try WinogradKernels(shape: kernels.shape, site: owner).transformGradient(place, name, bias: bias)
    }
  }

  /// The filter gradient of the same region that sums the same gradient; one with a bias before others.
  private static func owner(_ site: KernelSite, of dy: Value, _ shape: WinogradShape) -> KernelSite? {
    let found = site.neighbours(reading: dy).filter { other in
      guard let gradient = other.view.weightGradient, gradient.summed.value == dy else { return false }
      return self.shape(gradient.chain, other.view) == shape
    }
    return found.first { $0.view.weightGradient?.biasResult != nil } ?? found.first
  }

  /// Makes what is not there yet. Transforms live in the memory of a worker: another region makes its own.
  private static func once(
    _ kernels: WinogradKernels, _ value: Value, _ kind: String, _ channels: Int,
    _ make: (String) throws -> WinogradKernels.Transformed
  ) throws -> WinogradKernels.Transformed {
    let site = kernels.site
    let storage = try site.shared(value, kind) { try make("\(site.view.analysis.name(of: value)).transformed").storage }
    return WinogradKernels.Transformed(
      storage: storage, extents: [kernels.shape.frequencies, site.tile * kernels.shape.tiles + 1, channels])
  }
}
