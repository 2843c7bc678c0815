/// A built-in optimizer: `.adam()`, `.adamW()`, `.sgd()` or `.rmsprop()`, with PyTorch's parameters and defaults.
public struct Optimizer: ParameterUpdate, RuleUpdate, Hashable {
  package let rule: UpdateRule

  package init(_ rule: UpdateRule) { self.rule = rule }
}

/// An update by an operation of the IR: what `Optimizer` states for `ParameterUpdate`.
package protocol RuleUpdate: ParameterUpdate {
  var rule: UpdateRule { get }
}

extension RuleUpdate {
  /// `adam`, `adamw`, `sgd` or `rmsprop`.
  public var name: String { rule.name }
  /// The names of the states beside each parameter, after a point: those of PyTorch's `state_dict`.
  public var stateNames: [String] { rule.stateNames }
  /// Whether the update depends on the number of the step.
  public var needsStep: Bool { rule.needsStep }

  /// Adds the operation that updates one parameter. Throws where the values do not have the parameter's type.
  public func updated(
    _ builder: GraphBuilder, parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value
  ) throws -> [Value] {
    try rule.updated(builder, parameter: parameter, gradient: gradient, states: states, step: step, learningRate: learningRate)
  }
}

extension ParameterUpdate where Self == Optimizer {
  /// Adam with PyTorch's defaults [torch.optim.Adam].
  public static func adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)))
  }

  /// Adam whose weight decay does not pass through the moments [torch.optim.AdamW].
  public static func adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) -> Optimizer {
    Optimizer(.adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: true)))
  }

  /// Gradient descent [torch.optim.SGD].
  public static func sgd(momentum: Double = 0, dampening: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.sgd(SGDUpdate(momentum: momentum, dampening: dampening, isNesterov: isNesterov, weightDecay: weightDecay)))
  }

  /// [torch.optim.RMSprop].
  public static func rmsprop(
    alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, isCentered: Bool = false
  ) -> Optimizer {
    Optimizer(.rmsprop(RMSpropUpdate(alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum, isCentered: isCentered)))
  }
}
