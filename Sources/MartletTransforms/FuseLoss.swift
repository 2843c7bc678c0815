import MartletCore
import MartletGraph

// The pass `fuse-loss`: a cross entropy and its gradient, which take the same softmax of the same logits, become one fusion: the exponentials
// are computed once.
//
// Legal because operations are pure and both nodes read the same values with the same label smoothing: each result is what it was. The
// results have two shapes; a fusion that no template takes is split into its nodes again.
//
//   %0 = cross_entropy(%x, %labels) : f32[]                    %0, %1 = fusion @cross_entropy_cross_entropy_grad(%x, %labels) {
//   %1 = cross_entropy_grad(%x, %labels) : f32[64, 10]    =>     …
//                                                              } : f32[], f32[64, 10]

extension Pass {
  package static let fuseLoss = Pass("fuse-loss", "joins a cross entropy and its gradient") { graph, log in
    var groups: [FusionGroup] = []
    var joined: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() {
      guard let loss = node.operation as? CrossEntropy,
        let gradient = graph.nodes.indices.first(where: { other in
          let gradient = graph.nodes[other].operation as? CrossEntropyGradient
          return gradient?.labelSmoothing == loss.labelSmoothing && graph.nodes[other].operands == node.operands && !joined.contains(other)
        })
      else { continue }
      joined.insert(gradient)
      groups.append(
        FusionGroup(nodes: [index, gradient], results: [node.results[0], graph.nodes[gradient].results[0]], origin: node.origin))
    }
    return try graph.fusing(groups, isView: graph.nodes.map { _ in false }, "fuse-loss", log)
  }
}
