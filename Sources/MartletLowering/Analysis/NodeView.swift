import MartletCore
import MartletGraph
import MartletLoopIR

/// A node as a strategy sees it, before layouts and memory are chosen.
package struct NodeView {
  let analysis: AnalyzedGraph
  /// The node's number in the graph.
  let index: Int
  /// The node as one operation with loops and what follows it; nil for any other node.
  let chain: OperationChain?
  /// The node as the gradient of a layer's weights, and perhaps of its bias; nil for any other node.
  let weightGradient: WeightGradient?

  init(analysis: AnalyzedGraph, index: Int) {
    (self.analysis, self.index) = (analysis, index)
    chain = OperationChain(analysis.graph.nodes[index], analysis.graph)
    weightGradient = WeightGradient(analysis.graph.nodes[index], analysis.graph)
  }

  package var graph: Graph { analysis.graph }
  package var node: Node { analysis.graph.nodes[index] }
  package var target: Target { analysis.target }
  package var operation: any TensorOperation { node.operation }

  package func type(of value: Value) -> TensorType { graph.type(of: value) }
  func role(of value: Value) -> BatchRole { analysis.batch.roles[value.id] }

  /// Whether it runs sample by sample, in a batch region: then all of its results are samples or sums.
  package var runsBySample: Bool {
    analysis.isLive[index] && !analysis.isReadThrough[index] && Levels.role(node, analysis.batch.roles) != .whole
  }

  /// A chain of samples and what all samples share, whose results belong to one sample each: weights that are divided into samples themselves, or
  /// results that sum over them, are for general lowering.
  var sampleChain: OperationChain? {
    guard runsBySample, let chain, chain.operands.map({ role(of: $0.value) }) == [.sample, .whole],
      node.results.allSatisfy({ role(of: $0) == .sample })
    else { return nil }
    return chain
  }

  /// The gradient of weights that sums over the batch what is computed of two values of samples.
  var sampleWeightGradient: WeightGradient? {
    guard runsBySample, let weightGradient, weightGradient.chain.operands.allSatisfy({ role(of: $0.value) == .sample }),
      ([weightGradient.weightResult] + (weightGradient.biasResult.map { [$0] } ?? [])).allSatisfy({ role(of: node.results[$0]) == .sum })
    else { return nil }
    return weightGradient
  }

  /// The demand that a value has a layout under its own shape.
  func demand(_ value: Value, _ pattern: LayoutDemand.Pattern) -> LayoutDemand { LayoutDemand(value, type(of: value).shape, pattern) }
}
