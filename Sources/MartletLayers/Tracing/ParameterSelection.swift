import MartletGraph

/// What a training step trains: a layer, a group of layers with a rate of its own, or several groups. Parameters of other layers stay as
/// they are.
package protocol ParameterSelection {
  var parameterGroups: [ParameterGroup] { get }
}

/// Layers that are trained in the same way [the parameter groups of torch.optim].
package struct ParameterGroup: ParameterSelection {
  package var layers: [any Layer]
  /// What the learning rate of the step is multiplied by.
  package var rate: Double
  /// Nil for the optimizer of the step.
  package var optimizer: (any ParameterUpdate)?

  package init(_ layers: any Layer..., rate: Double = 1) {
    self.layers = layers
    self.rate = rate
  }

  package init(_ layers: any Layer..., rate: Double = 1, optimizer: some ParameterUpdate) {
    self.layers = layers
    self.rate = rate
    self.optimizer = optimizer
  }

  package var parameterGroups: [ParameterGroup] { [self] }
}

extension Array: ParameterSelection where Element == ParameterGroup {
  package var parameterGroups: [ParameterGroup] { self }
}

extension Layer {
  package var parameterGroups: [ParameterGroup] { [ParameterGroup(self)] }
}
