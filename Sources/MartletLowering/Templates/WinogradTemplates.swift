import MartletCore
import MartletGraph
import MartletLoopIR

/// The three convolutions of a layer by `WinogradKernels`. Transforms that several of them need are made once.
enum WinogradTemplates {
  /// The shape when a node is a convolution for Winograd.
  static func shape(_ operation: any TensorOperation, _ operands: [Shape], _ dtype: DType, _ target: Target) -> WinogradShape? {
    switch operation {
    case let forward as Convolution2D:
      return WinogradShape(forward.geometry, input: Array(operands[0].extents.suffix(2)), filter: operands[1], dtype: dtype, target)
    case let gradient as Convolution2DInputGradient:
      return WinogradShape(gradient.geometry, input: gradient.extent, filter: operands[1], dtype: dtype, target)
    case let gradient as Convolution2DFilterGradient:
      let filter = Shape([operands[1][1], operands[0][1]] + gradient.extent)
      return WinogradShape(gradient.geometry, input: Array(operands[0].extents.suffix(2)), filter: filter, dtype: dtype, target)
    default: return nil
    }
  }

  /// The bytes of a sample that the kernels of a convolution hand on transformed: its input and its output.
  static func transformedByteCount(_ node: Node, _ graph: Graph, _ target: Target) -> Int {
    guard let chain = WeightGradient(node, graph)?.chain ?? OperationChain(node, graph), let first = chain.operands.first,
      let shape = shape(chain.root, chain.operands.map(\.shape), graph.type(of: first.value).dtype, target)
    else { return 0 }
    return shape.frequencies * shape.tiles * (shape.paddedChannels + shape.paddedOutputs) * DType.f32.byteCount
  }

  /// The estimates for a convolution that could be Winograd's but is faster without; nil for what no tile fits.
  static func rejectedCycles(_ site: TemplateSite, _ chain: OperationChain) -> (tile: Int, cycles: Int, direct: Int)? {
    let target = site.lowering.target
    let shapes = chain.operands.map(\.shape)
    let shape: WinogradShape?
    switch chain.root {
    case let forward as Convolution2D:
      shape = WinogradShape(estimating: forward.geometry, input: Array(shapes[0].extents.suffix(2)), filter: shapes[1], target)
    case let gradient as Convolution2DInputGradient:
      shape = WinogradShape(estimating: gradient.geometry, input: gradient.extent, filter: shapes[1], target)
    default: shape = nil
    }
    return shape.map { ($0.tile, $0.cycles, $0.directCycles) }
  }

  private static func shape(_ site: TemplateSite, _ chain: OperationChain) -> WinogradShape? {
    guard site.slot.region != nil else { return nil }
    let dtype = site.lowering.graph.type(of: chain.operands[0].value).dtype
    return shape(chain.root, chain.operands.map(\.shape), dtype, site.lowering.target)
  }

  static func emitForward(_ site: TemplateSite, _ chain: OperationChain, _ results: [Place]) throws -> Bool {
    let lowering = site.lowering
    guard let shape = shape(site, chain), let x = lowering.place(of: chain.operands[0]), x.layout.isChannelsLast(shape.channelLanes),
      let emitter = ChannelEmitter(site, chain, results, channels: shape.outputs, lanes: shape.outputLanes, suffix: ".output_transform")
    else { return false }
    let kernels = WinogradKernels(shape: shape, site: site)
    let u = try kernels.transformFilter(chain.operands[1].value, chain.operands[1].shape, axis: 0)
    let v = try transformedInput(kernels, site, chain.operands[0].value, x)
    let m = try kernels.product(v, u, inner: shape.channels, vectors: shape.outputVectors, lanes: shape.outputLanes, "m")
    try kernels.transformOutput(m, emitter)
    return true
  }

  static func emitInputGradient(_ site: TemplateSite, _ chain: OperationChain, _ results: [Place]) throws -> Bool {
    let lowering = site.lowering
    guard let shape = shape(site, chain), let dy = lowering.place(of: chain.operands[0]), dy.layout.isChannelsLast(shape.outputLanes),
      let emitter = ChannelEmitter(site, chain, results, channels: shape.channels, lanes: shape.channelLanes, suffix: ".input_transform"),
      emitter.window == (1, 1)
    else { return false }
    let kernels = WinogradKernels(shape: shape, site: site)
    let u = try kernels.transformFilter(chain.operands[1].value, chain.operands[1].shape, axis: 1)
    let dm = try transformedGradient(kernels, site, chain.operands[0].value, dy)
    let dv = try kernels.product(dm, u, inner: shape.outputs, vectors: shape.channelVectors, lanes: shape.channelLanes, "dv")
    try kernels.transformInputGradient(dv, emitter)
    return true
  }

