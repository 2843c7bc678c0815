import MartletCore
import MartletGraph
import MartletLoopIR

/// The three convolutions of a layer by `WinogradKernels`. Transforms that several of them need are made once.
enum WinogradTemplates {
  /// The shape when a node is a convolution for Winograd.
  static func shape(_ operation: any Operation, _ operands: [Shape], _ dtype: DType, _ target: Target) -> WinogradShape? {
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

  private static func shape(_ site: TemplateSite, _ chain: OperationChain) -> WinogradShape? {
    guard site.slot.region != nil else { return nil }
    let dtype = site.lowering.graph.type(of: chain.operands[0].value).dtype
    return shape(chain.root, chain.operands.map(\.shape), dtype, site.lowering.target)
  }

  static func emitForward(_ site: TemplateSite, _ chain: OperationChain, _ results: [Place]) throws -> Bool {
    let lowering = site.lowering
    guard let shape = shape(site, chain), let x = lowering.place(of: chain.operands[0].value), x.layout.isChannelsLast(shape.channelLanes),
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
    guard let shape = shape(site, chain), let dy = lowering.place(of: chain.operands[0].value), dy.layout.isChannelsLast(shape.outputLanes),
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

  static func emitFilterGradient(_ site: TemplateSite, _ sum: ShardedSum) throws -> Bool {
    let lowering = site.lowering
    guard sum.finishKernel != nil, let chain = OperationChain(site.node, lowering.graph), let shape = shape(site, chain),
      let x = lowering.place(of: chain.operands[0].value), x.layout.isChannelsLast(shape.channelLanes),
      let dy = lowering.place(of: chain.operands[1].value), dy.layout.isChannelsLast(shape.outputLanes)
    else { return false }
    let kernels = WinogradKernels(shape: shape, site: site)
    let v = try transformedInput(kernels, site, chain.operands[0].value, x)
    let dm = try transformedGradient(kernels, site, chain.operands[1].value, dy)
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
    try once(site, dy, "winograd gradient \(kernels.shape)", kernels.shape.paddedOutputs, kernels) {
      try kernels.transformGradient(place, $0)
    }
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
