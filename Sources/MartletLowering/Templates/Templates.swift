import MartletCore
import MartletGraph
import MartletLoopIR

/// A node that a template is asked to make the kernels of.
struct TemplateSite {
  let lowering: GraphLowering
  let node: Node
  let slot: Levels.Slot
}

/// The templates, in the order in which they are asked.
enum Templates {
  /// Whether a template takes a fusion that general lowering cannot make one kernel of.
  static func takes(_ fusion: Fusion, _ operands: [Value], _ target: Target) -> Bool {
    guard let gradients = PooledGradients(fusion, operands) else { return false }
    return ScatteredGradients(gradients, target) != nil || WindowFilterGradient(gradients, target) != nil
  }

  /// How the shards of a pooled gradient lie.
  static func sumLayout(_ gradients: PooledGradients, _ result: Int, _ shape: Shape, _ target: Target) -> StorageLayout {
    if result == gradients.biasResult {
      let lanes = target.channelLanes(shape[0])
      return StorageLayout(axes: [.init(axis: 0, count: shape[0], extent: (shape[0] + lanes - 1) / lanes * lanes)])
    }
    if WindowFilterGradient(gradients, target) != nil { return .filterGradient(shape, lanes: target.channelLanes(shape[0])) }
    return ScatteredGradients.layout(shape, lanes: target.channelLanes(shape[1]))
  }

  /// Makes the kernels of a node; false when no template fits.
  static func emit(_ site: TemplateSite, _ results: [ValueSource]) throws -> Bool {
    if let fusion = site.node.operation as? Fusion, let gradients = PooledGradients(fusion, site.node.operands) {
      if let template = WindowFilterGradient(gradients, site.lowering.target) { return try template.emit(site, results) }
      if let template = ScatteredGradients(gradients, site.lowering.target) { return try template.emit(site, results) }
      return false
    }
    if let gradient = site.node.operation as? Convolution2DFilterGradient, case .sum(let sum) = results[0] {
      return try WinogradTemplates.emitFilterGradient(site, sum) || FilterGradientTemplate.emit(site, gradient, sum)
    }
    guard let chain = OperationChain(site.node, site.lowering.graph) else { return false }
    let places = results.compactMap { source -> Place? in
      if case .memory(let place) = source { return place }
      return nil
    }
    switch chain.root {
    case let convolution as Convolution2D:
      return try WinogradTemplates.emitForward(site, chain, places) || ConvolutionTemplate.emit(site, chain, convolution, places)
    case let gradient as Convolution2DInputGradient:
      return try WinogradTemplates.emitInputGradient(site, chain, places)
        || ConvolutionInputGradientTemplate.emit(site, chain, gradient, places)
    case let product as MatrixMultiply: return try MatrixTemplate(site: site, chain: chain, product: product).emit(results)
    default: return false
    }
  }
}
