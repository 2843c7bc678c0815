import MartletGraph

extension SimplificationRule {
  /// `x * 1 => x`
  static let multiplyByOne = SimplificationRule("multiply-by-one") { context in
    guard context.node.operation is Multiply else { return nil }
    if context.isConstant(1, 1) { return .value(context.operands[0]) }
    return context.isConstant(0, 1) ? .value(context.operands[1]) : nil
  }

  /// `x / 1 => x`
  static let divideByOne = SimplificationRule("divide-by-one") { context in
    context.node.operation is Divide && context.isConstant(1, 1) ? .value(context.operands[0]) : nil
  }

  /// `x - 0 => x`, `x + -0 => x`
  static let subtractZero = SimplificationRule("subtract-zero") { context in
    switch context.node.operation {
    case is Subtract: context.isConstant(1, 0) ? .value(context.operands[0]) : nil
    case is Add:
      context.isConstant(1, -0.0) ? .value(context.operands[0]) : context.isConstant(0, -0.0) ? .value(context.operands[1]) : nil
    default: nil
    }
  }

  /// `neg(neg(x)) => x`
  static let doubleNegation = SimplificationRule("double-negation") { context in
    guard context.node.operation is Negate, let inner = context.producer(0, Negate.self) else { return nil }
    return .value(inner.operands[0])
  }

  /// `relu(relu(x)) => relu(x)`
  static let repeatedRelu = SimplificationRule("repeated-relu") { context in
    context.node.operation is Relu && context.producer(0, Relu.self) != nil ? .value(context.operands[0]) : nil
  }

  /// `select(p, x, x) => x`
  static let equalChoices = SimplificationRule("equal-choices") { context in
    context.node.operation is Select && context.operands[1] == context.operands[2] ? .value(context.operands[1]) : nil
  }

  /// A conversion to the type that the value has.
  static let identityConversion = SimplificationRule("identity-conversion") { context in
    guard let convert = context.node.operation as? Convert else { return nil }
    return convert.dtype == context.type(0).dtype ? .value(context.operands[0]) : nil
  }
}
