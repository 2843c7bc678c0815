import Glibc
import MartletCore
import MartletLayers

/// Lets a language model write: takes a text token by token, and gives the logits of what follows.
///
/// A model has a window of so many tokens. When it is full, the first half of it is forgotten and the rest read again.
package final class TextGenerator {
  private let window: Int
  private let vocabulary: Int
  /// One token with what is kept of those before it; nil where whole windows are computed.
  private let step: Function?
  private let whole: Function?
  private var states: [HostTensor] = []
  private let stateTypes: [TensorType]
  /// The tokens that the model sees.
  private var tokens: [Int32] = []

  /// A model that is no `LanguageModel` keeps nothing. `keepsStates` false: the whole window is computed for each token, which is slower and
  /// gives the same numbers up to rounding. Throws M1321 for a model that takes no windows of tokens.
  package init(_ model: any Model, _ variables: Variables, keepsStates: Bool = true) throws {
    let samples = model.samples
    guard let window = samples.window, window > 0 else {
      throw MartletError(
        UsageErrorCode.noLanguageModel,
        "the model takes \(samples.input) and gives \(samples.target): it predicts no token behind each token of a text")
    }
    self.window = window
    vocabulary = samples.outputs
    if keepsStates, let model = model as? any LanguageModel {
      stateTypes = model.decodingStates(positions: window)
      let inputs =
        [InputSpecification.i32(1, 1).withoutBatch, .i32(1).withoutBatch]
        + stateTypes.map { InputSpecification($0.dtype, $0.shape, hasBatch: false) }
      step = try Function(variables, inputs: inputs) { tensors in
        let (logits, states) = try model.decode(tensors[0], position: tensors[1], Array(tensors[2...]))
        return Decoded(logits: logits, states: states)
      }
      whole = nil
    } else {
      stateTypes = []
      step = nil
      whole = try Function(variables, inputs: .i32(1, window)) { try model($0) }
    }
    forget()
  }

  /// Several results under numbers.
  private struct Decoded: TracedResults {
    var logits: Tensor
    var states: [Tensor]

    func named(_ fallback: String) -> [(name: String, value: Tensor)] {
      [("logits", logits)] + states.enumerated().map { ("state\($0.offset)", $0.element) }
    }
  }

  private func forget() {
    tokens = []
    states = stateTypes.map { HostTensor(repeating: 0, $0) }
  }

  /// The logits of the token behind this one, in the order of the vocabulary. Throws M804 for a token that the model does not have.
  package func append(_ token: Int32) throws -> [Float] {
    if tokens.count == window {
      let kept = Array(tokens.suffix(window / 2))
      forget()
      if step != nil { for token in kept { _ = try read(token) } } else { tokens = kept }
    }
    return try read(token)
  }

  private func read(_ token: Int32) throws -> [Float] {
    let position = Int32(tokens.count)
    tokens.append(token)
    if let step {
      let inputs: [any InputData] = [HostTensor([1, 1], [token]), HostTensor([1], [position])] + states
      let results = try step.results(inputs).tensors.map(\.tensor)
      states = Array(results.dropFirst())
      return try logits(results.first)
    }
    let padded = tokens + [Int32](repeating: 0, count: window - tokens.count)
    let all = try logits(whole?.results([HostTensor([1, window], padded)]).tensors.first?.tensor)
    return Array(all[(tokens.count - 1) * vocabulary..<tokens.count * vocabulary])
  }

  private func logits(_ tensor: HostTensor?) throws -> [Float] {
    let tensor = try TrainingSession.required(tensor, "logits")
    return try TrainingSession.required(tensor.converted(to: .f32).elements(as: Float.self), "logits in f32")
  }
}

/// Chooses tokens by their logits.
package struct TokenSampler {
  private let temperature: Double
  private var generator: PyTorchGenerator

  /// With the temperature 0 the most likely token is chosen; otherwise one at random, with probabilities that are the softmax of the logits
  /// divided by the temperature.
  package init(temperature: Double, seed: UInt64) {
    self.temperature = temperature
    generator = PyTorchGenerator(seed: seed)
  }

  /// The number of a token. Throws M1322 where a logit is no number.
  package mutating func choose(_ logits: [Float]) throws -> Int32 {
    guard let highest = logits.max(), logits.allSatisfy({ !$0.isNaN }), highest.isFinite else {
      throw MartletError(
        UsageErrorCode.logitsAreNoNumbers, "the model gives logits that are not finite",
        advice: "The checkpoint's numbers are damaged, or it was trained to divergence.")
    }
    guard temperature > 0 else { return Int32(truncatingIfNeeded: logits.firstIndex(of: highest) ?? 0) }
    let weights = logits.map { exp((Double($0) - Double(highest)) / temperature) }
    var draw = Double(generator.uniform(0, 1)) * weights.reduce(0, +)
    for (token, weight) in weights.enumerated() {
      draw -= weight
      if draw < 0 { return Int32(truncatingIfNeeded: token) }
    }
    return Int32(truncatingIfNeeded: logits.lastIndex { $0 > -.infinity } ?? 0)
  }
}
