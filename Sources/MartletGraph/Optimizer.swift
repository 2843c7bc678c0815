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
  /// Adam [torch.optim.Adam]: `beta1` and `beta2` are the decays of the moments, at least 0 and below 1; `epsilon` is added to the root of
  /// the second moment; `weightDecay` times the parameter is added to the gradient. Source: D. P. Kingma, J. Ba, "Adam", 2014.
  public static func adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)))
  }

  /// Adam whose weight decay does not pass through the moments [torch.optim.AdamW]: the parameter is first multiplied by
  /// `1 - rate * weightDecay`. Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", 2017.
  public static func adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) -> Optimizer {
    Optimizer(.adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: true)))
  }

  /// Gradient descent [torch.optim.SGD]: `momentum` keeps that much of the last direction, `dampening` takes as much of the gradient away, and
  /// `isNesterov` steps along the direction that follows. `weightDecay` times the parameter is added to the gradient.
  public static func sgd(momentum: Double = 0, dampening: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.sgd(SGDUpdate(momentum: momentum, dampening: dampening, isNesterov: isNesterov, weightDecay: weightDecay)))
  }

  /// The gradient divided by the root of its running mean square [torch.optim.RMSprop]: `alpha` is the decay of the mean, `epsilon` is added
  /// to the root, `isCentered` subtracts the square of the mean gradient first. Source: G. Hinton, lecture 6e of "Neural Networks for
  /// Machine Learning", 2012.
  public static func rmsprop(
    alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, isCentered: Bool = false
  ) -> Optimizer {
    Optimizer(.rmsprop(RMSpropUpdate(alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum, isCentered: isCentered)))
  }
}
