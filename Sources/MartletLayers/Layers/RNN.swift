import MartletCore
import MartletGraph

/// A recurrent layer with a hyperbolic tangent, over sequences `[N, T, inputs]` [torch.nn.RNN with batch_first=True]. The parameters are
/// PyTorch's, as those of `LSTM`, with one block of rows.
public struct RNN: RecurrentLayer {
  package let shape: RecurrentShape
  package let mark: LayerIdentity
  package static let gates = 1
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
    [try builder.hyperbolicTangent(builder.add(input, hidden))]
  }
}
