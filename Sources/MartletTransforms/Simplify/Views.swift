import MartletCore
import MartletGraph

extension SimplificationRule {
  /// `reshape(reshape(x)) => reshape(x)`; a reshape to the same shape goes.
  static let reshapes = SimplificationRule("reshapes") { context in
    guard let reshape = context.node.operation as? Reshape else { return nil }
    if context.type(0).shape == reshape.shape { return .value(context.operands[0]) }
    guard let inner = context.producer(0, Reshape.self) else { return nil }
    return .node(reshape, inner.operands)
  }

  /// `transpose(transpose(x)) => transpose(x)`; one that moves nothing goes.
  static let transposes = SimplificationRule("transposes") { context in
    guard let transpose = context.node.operation as? Transpose else { return nil }
    if transpose.permutation == Array(transpose.permutation.indices) { return .value(context.operands[0]) }
    guard let inner = context.producer(0, Transpose.self) else { return nil }
    return .node(Transpose(transpose.permutation.map { inner.operation.permutation[$0] }), inner.operands)
  }

  /// `broadcast(broadcast(x)) => broadcast(x)`; one that repeats nothing goes.
  static let broadcasts = SimplificationRule("broadcasts") { context in
    guard let broadcast = context.node.operation as? Broadcast else { return nil }
    if context.type(0).shape == broadcast.shape, broadcast.axes == Array(broadcast.axes.indices) { return .value(context.operands[0]) }
    guard let inner = context.producer(0, Broadcast.self) else { return nil }
    return .node(Broadcast(broadcast.shape, axes: inner.operation.axes.map { broadcast.axes[$0] }), inner.operands)
  }

  /// A constant that is one number everywhere stays that under any view.
  static let viewsOfConstants = SimplificationRule("views-of-constants") { context in
    let operation = context.node.operation
    guard operation is Reshape || operation is Transpose || operation is Broadcast,
      let number = context.producer(0, Constant.self)?.operation.splat
    else { return nil }
    return .node(Constant(number, context.node.resultTypes[0]), [])
  }
}
