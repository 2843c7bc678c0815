import MartletGraph

/// What a training step trains: a layer, a group of layers with a rate of its own, or several groups. Parameters of other layers stay as
/// they are.
public protocol ParameterSelection {
  var parameterGroups: [ParameterGroup] { get }
}

/// Layers that are trained in the same way [the parameter groups of torch.optim].
public struct ParameterGroup: ParameterSelection {
  package var layers: [any Layer]
  /// What the learning rate of the step is multiplied by.
  package var rate: Double
  /// Nil for the optimizer of the step.
  package var optimizer: (any ParameterUpdate)?

  public init(_ layers: any Layer..., rate: Double = 1) {
    self.layers = layers
    self.rate = rate
  }

  public init(_ layers: any Layer..., rate: Double = 1, optimizer: some ParameterUpdate) {
    self.layers = layers
    self.rate = rate
    self.optimizer = optimizer
  }

  public var parameterGroups: [ParameterGroup] { [self] }
}

extension Array: ParameterSelection where Element == ParameterGroup {
  public var parameterGroups: [ParameterGroup] { self }
}

extension Layer {
  public var parameterGroups: [ParameterGroup] { [ParameterGroup(self)] }
}
