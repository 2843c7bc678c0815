import MartletCore
import MartletGraph

// The pass `exchange-relu-and-pool`: takes the relu after the pooling, and its gradient before the pooling's, so that the activation in full
// size is used by nobody but the pooling and never needs to be stored.
//
// Legal because the maximum of a window is positive exactly where the element at its position is: masking the gradient of the pooled value
// by the pooled value, or the spread gradient by the activation, keeps the same numbers. relu and maximum commute; the position differs only
// in windows without a positive element, where the mask is zero, so the positions may be used by masked gradients only.
//
//   %1 = relu(%0) : f32[64, 8, 28, 28]                                  %1, %2 = max_pool2d(%0) {window = [2, 2]} : …
//   %2, %3 = max_pool2d(%1) {window = [2, 2]} : …                =>     %3 = relu(%1) : f32[64, 8, 14, 14]
//   %4 = max_pool2d_grad(%d, %3) {window = [2, 2], …} : …               %4 = relu_grad(%d, %3) : f32[64, 8, 14, 14]
//   %5 = relu_grad(%4, %1) : f32[64, 8, 28, 28]                         %5 = max_pool2d_grad(%4, %2) {window = [2, 2], …} : …

extension Pass {
  package static let exchangeReluAndPool = Pass(
    "exchange-relu-and-pool", "takes relu after max-pooling, and its gradient before that of the pooling"
  ) { graph, log in
    try exchangedForward(try Pass.eliminateDeadCode.run(try exchangedBackward(graph, log), log), log)
  }

  /// `relu_grad(max_pool2d_grad(d, p), x) => max_pool2d_grad(relu_grad(d, y), p)` where `y, p = max_pool2d(x)`.
  private static func exchangedBackward(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
    // Parameters keep their numbers.
    var mapped: [Value: Value] = [:]
    for index in graph.parameters.indices { mapped[graph.parameterValue(index)] = graph.parameterValue(index) }
    func rebuilt(_ builder: GraphBuilder, _ index: Int, _ operands: [Value]) throws -> [Value] {
      let node = graph.nodes[index]
      guard node.operation is ReluGradient, let spread = graph.producer(of: node.operands[0]),
        let gradient = spread.operation as? MaxPool2DGradient, let pool = graph.producer(of: spread.operands[1]),
        let geometry = (pool.operation as? MaxPool2D)?.geometry, geometry == gradient.geometry, spread.operands[1] == pool.results[1],
        pool.operands[0] == node.operands[1], let d = mapped[spread.operands[0]], let pooled = mapped[pool.results[0]],
        let position = mapped[pool.results[1]], log.permits("exchange-relu-and-pool", [index], of: graph)
      else { return try builder.add(node.operation, operands) }
      return try builder.add(gradient, [try builder.add(node.operation, [d, pooled])[0], position], origin: spread.origin)
    }
    return try graph.rebuilt { builder, index, operands in
      let values = try rebuilt(builder, index, operands)
      for (old, new) in zip(graph.nodes[index].results, values) { mapped[old] = new }
      return values
    }
  }

  /// `max_pool2d(relu(x)) => relu(max_pool2d(x))`.
  private static func exchangedForward(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
    let users = graph.users
    func isResult(_ value: Value) -> Bool { graph.results.contains { $0.value == value } }
    /// The pooling that is all that a relu is for, and whose positions are only used where the relu's mask is applied.
    func pooling(of relu: Node) -> Int? {
      guard relu.operation is Relu, !isResult(relu.results[0]), users[relu.results[0].id].count == 1,
        let index = users[relu.results[0].id].first, graph.nodes[index].operation is MaxPool2D
      else { return nil }
      let (pooled, position) = (graph.nodes[index].results[0], graph.nodes[index].results[1])
      guard !isResult(position),
        users[position.id].allSatisfy({ user in
          guard graph.nodes[user].operation is MaxPool2DGradient, let mask = graph.producer(of: graph.nodes[user].operands[0]) else {
            return false
          }
          return mask.operation is ReluGradient && mask.operands[1] == pooled
        })
      else { return nil }
      return index
    }
    var relus: [Int: Node] = [:]
    return try graph.rebuilt { builder, index, operands in
      let node = graph.nodes[index]
      if let pool = pooling(of: node), log.permits("exchange-relu-and-pool", [index, pool], of: graph) {
        relus[pool] = node
        return operands
      }
      guard let relu = relus[index] else { return nil }
      let pooled = try builder.add(node.operation, operands)
      return [try builder.add(relu.operation, [pooled[0]], origin: relu.origin)[0], pooled[1]]
    }
  }
}
