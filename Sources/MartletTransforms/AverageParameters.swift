import MartletCore
import MartletGraph

// The pass `average-parameters`: keeps beside each trained parameter p its exponential moving average e, which becomes
// decay e + (1 - decay) p after every update (`average-parameters=0.999`) [torch.optim.swa_utils.get_ema_multi_avg_fn].
//
// Legal because it adds states and results and changes none: what the graph computed before, it computes still. It runs after
// `apply-optimizer`, which makes the new values of the parameters. The averages are computed in the compiled step, a kernel a parameter. States
// of layers, such as running statistics, are no parameters: they have no average, as in PyTorch with use_buffers=False.
//
// Whoever allocates the state gives it the initial value of its parameter (`Pass.averagedParameter(ofState:)`). The average after the first
// step is then that of the initial value and the first update.
//
//   graph @f(…, parameter %w: f32[4, 3], input %learning_rate: f32[]) -> (loss: f32[], w: f32[4, 3]) { … return %1, %7 }
// =>
//   graph @f(…, parameter %w: f32[4, 3], input %learning_rate: f32[], state %w.average: f32[4, 3])
//     -> (loss: f32[], w: f32[4, 3], w.average: f32[4, 3])
//   {
//     …
//     %8 = average_update(%w.average, %7) {decay = 0.999} : f32[4, 3]
//     return %1, %7, %8
//   }

extension Pass {
  private static let averageSuffix = ".average"

  /// The name of the state that holds a parameter's average.
  package static func averageState(ofParameter name: String) -> String { name + averageSuffix }

  /// The parameter whose average a state of this name holds, if the pass made it: the state begins with the parameter's initial value.
  package static func averagedParameter(ofState name: String) -> String? {
    name.hasSuffix(averageSuffix) ? String(name.dropLast(averageSuffix.count)) : nil
  }

  /// Adds for each updated parameter a state `<parameter>.average` of its type: `decay` times itself plus `1 - decay` times the parameter's
  /// new value. The pass throws M513 unless the decay is at least 0 and below 1, and M514 where the graph updates no parameter.
  package static func averageParameters(decay: Double) -> Pass {
    Pass("average-parameters", "keeps moving averages of the updated parameters, of decay 0.999 (=0.99: another decay)") { graph in
      try average(graph, decay)
    }
  }

  private static func average(_ graph: Graph, _ decay: Double) throws -> Graph {
    guard decay >= 0, decay < 1 else {
      throw MartletError(PassErrorCode.averageDecay, "the decay of averages is at least 0 and below 1, found \(decay)")
    }
    let updated = graph.parameters.compactMap { parameter -> (parameter: Graph.Parameter, value: Value)? in
      guard parameter.role == .parameter, let value = graph.result(named: parameter.name) else { return nil }
      return (parameter, value)
    }
    guard !updated.isEmpty else {
      throw MartletError(PassErrorCode.noUpdates, "graph @\(graph.name) has no result that is the new value of a parameter")
    }
    return try graph.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      for (parameter, value) in updated {
        builder.origin = Origin(layer: parameter.name)
        let name = averageState(ofParameter: parameter.name)
        let state = try builder.parameter(name, .state, parameter.type)
        builder.result(name, try builder.averageUpdate(state, mapped[value.id], decay: decay))
      }
    }
  }
}
