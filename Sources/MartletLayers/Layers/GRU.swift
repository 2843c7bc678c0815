import MartletCore
import MartletGraph

/// A gated recurrent unit over sequences `[N, T, inputs]` [torch.nn.GRU with batch_first=True]. The parameters are PyTorch's, as those of
/// `LSTM`, with the rows of the reset, update and new gate in this order.
/// Source: K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
public struct GRU: RecurrentLayer {
  package let shape: RecurrentShape
  package let mark: LayerIdentity
  package static let gates = 3
  package static let stateNames = ["hidden"]

  /// The arguments, the results of a call and what it throws are those of `LSTM`.
  public init(
    _ inputs: Int, _ features: Int, layers: Int = 1, isBidirectional: Bool = false, file: String = #fileID, line: Int = #line
  ) {
    shape = RecurrentShape(inputs: inputs, features: features, layers: layers, isBidirectional: isBidirectional)
    mark = LayerIdentity(file, line)
  }

  /// The hidden states of all steps, and those after the last one, `[layers * directions, N, features]`. `initial` are those before the first
  /// step; zeros unless given. Throws as the call.
  public func states(_ input: Tensor, from initial: Tensor? = nil) throws -> (output: Tensor, hidden: Tensor) {
    let (output, states) = try sequence(input, initial: initial.map { [$0] })
    return (output, states[0])
  }

  package func step(
    _ builder: GraphBuilder, states: [Value], input: Value, hidden: Value, gate: (Value, Int) throws -> Value
  ) throws -> [Value] {
    let reset = try builder.sigmoid(builder.add(gate(input, 0), gate(hidden, 0)))
    let update = try builder.sigmoid(builder.add(gate(input, 1), gate(hidden, 1)))
    let candidate = try builder.hyperbolicTangent(builder.add(gate(input, 2), builder.multiply(reset, gate(hidden, 2))))
    // (1 - z) n + z h, as n + z (h - n).
    return [try builder.add(candidate, builder.multiply(update, builder.subtract(states[0], candidate)))]
  }
}
