import MartletCore
import MartletGraph

// The pass `clip-gradient-values`: limits every element of every gradient to -bound … bound (`clip-gradient-values=0.5`)
// [torch.nn.utils.clip_grad_value_].
//
// Changes what a step computes, on purpose: it runs after `differentiate` and before `apply-optimizer` where a user asks for it. A NaN stays
// one.
//
//   graph @f(…) -> (loss: f32[], w.gradient: f32[4]) { … return %1, %6 }
// =>
//   graph @f(…) -> (loss: f32[], w.gradient: f32[4]) {
//     …
//     %7 = constant() {value = -0.5} : f32[4]
//     %8 = constant() {value = 0.5} : f32[4]
//     %9 = max(%6, %7) : f32[4]
//     %10 = min(%9, %8) : f32[4]
//     return %1, %10
//   }

extension Pass {
  /// Limits each element of the gradients to `-bound ... bound`. The pass throws M512 unless the bound is finite, positive and of the
  /// gradients' type, and M501 where the graph has no gradients.
  package static func clipGradientValues(_ bound: Double) -> Pass {
    Pass("clip-gradient-values", "limits each element of the gradients to -1 ... 1 (=0.5: another bound)") { graph in
      try clipValues(graph, bound)
    }
  }

  private static func clipValues(_ graph: Graph, _ bound: Double) throws -> Graph {
    let names = Set(graph.parameters.filter { $0.role == .parameter }.map { "\($0.name).gradient" })
    let gradients = graph.results.filter { names.contains($0.name) }
    guard !gradients.isEmpty else {
      throw MartletError(PassErrorCode.noGradients, "graph @\(graph.name) has no result <parameter>.gradient to clip")
    }
    guard bound.isFinite, bound > 0, gradients.allSatisfy({ graph.type(of: $0.value).dtype.holds(bound) }) else {
      throw MartletError(PassErrorCode.gradientBound, "elements of gradients are clipped to a positive number, found \(bound)")
    }
    let others = Graph(
      name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: graph.results.filter { !names.contains($0.name) })
    return try others.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      builder.origin = Origin(layer: "clip")
      for gradient in gradients {
        let value = mapped[gradient.value.id]
        let (low, high) = (try builder.constant(-bound, like: value), try builder.constant(bound, like: value))
        builder.result(gradient.name, try builder.minimum(builder.maximum(value, low), high))
      }
    }
  }
}
