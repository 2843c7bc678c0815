import MartletCore

/// What an optimizer adds to a graph for each parameter: `Optimizer` by its operations, an optimizer of one's own by any operations.
public protocol ParameterUpdate: Sendable {
  /// What `apply-optimizer` calls it in comments of the IR.
  var name: String { get }
  /// The names of the states beside each parameter, of its type; they begin with zeros.
  var stateNames: [String] { get }
  /// Whether it reads the number of the step.
  var needsStep: Bool { get }
  /// Adds the new parameter and the new states, in that order, to the graph. `step` is an i32 that counts from 1, and nil unless `needsStep`;
  /// `learningRate` is a scalar of the parameter's element type.
  func updated(
    _ builder: GraphBuilder, parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value
  ) throws -> [Value]
}

extension Optimizer: ParameterUpdate {
  public func updated(
    _ builder: GraphBuilder, parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value
  ) throws -> [Value] {
    try builder.add(
      operation, operands(parameter: parameter, gradient: gradient, states: states, step: step, learningRate: learningRate))
  }
}

extension ParameterUpdate where Self == Optimizer {
  /// Adam with PyTorch's defaults [torch.optim.Adam].
  public static func adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) -> Optimizer {
    .adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay))
  }

  /// Adam whose weight decay does not pass through the moments [torch.optim.AdamW].
  public static func adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) -> Optimizer {
    .adam(AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: true))
  }

  /// Gradient descent [torch.optim.SGD].
  public static func sgd(momentum: Double = 0, dampening: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0) -> Optimizer {
    .sgd(SGDUpdate(momentum: momentum, dampening: dampening, isNesterov: isNesterov, weightDecay: weightDecay))
  }

  /// [torch.optim.RMSprop].
  public static func rmsprop(
    alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, isCentered: Bool = false
  ) -> Optimizer {
    .rmsprop(RMSpropUpdate(alpha: alpha, epsilon: epsilon, weightDecay: weightDecay, momentum: momentum, isCentered: isCentered))
  }
}
