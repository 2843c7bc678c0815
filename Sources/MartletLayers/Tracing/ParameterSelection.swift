import MartletGraph

/// What a training step trains: a layer, a group of layers with a rate of its own, or several groups. Parameters of other layers stay as
/// they are.
public protocol ParameterSelection {
  /// The groups in which the layers are trained.
  var parameterGroups: [ParameterGroup] { get }
}

/// Layers that are trained in the same way [the parameter groups of torch.optim].
public struct ParameterGroup: ParameterSelection {
  package var layers: [any Layer]
  /// What the learning rate of the step is multiplied by.
  package var rate: Double
  /// Nil for the optimizer of the step.
  package var optimizer: (any ParameterUpdate)?

  /// Layers that the step's optimizer trains; `rate` is multiplied with the learning rate of the step.
  public init(_ layers: any Layer..., rate: Double = 1) {
    self.layers = layers
    self.rate = rate
  }

  /// Layers with an optimizer of their own; `rate` is multiplied with the learning rate of the step.
  public init(_ layers: any Layer..., rate: Double = 1, optimizer: some ParameterUpdate) {
    self.layers = layers
    self.rate = rate
    self.optimizer = optimizer
  }

  /// This group alone.
  public var parameterGroups: [ParameterGroup] { [self] }
}

extension Array: ParameterSelection where Element: ParameterSelection {
  /// The groups of all elements: groups, or layers of one type, each a group of its own.
  public var parameterGroups: [ParameterGroup] { flatMap(\.parameterGroups) }
}

extension Layer {
  /// One group: the layer, with the rate and optimizer of the step.
  public var parameterGroups: [ParameterGroup] { [ParameterGroup(self)] }
}
