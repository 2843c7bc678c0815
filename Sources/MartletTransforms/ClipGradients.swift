import MartletCore
import MartletGraph

// The pass `clip-gradients`: scales all gradients by one factor, so that the norm of all their elements together is at most a number
// (`clip-gradients=1.0`) [torch.nn.utils.clip_grad_norm_].
//
// Changes what a step computes, on purpose: it runs after `differentiate` and before `apply-optimizer` where a user asks for it. The factor
// is min(maximum / (norm + 1e-6), 1); a NaN in any gradient reaches all.
//
//   graph @f(…) -> (loss: f32[], w.gradient: f32[4]) { … return %1, %6 }
// =>
//   graph @f(…) -> (loss: f32[], w.gradient: f32[4]) {
//     …
//     %7 = mul(%6, %6) : f32[4]
//     %8 = reduce_sum(%7) {axes = [0]} : f32[]
//     %9 = sqrt(%8) : f32[]
//     …
//     %15 = broadcast(%14) {shape = [4], axes = []} : f32[4]
//     %16 = mul(%6, %15) : f32[4]
//     return %1, %16
//   }

extension Pass {
  package static func clipGradients(_ maximum: Double) -> Pass {
    Pass("clip-gradients", "scales the gradients so that their norm is at most 1 (=2.5: another number)") { graph in
      try clip(graph, maximum)
    }
  }

  /// Keeps the quotient finite where all gradients are zero; PyTorch's number.
  private static let smallestNorm = 1e-6

  private static func clip(_ graph: Graph, _ maximum: Double) throws -> Graph {
    guard maximum.isFinite, maximum > 0 else {
      throw MartletError(PassErrorCode.gradientNorm, "the norm of gradients is clipped to a positive number, found \(maximum)")
    }
    let names = Set(graph.parameters.filter { $0.role == .parameter }.map { "\($0.name).gradient" })
    let gradients = graph.results.filter { names.contains($0.name) }
    guard let first = gradients.first else {
      throw MartletError(
        PassErrorCode.noGradients, "graph @\(graph.name) has no result <parameter>.gradient to clip")
    }
    let dtype = graph.type(of: first.value).dtype
    let withoutGradients = Graph(
      name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: graph.results.filter { !names.contains($0.name) })
    return try withoutGradients.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      builder.origin = Origin(layer: "clip")
      var sum: Value?
      for gradient in gradients {
        let value = mapped[gradient.value.id]
        let squares = try builder.reduceSum(builder.multiply(value, value), axes: Array(0..<builder.shape(of: value).rank))
        let converted = try builder.convert(squares, to: dtype)
        sum = try sum.map { try builder.add($0, converted) } ?? converted
      }
      guard let sum else { return }
      let norm = try builder.squareRoot(sum)
      let quotient = try builder.divide(
        builder.constant(maximum, like: norm), builder.add(norm, builder.constant(smallestNorm, like: norm)))
      let factor = try builder.minimum(quotient, builder.constant(1, like: norm))
      for gradient in gradients {
        let value = mapped[gradient.value.id]
        let own = try builder.convert(factor, to: builder.type(of: value).dtype)
        builder.result(gradient.name, try builder.multiply(value, builder.broadcast(own, builder.shape(of: value), axes: [])))
      }
    }
  }
}
