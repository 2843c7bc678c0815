import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// A graph whose fusions all have a plan: one that no strategy computes as a whole is its nodes again.
///
///     %0, %1 = fusion @f(%x, %d) {                            %0 = conv2d_filter_grad(%x, %d) : f32[64, 32, 3, 3]
///       %2 = conv2d_filter_grad(%0, %1) : …           =>      %1 = reduce_sum(%d) {axes = [0, 2, 3]} : f32[64]
///       %3 = reduce_sum(%1) {axes = [0, 2, 3]} : …
///
/// Legal because the nodes of a fusion compute what the fusion computes. General lowering makes kernels of results of one shape, so a fusion
/// with results of several shapes needs a strategy of its own.
struct SplitFusions {
  let analysis: AnalyzedGraph
  let plans: Plans
  /// For `explain`.
  private(set) var splits: [Program.SplitFusion] = []

  init(_ graph: Graph, _ target: Target, _ options: Lowering.Options) throws {
    var graph = graph
    while true {
      let analysis = try AnalyzedGraph(OrderedGraph(graph), target, options)
      let plans = Plans(analysis)
      // Ordering leaves out `after`: the other nodes keep their order.
      let positions = graph.nodes.indices.filter { !(graph.nodes[$0].operation is After) }
      let unplanned = analysis.graph.nodes.indices.filter { index in
        guard let fusion = analysis.graph.nodes[index].operation as? Fusion, !fusion.hasOneShape else { return false }
        return plans.nodes[index].plans.isEmpty
      }
      guard !unplanned.isEmpty else {
        (self.analysis, self.plans) = (analysis, plans)
        return
      }
      for index in unplanned {
        guard let fusion = analysis.graph.nodes[index].operation as? Fusion else { continue }
        let split = Program.SplitFusion(
          name: fusion.name, sources: fusion.region.nodes.compactMap(\.origin?.source),
          reason: SplitFusions.reason(plans.nodes[index], target, options))
        if !splits.contains(split) { splits.append(split) }
      }
      // Each round leaves fewer nodes in such fusions.
      graph = try graph.splittingFusions(Set(unplanned.map { positions[$0] }))
    }
  }

  private static func reason(_ node: Plans.Node, _ target: Target, _ options: Lowering.Options) -> String {
    if target.mapsToThreads { return "a GPU kernel computes results of one shape" }
    return options.usesTemplates ? node.reason : "general lowering computes results of one shape"
  }
}

extension Graph {
  /// The graph with the nodes of some fusions, given by their numbers, in place of the fusions. The gradients of a layer's weights and bias
  /// stay together where more is split.
  fileprivate func splittingFusions(_ numbers: Set<Int>) throws -> Graph {
    try rebuilt { builder, index, operands in
      let node = nodes[index]
      guard numbers.contains(index), let fusion = node.operation as? Fusion else {
        return try builder.add(node.operation, operands, origin: node.origin)
      }
      let region = fusion.region
      let pair = region.nodes.count > 2 ? region.weightAndBiasGradients : nil
      var inner: [Value: Value] = [:]
      for (position, operand) in operands.enumerated() { inner[region.parameterValue(position)] = operand }
      func add(_ operation: any TensorOperation, _ operands: [Value], _ results: [Value], _ origin: Origin?) throws {
        let values = try builder.add(operation, operands.compactMap { inner[$0] }, origin: origin ?? node.origin)
        for (old, new) in zip(results, values) { inner[old] = new }
      }
      for (position, part) in region.nodes.enumerated() {
        guard let pair, pair.contains(position) else {
          try add(part.operation, part.operands, part.results, part.origin)
          continue
        }
        // Both stand where the second one stood.
        guard position == pair[1] else { continue }
        let joined = region.joining(pair)
        try add(joined.fusion, joined.operands, pair.map { region.nodes[$0].results[0] }, part.origin)
      }
      return region.results.compactMap { inner[$0.value] }
    }
  }

  /// The numbers of a convolution's filter gradient and of the sum that is its bias's gradient, in order.
  private var weightAndBiasGradients: [Int]? {
    guard let filter = nodes.firstIndex(where: { $0.operation is Convolution2DFilterGradient }),
      let bias = nodes.firstIndex(where: {
        ($0.operation as? ReduceSum)?.axes == [0, 2, 3] && $0.operands[0] == nodes[filter].operands[1]
      })
    else { return nil }
    return [filter, bias].sorted()
  }

  /// A fusion of two nodes that do not read each other, and what it reads.
  private func joining(_ pair: [Int]) -> (fusion: Fusion, operands: [Value]) {
    let parts = pair.map { nodes[$0] }
    var operands: [Value] = []
    for operand in parts.flatMap(\.operands) where !operands.contains(operand) { operands.append(operand) }
    let copies = parts.enumerated().map { position, part in
      var part = part
      part.operands = part.operands.compactMap { operand in operands.firstIndex(of: operand).map { Value(id: $0) } }
      part.results = [Value(id: operands.count + position)]
      return part
    }
    let name = parts.map(\.mnemonic).joined(separator: "_")
    let region = Fusion.makeRegion(
      name: name, parameterTypes: operands.map { type(of: $0) }, nodes: copies, results: copies.map { $0.results[0] })
    return (Fusion(name: name, region: region), operands)
  }
}
