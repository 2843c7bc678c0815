import MartletCore
import MartletGraph
import MartletLayers

/// The result of the function of a step: a `Tensor`, or several with names.
public protocol TracedResults {
  /// `fallback` is the name of a result that has none.
  func named(_ fallback: String) -> [(name: String, value: Tensor)]
}

/// What the results of this module state for `TracedResults`, under a name of the package: steps alone call it.
package protocol BuiltInResults: TracedResults {
  /// `named(_:)`.
  func list(_ fallback: String) -> [(name: String, value: Tensor)]
}

extension BuiltInResults {
  /// The results in order, each with its name.
  public func named(_ fallback: String) -> [(name: String, value: Tensor)] { list(fallback) }
}

extension Tensor: TracedResults, BuiltInResults {
  package func list(_ fallback: String) -> [(name: String, value: Tensor)] { [(fallback, self)] }
}

/// The loss of a training step, and other results to return: `StepResult(loss: loss, ["accuracy": accuracy, "logits": logits])`.
public struct StepResult: TracedResults, BuiltInResults {
  package var loss: Tensor
  package var others: [(name: String, value: Tensor)]

  /// `loss` is a scalar f32 or f64. The others have any type.
  public init(loss: Tensor, _ others: KeyValuePairs<String, Tensor> = [:]) {
    self.loss = loss
    self.others = others.map { ($0.key, $0.value) }
  }

  package func list(_ fallback: String) -> [(name: String, value: Tensor)] { [(StepNames.loss, loss)] + others }
}

/// Several results of a `Function`: `NamedTensors(["mean": mean, "deviation": deviation])`.
public struct NamedTensors: TracedResults, BuiltInResults {
  package var tensors: [(name: String, value: Tensor)]

  /// Tensors of any types; their order is that of `ResultValues`. Making the function throws M1501 for two of one name.
  public init(_ tensors: KeyValuePairs<String, Tensor>) { self.tensors = tensors.map { ($0.key, $0.value) } }

  package func list(_ fallback: String) -> [(name: String, value: Tensor)] { tensors }
}

/// The numbers of all results of one call, by name; watched values are among them.
public struct ResultValues: Sendable {
  /// All results in order, then the watched values.
  public let tensors: [(name: String, tensor: HostTensor)]

  init(_ tensors: [(name: String, tensor: HostTensor)]) { self.tensors = tensors }

  /// The numbers of a result; nil where there is none of this name.
  public subscript(name: String) -> HostTensor? { tensors.first { $0.name == name }?.tensor }

  /// The first element of a result as a number; nil where there is no such result, or no element.
  public func number(_ name: String) -> Double? { self[name]?.numbers.first }
}
