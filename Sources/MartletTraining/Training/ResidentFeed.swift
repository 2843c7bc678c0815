import MartletCore
import MartletGraph

/// A training step that takes its batch from a data set which stays on the device: between two steps the host copies nothing and waits for
/// nothing.
///
/// The step's inputs become rows of tables, looked up by a counter that the step itself moves on; the losses gather in a table too.
///
///     input %images: u8[64, 1, 28, 28]   =>   %3 = gather(%feed.order, %feed.step) {clamp = true} : i32[64]
///                                             %4 = gather(%feed.images, %3) {clamp = true} : u8[64, 1, 28, 28]
enum ResidentFeed {
  /// The row of the next step in the tables, from 0.
  static let step = "feed.step"
  /// The loss of each step.
  static let losses = "feed.losses"
  /// The samples of each step, by number.
  static let order = "feed.order"
  static let images = "feed.images"
  static let labels = "feed.labels"
  static let rates = "feed.learning_rates"
  static let keys = "feed.random_keys"

  /// The rows that the host writes are in range: nothing has to be compared.
  private static let inRange = Gather(clamps: true)

  /// The step for a set of `samples` and tables of `steps`. Throws what building a graph throws.
  static func graph(_ graph: Graph, samples: Int, steps: Int) throws -> Graph {
    let builder = GraphBuilder(name: graph.name)
    builder.origin = Origin(layer: "feed")
    let counter = try builder.parameter(step, .state, TensorType(.i32, []))
    let table = try builder.parameter(losses, .state, TensorType(.f32, [steps]))
    guard let batch = graph.parameters.first(where: { $0.name == StepNames.target })?.type.shape[0] else {
      throw MartletError(TrainingErrorCode.inconsistentGraph, "the graph needs an input labels, and there is none")
    }
    let chosen = try builder.add(
      inRange, builder.parameter(order, .input, TensorType(.i32, [steps, batch])), counter)
    func fed(_ parameter: Graph.Parameter) throws -> Value? {
      let type = parameter.type
      func rows(_ name: String, of count: Int, _ extents: [Int]) throws -> Value {
        try builder.parameter(name, .input, TensorType(type.dtype, Shape([count] + extents)))
      }
      switch parameter.name {
      case StepNames.input: return try builder.add(inRange, rows(images, of: samples, Array(type.shape.extents.dropFirst())), chosen)
      case StepNames.target: return try builder.add(inRange, rows(labels, of: samples, Array(type.shape.extents.dropFirst())), chosen)
      case StepNames.learningRate: return try builder.add(inRange, rows(rates, of: steps, []), counter)
      case StepNames.randomKey: return try builder.add(inRange, rows(keys, of: steps, type.shape.extents), counter)
      default: return nil
      }
    }
    var mapped: [Value] = []
    for parameter in graph.parameters {
      let own = parameter.role == .input ? try fed(parameter) : nil
      mapped.append(try own ?? builder.parameter(parameter))
    }
    for node in graph.nodes {
      builder.origin = node.origin
      mapped += try builder.add(node.operation, node.operands.map { mapped[$0.id] })
    }
    builder.origin = Origin(layer: "feed")
    for result in graph.results { builder.result(result.name, mapped[result.value.id]) }
    guard let loss = graph.result(named: StepNames.loss) else {
      throw MartletError(TrainingErrorCode.inconsistentGraph, "the graph needs a result loss, and there is none")
    }
    let row = try builder.reshape(builder.add(OneHot(classes: steps), builder.reshape(counter, [1])), [steps])
    let isOwn = try builder.add(Compare(.gt), row, builder.constant(0.5, like: row))
    let own = try builder.broadcast(mapped[loss.id], [steps], axes: [])
    builder.result(losses, try builder.add(Select(), isOwn, own, table))
    // Behind the last row comes the first one again: the host fills some rows while the device works through the others.
    let next = try builder.add(counter, builder.constant(1, like: counter))
    let isBehind = try builder.add(Compare(.gt), next, builder.constant(Double(steps - 1), like: counter))
    builder.result(step, try builder.add(Select(), isBehind, builder.constant(0, like: counter), next))
    return try builder.finish()
  }
}
