import MartletCore

/// The description of an optimizer: which update each parameter gets. A value, so that passes, layers and the command line share it.
public enum Optimizer: Hashable, Sendable {
  case adam(AdamUpdate)
  case sgd(SGDUpdate)

  /// By the names of the command line, with PyTorch's defaults.
  public init?(named name: String) {
    switch name {
    case "adam": self = .adam(AdamUpdate())
    case "sgd": self = .sgd(SGDUpdate())
    default: return nil
    }
  }

  public static let names = ["adam", "sgd"]

  public var name: String {
    switch self {
    case .adam: "adam"
    case .sgd: "sgd"
    }
  }

  /// Whether a count of the steps is carried.
  public var needsStep: Bool {
    switch self {
    case .adam: true
    case .sgd(let update): update.momentum.value != 0
    }
  }

  /// The names of the state beside each parameter, after a point.
  public var stateNames: [String] {
    switch self {
    case .adam: ["exp_avg", "exp_avg_sq"]
    case .sgd(let update): update.momentum.value != 0 ? ["momentum_buffer"] : []
    }
  }

  /// The operation that computes the new parameter and state.
  public var operation: any Operation {
    switch self {
    case .adam(let update): update
    case .sgd(let update): update
    }
  }

  /// Its operands, in order.
  public func operands(parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value) -> [Value] {
    switch self {
    case .adam: [parameter, gradient] + states + [step, learningRate].compactMap { $0 }
    case .sgd: [parameter, gradient, learningRate] + states + (states.isEmpty ? [] : [step].compactMap { $0 })
    }
  }
}
