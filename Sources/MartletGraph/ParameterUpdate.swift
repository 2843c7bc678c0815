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

extension UpdateRule: ParameterUpdate {
  package func updated(
    _ builder: GraphBuilder, parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value
  ) throws -> [Value] {
    try builder.add(
      operation, operands(parameter: parameter, gradient: gradient, states: states, step: step, learningRate: learningRate))
  }
}
