import MartletCore
import MartletGraph
import MartletLoopIR

/// A node that a template may make the kernels of.
struct TemplateSite {
  let lowering: GraphLowering
  let node: Node
  let slot: Levels.Slot
}

/// A template for the gradients behind a max-pooling.
protocol PooledGradientTemplate {
  /// The layout of the shards of the filter's gradient.
  var filterLayout: StorageLayout { get }
  func emit(_ site: TemplateSite, _ results: [ValueSource]) throws -> Bool
}

/// The templates, in the order in which they are tried.
enum Templates {
  /// The template that takes a fusion with results of several shapes, which general lowering cannot make one kernel of.
  static func pooledGradients(_ fusion: Fusion, _ operands: [Value], _ target: Target) -> (PooledGradients, any PooledGradientTemplate)? {
    guard let gradients = PooledGradients(fusion, operands) else { return nil }
    if let template = try? WindowFilterGradient(gradients, target) { return (gradients, template) }
    if let template = try? ScatteredGradients(gradients, target) { return (gradients, template) }
    return nil
  }

  /// Why no template takes a fusion with results of several shapes; nil when one may.
  static func refusal(_ fusion: Fusion, _ operands: [Value], _ target: Target) -> String? {
    if WeightGradient(fusion, operands) != nil || LossTemplate(fusion, operands) != nil { return nil }
    guard let gradients = PooledGradients(fusion, operands) else { return "no template computes these results together" }
    var reasons: [String] = []
    do throws(TemplateRefusal) {
      _ = try WindowFilterGradient(gradients, target)
      return nil
    } catch { reasons.append("WindowFilterGradient does not apply: \(error.reason)") }
    do throws(TemplateRefusal) {
      _ = try ScatteredGradients(gradients, target)
      return nil
    } catch { reasons.append("ScatteredGradients does not apply: \(error.reason)") }
    return reasons.joined(separator: "; ")
  }

  /// Makes the kernels of a node; false when no template fits. A template may say how a sum that it makes is finished.
  static func emit(_ site: TemplateSite, _ results: inout [ValueSource]) throws -> Bool {
    if let fusion = site.node.operation as? Fusion,
      let (_, template) = pooledGradients(fusion, site.node.operands, site.lowering.target)
    {
      return try template.emit(site, results)
    }
    if let fusion = site.node.operation as? Fusion, let loss = LossTemplate(fusion, site.node.operands) {
      return try loss.emit(site, &results)
    }
    if let gradient = WeightGradient(site.node, site.lowering.graph), try emit(site, gradient, results) { return true }
    guard let chain = OperationChain(site.node, site.lowering.graph), suits(site, chain, results) else { return false }
    let places = results.compactMap(\.place)
    switch chain.root {
    case let convolution as Convolution2D:
      return try WinogradTemplates.emitForward(site, chain, places) || ConvolutionTemplate.emit(site, chain, convolution, places)
    case let gradient as Convolution2DInputGradient:
      return try WinogradTemplates.emitInputGradient(site, chain, places) || ConvolutionTemplate.emit(site, chain, gradient, places)
    case let product as MatrixMultiply:
      return try MatrixTemplate(site: site, chain: chain, product: product).emit(results)
        || LibraryProductTemplate.emit(site, chain, product, results)
    default: return false
    }
  }

  /// Whether a chain is what its templates are made for. In a batch region samples are multiplied with weights that all samples share, and
  /// each result belongs to one sample: weights that are divided into samples themselves, or results that sum over them, are for general lowering.
  private static func suits(_ site: TemplateSite, _ chain: OperationChain, _ results: [ValueSource]) -> Bool {
    guard results.allSatisfy({ $0.place != nil }), chain.operands.count == 2 else { return false }
    guard site.slot.region != nil else { return true }
    let roles = chain.operands.map { site.lowering.batch.roles[$0.value.id] }
    return roles == [.sample, .whole] && site.node.results.allSatisfy { site.lowering.batch.roles[$0.id] == .sample }
  }

  private static func emit(_ site: TemplateSite, _ gradient: WeightGradient, _ results: [ValueSource]) throws -> Bool {
    guard case .sum(let sum) = results[gradient.weightResult],
      gradient.chain.operands.allSatisfy({ site.lowering.batch.roles[$0.value.id] == .sample })
    else { return false }
    var bias: ShardedSum?
    if let result = gradient.biasResult {
      guard case .sum(let own) = results[result] else { return false }
      bias = own
    }
    switch gradient.chain.root {
    case let product as MatrixMultiply:
      return try MatrixTemplate(site: site, chain: gradient.chain, product: product).emitGradient(sum, bias)
    case let convolution as Convolution2DFilterGradient:
      return try WinogradTemplates.emitFilterGradient(site, gradient, sum, bias)
        || FilterGradientTemplate.emit(site, convolution, gradient, sum, bias)
    default: return false
    }
  }
}
