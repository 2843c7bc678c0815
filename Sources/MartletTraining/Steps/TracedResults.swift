import MartletCore
import MartletGraph
import MartletLayers

/// What the function of a step returns: a `Tensor`, or several under names.
package protocol TracedResults {
  /// `fallback` is the name of a result that has none.
  func named(_ fallback: String) -> [(name: String, value: Tensor)]
}

extension Tensor: TracedResults {
  package func named(_ fallback: String) -> [(name: String, value: Tensor)] { [(fallback, self)] }
}

/// The loss of a training step, and what is to come back beside it: `StepResult(loss: loss, ["accuracy": accuracy, "logits": logits])`.
package struct StepResult: TracedResults {
  package var loss: Tensor
  package var others: [(name: String, value: Tensor)]

  /// `loss` is a scalar f32 or f64. The others have any type.
  package init(loss: Tensor, _ others: KeyValuePairs<String, Tensor> = [:]) {
    self.loss = loss
    self.others = others.map { ($0.key, $0.value) }
  }

  package func named(_ fallback: String) -> [(name: String, value: Tensor)] { [("loss", loss)] + others }
}

/// Several results of a `Function`: `NamedTensors(["mean": mean, "deviation": deviation])`.
package struct NamedTensors: TracedResults {
  package var tensors: [(name: String, value: Tensor)]

  package init(_ tensors: KeyValuePairs<String, Tensor>) { self.tensors = tensors.map { ($0.key, $0.value) } }

  package func named(_ fallback: String) -> [(name: String, value: Tensor)] { tensors }
}

/// The numbers of all results of one call, by name; watched values are among them.
package struct ResultValues: Sendable {
  package let tensors: [(name: String, tensor: HostTensor)]

  init(_ tensors: [(name: String, tensor: HostTensor)]) { self.tensors = tensors }

  package subscript(name: String) -> HostTensor? { tensors.first { $0.name == name }?.tensor }

  /// The first element of a result as a number; nil where there is no such result, or no element.
  package func number(_ name: String) -> Double? { self[name]?.numbers.first }
}