  static func emitFilterGradient(_ site: TemplateSite, _ gradient: WeightGradient, _ sum: ShardedSum, _ bias: ShardedSum?) throws -> Bool {
    let lowering = site.lowering
    let chain = gradient.chain
    guard sum.finishKernel != nil, let shape = shape(site, chain),
      let x = lowering.place(of: chain.operands[0]), x.layout.isChannelsLast(shape.channelLanes),
      let dy = lowering.place(of: chain.operands[1]), dy.layout.isChannelsLast(shape.outputLanes)
    else { return false }
    let kernels = WinogradKernels(shape: shape, site: site)
    let v = try transformedInput(kernels, site, chain.operands[0].value, x)
    let dm = try transformedGradient(kernels, site, chain.operands[1].value, dy)
    // The transform of a shared gradient adds it up once: another bias of the same gradient has its own kernel.
    if let result = gradient.biasResult, let fusion = site.node.operation as? Fusion, !lowering.summed.contains(site.node.results[result]) {
      throw GraphLowering.UntakenFusion(fusion: fusion)
    }
    try kernels.addFilterGradient(v, dm, sum)
    return true
  }

  private static func transformedInput(_ kernels: WinogradKernels, _ site: TemplateSite, _ x: Value, _ place: Place) throws
    -> WinogradKernels.Transformed
  {
    try once(site, x, "winograd input \(kernels.shape)", kernels.shape.paddedChannels, kernels) { try kernels.transformInput(place, $0) }
  }

  private static func transformedGradient(
    _ kernels: WinogradKernels, _ site: TemplateSite, _ dy: Value, _ place: Place
  ) throws -> WinogradKernels.Transformed {
    try once(site, dy, "winograd gradient \(kernels.shape)", kernels.shape.paddedOutputs, kernels) { name in
      guard let owner = filterGradient(site, of: dy, kernels.shape) else { return try kernels.transformGradient(place, name, bias: nil) }
      // Whoever needs the transform first makes it, in the name of the filter gradient.
      let own = WinogradKernels(shape: kernels.shape, site: owner.site)
      return try own.transformGradient(place, name, bias: biasGradient(owner.site, owner.gradient))
    }
  }

  /// The Winograd filter gradient of the same region that sums the same gradient; one with a bias before others.
  private static func filterGradient(_ site: TemplateSite, of dy: Value, _ shape: WinogradShape) -> (
    site: TemplateSite, gradient: WeightGradient
  )? {
    let lowering = site.lowering
    let found = lowering.graph.nodes.enumerated().compactMap { index, node -> (site: TemplateSite, gradient: WeightGradient)? in
      guard node.operands.contains(dy), let gradient = WeightGradient(node, lowering.graph), gradient.summed.value == dy,
        let slot = lowering.levels.slots[index], slot.level == site.slot.level, slot.region == site.slot.region,
        self.shape(site, gradient.chain) == shape
      else { return nil }
      return (TemplateSite(lowering: lowering, node: node, slot: slot), gradient)
    }
    return found.first { $0.gradient.biasResult != nil } ?? found.first
  }

  /// The sum that is the gradient of the bias, for the kernel that reads what it adds up.
  private static func biasGradient(_ site: TemplateSite, _ gradient: WeightGradient) throws -> ShardedSum? {
    guard let result = gradient.biasResult, case .sum(let sum) = try site.lowering.reserve(site.node.results[result], at: site.slot) else {
      return nil
    }
    site.lowering.summed.insert(site.node.results[result])
    return sum
  }

  /// Makes what is not there yet. Transforms live in the memory of a worker: another region makes its own.
  private static func once(
    _ site: TemplateSite, _ value: Value, _ kind: String, _ channels: Int, _ kernels: WinogradKernels,
    _ make: (String) throws -> WinogradKernels.Transformed
  ) throws -> WinogradKernels.Transformed {
    let lowering = site.lowering
    let key = GraphLowering.DerivedKey(value: value, kind: "\(kind) in \(site.slot.level).\(site.slot.region ?? 0)")
    if let known = lowering.derived[key] {
      return WinogradKernels.Transformed(
        storage: known, extents: [kernels.shape.frequencies, lowering.tile * kernels.shape.tiles + 1, channels])
    }
    let made = try make("\(lowering.valueNames[value.id]).transformed")
    lowering.derived[key] = made.storage
    return made
  }
}
