import MartletCore
import MartletGraph

// The pass `weigh-micro-batch`: makes of the graph of a batch that of a micro-batch, a part of a batch. It multiplies the loss by the input
// %share, the part's share of all samples, and gives the new values of states the names of results that other micro-batches are added to.
//
// Changes what a step computes, on purpose: it runs before `differentiate`, so that every gradient has the factor too [PyTorch: a loop over
// (loss * share).backward()]. The sum of the results over all micro-batches is then the mean over the whole batch. States that are not floating
// numbers, such as counters, have no mean: that of the first micro-batch is taken.
//
//   graph @f(…, state %mean: f32[4]) -> (loss: f32[], mean: f32[4]) { … return %7, %9 }
// =>
//   graph @f(…, state %mean: f32[4], input %share: f32[]) -> (loss: f32[], renewed.mean: f32[4]) {
//     …
//     %10 = mul(%7, %share) : f32[]
//     %11 = broadcast(%share) {shape = [4], axes = []} : f32[4]
//     %12 = mul(%9, %11) : f32[4]
//     return %10, %12
//   }

extension Pass {
  /// What the names of results begin with that are a micro-batch's part of a state's new value.
  package static let renewedPrefix = "renewed."

  package static let weighMicroBatch = Pass(
    "weigh-micro-batch", "multiplies the loss and new states by the input %share, a micro-batch's share of the samples"
  ) { graph in
    guard graph.result(named: StepNames.loss) != nil else {
      throw MartletError(
        PassErrorCode.noLoss, "graph @\(graph.name) has no result named 'loss' to weigh",
        advice: "Name the scalar to minimise: … -> (loss: f32[]).")
    }
    let others = Graph(
      name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: [])
    return try others.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      // A parameter of the model may have the name.
      let share = try builder.parameter(
        StepNames.free(StepNames.share) { graph.parameterIndex(named: $0) != nil }, .input, TensorType(.f32, []))
      for result in graph.results {
        let value = mapped[result.value.id]
        let (type, isState) = (builder.type(of: value), graph.parameterIndex(named: result.name) != nil)
        let name = isState ? renewedPrefix + result.name : result.name
        guard isState || result.name == StepNames.loss, type.dtype.isFloatingPoint else {
          builder.result(name, value)
          continue
        }
        builder.origin = Origin(layer: StepNames.loss)
        let own = try builder.convert(share, to: type.dtype)
        let factor = type.shape.rank == 0 ? own : try builder.broadcast(own, type.shape, axes: [])
        builder.result(name, try builder.multiply(value, factor))
      }
      builder.origin = nil
    }
  }
}
