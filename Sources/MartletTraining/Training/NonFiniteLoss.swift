import MartletCore
import MartletGraph
import MartletRuntime

/// What becomes of a training run whose loss is not finite.
public enum NonFinitePolicy: String, CaseIterable, Hashable, Sendable {
  /// The step updates nothing, and the run ends with an error that names the operation.
  case stop
  /// The run says so and goes on.
  case warn
  /// The run goes on, as PyTorch does.
  case ignore
}

/// A loss that is not finite, and where that began.
package struct NonFiniteLoss: Sendable {
  /// The whole step before simplification and fusion: its operations are those of the layers.
  package var graph: Graph
  /// Nil when the reference meaning of the operations gives a finite loss.
  package var origin: NonFiniteOrigin?

  package init(graph: Graph, origin: NonFiniteOrigin?) {
    self.graph = graph
    self.origin = origin
  }

  /// Replays a step that updated nothing: `graph` is the step before simplification and fusion, `executable` its compiled form, which ran with
  /// these arguments.
  init(of graph: Graph, _ executable: any Executable, _ arguments: [any DeviceBuffer]) throws {
    // The executable's parameters are those of this graph, for passes keep them.
    let held = Dictionary(zip(executable.parameters.map(\.name), arguments), uniquingKeysWith: { first, _ in first })
    let numbers = try graph.parameters.map { parameter in
      try TrainingSession.required(held[parameter.name], "a parameter %\(parameter.name) in its compiled form").read()
    }
    let loss = try TrainingSession.required(graph.result(named: StepNames.loss), "a result loss")
    self.init(graph: graph, origin: try withFlushToZero { try graph.nonFiniteOrigin(of: loss, numbers) })
  }

  /// The error that ends a run. `kept` says what the checkpoint holds.
  package func error(_ loss: Float, epoch: Int, step: Int, kept: String) -> MartletError {
    let (cause, location) = describedOrigin()
    return MartletError(
      TrainingErrorCode.nonFiniteLoss,
      "the loss of epoch \(epoch), step \(step) is \(NumberText.unsignedNaN(loss)): \(cause). The step updated nothing; \(kept)",
      at: location)
  }

  /// The error of a step of one's own loop.
  func error(_ loss: Float, step: Int) -> MartletError {
    let (cause, location) = describedOrigin()
    return MartletError(
      TrainingErrorCode.nonFiniteLoss,
      "the loss of step \(step) is \(NumberText.unsignedNaN(loss)): \(cause). The step updated nothing", at: location)
  }

  private func describedOrigin() -> (String, SourcePosition?) {
    guard let origin else {
      return ("the interpreter finds a finite loss for this step, so rounding or the order of sums in the compiled kernels decides", nil)
    }
    let name = graph.printedNames[origin.value.id]
    let element = origin.element.isEmpty ? "it" : "its element [\(origin.element.map(String.init).joined(separator: ", "))]"
    let number = NumberText.unsignedNaN(origin.number)
    guard let node = graph.producer(of: origin.value) else {
      let role = graph.parameters[origin.value.id].role
      let maker = role == .input ? "as it was given" : "after the update of the step before"
      return ("the \(role.rawValue) %\(name) is not finite \(maker): \(element) is \(number)", nil)
    }
    let layer = node.origin?.layer.map { " of layer \($0)" } ?? ""
    return (
      "the first operation whose result is not finite is %\(name) = \(node.mnemonic)\(layer): \(element) is \(number), all operands are finite",
      node.origin?.location
    )
  }
}
