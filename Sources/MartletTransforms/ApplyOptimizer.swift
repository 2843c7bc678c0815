import MartletCore
import MartletGraph

// The pass `apply-optimizer`: turns the results `<parameter>.gradient` into updated parameters and state, so that the graph is a whole
// training step. Adam unless told otherwise (`apply-optimizer=sgd`).
//
// Legal because a result named like a parameter or state is by definition its new value. Adds the input %learning_rate, fed at every
// step, and the state that the optimizer carries; %step counts from 0 and is incremented before the first update uses it.
//
//   graph @f(…, parameter %w: f32[4, 3]) -> (loss: f32[], w.gradient: f32[4, 3]) { … return %1, %6 }
// =>
//   graph @f(…, parameter %w: f32[4, 3], input %learning_rate: f32[]) -> (loss: f32[], w: f32[4, 3]) {
//     …
//     %7 = sgd_update(%w, %6, %learning_rate) : f32[4, 3]
//     return %1, %7
//   }

extension Pass {
  package static func applyOptimizer(_ optimizer: UpdateRule) -> Pass {
    Pass("apply-optimizer", "turns gradients into updated parameters and state (=adam, =adamw, =sgd, =rmsprop)") { graph in
      try apply({ _ in (optimizer, 1) }, to: graph)
    }
  }

  /// The same with an optimizer for each parameter, and a factor of its learning rate.
  package static func applyOptimizers(_ choose: @escaping @Sendable (_ parameter: String) -> (any ParameterUpdate, rate: Double)) -> Pass {
    Pass("apply-optimizer", "turns gradients into updated parameters and state") { graph in try apply(choose, to: graph) }
  }

  private static func apply(_ choose: (String) -> (any ParameterUpdate, rate: Double), to graph: Graph) throws -> Graph {
    let suffix = ".gradient"
    let trained = graph.parameters.filter { $0.role == .parameter && graph.result(named: $0.name + suffix) != nil }
    guard !trained.isEmpty else {
      throw MartletError(
        PassErrorCode.noGradients, "graph @\(graph.name) has no result <parameter>.gradient to apply")
    }
    let withoutGradients = Graph(
      name: graph.name, parameters: graph.parameters, nodes: graph.nodes,
      results: graph.results.filter { result in !trained.contains { $0.name + suffix == result.name } })
    return try withoutGradients.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      func parameter(_ name: String, _ role: ParameterRole, _ type: TensorType) throws -> Value {
        if let known = builder.parameterValue(named: name), builder.type(of: known) == type { return known }
        return try builder.parameter(name, role, type)
      }
      let choices = trained.map { choose($0.name) }
      builder.origin = Origin(layer: choices[0].0.name)
      var step: Value?
      if choices.contains(where: { $0.0.needsStep }) {
        let count = try parameter(StepNames.step, .state, TensorType(.i32, []))
        step = try builder.add(count, builder.constant(1, like: count))
      }
      let rate = try parameter(StepNames.learningRate, .input, TensorType(.f32, []))
      for (trainedParameter, (optimizer, factor)) in zip(trained, choices) {
        guard let index = graph.parameterIndex(named: trainedParameter.name),
          let gradient = graph.result(named: trainedParameter.name + suffix)
        else { continue }
        builder.origin = Origin(layer: trainedParameter.name)
        let stateNames = optimizer.stateNames.map { "\(trainedParameter.name).\($0)" }
        let own = factor == 1 ? rate : try builder.multiply(rate, builder.constant(factor, like: rate))
        let updated = try optimizer.updated(
          builder, parameter: mapped[index], gradient: mapped[gradient.id],
          states: try stateNames.map { try parameter($0, .state, trainedParameter.type) }, step: optimizer.needsStep ? step : nil,
          learningRate: try builder.convert(own, to: trainedParameter.type.dtype))
        for (name, value) in zip([trainedParameter.name] + stateNames, updated) { builder.result(name, value) }
      }
      if let step { builder.result(StepNames.step, step) }
    }
  }
}
