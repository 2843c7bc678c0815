import MartletCore

/// Which operation updates each parameter, and with which constants: what passes and the command line know of a built-in optimizer.
package enum UpdateRule: Hashable, Sendable {
  case adam(AdamUpdate)
  case sgd(SGDUpdate)
  case rmsprop(RMSpropUpdate)

  /// By the names of the command line, with PyTorch's defaults.
  package init?(named name: String) {
    switch name {
    case "adam": self = .adam(AdamUpdate())
    case "adamw": self = .adam(AdamUpdate(weightDecay: 0.01, isDecoupled: true))
    case "sgd": self = .sgd(SGDUpdate())
    case "rmsprop": self = .rmsprop(RMSpropUpdate())
    default: return nil
    }
  }

  package static let names = ["adam", "adamw", "sgd", "rmsprop"]

  package var name: String {
    switch self {
    case .adam(let update): update.isDecoupled ? "adamw" : "adam"
    case .sgd: "sgd"
    case .rmsprop: "rmsprop"
    }
  }

  /// The name, and what differs from the defaults of the operation: `sgd momentum = 0.9`.
  package var summary: String {
    let isDefault = UpdateRule(named: name) == self
    return isDefault ? name : ([name] + operation.attributes.map { "\($0.name) = \($0.value)" }).joined(separator: " ")
  }

  /// Whether a count of the steps is carried.
  package var needsStep: Bool {
    switch self {
    case .adam: true
    case .sgd(let update): update.momentum.value != 0
    case .rmsprop: false
    }
  }

  /// The names of the state beside each parameter, after a point.
  package var stateNames: [String] {
    switch self {
    case .adam: ["exp_avg", "exp_avg_sq"]
    case .sgd(let update): update.momentum.value != 0 ? ["momentum_buffer"] : []
    case .rmsprop(let update): update.stateNames
    }
  }

  /// The operation that computes the new parameter and state.
  package var operation: any TensorOperation {
    switch self {
    case .adam(let update): update
    case .sgd(let update): update
    case .rmsprop(let update): update
    }
  }

  /// Its operands, in order.
  package func operands(parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value) -> [Value] {
    switch self {
    case .adam: [parameter, gradient] + states + [step, learningRate].compactMap { $0 }
    case .rmsprop: [parameter, gradient, learningRate] + states
    case .sgd: [parameter, gradient, learningRate] + states + (states.isEmpty ? [] : [step].compactMap { $0 })
    }
  }
}
