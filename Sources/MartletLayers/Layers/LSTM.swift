import MartletCore
import MartletGraph

/// A long short-term memory over sequences `[N, T, inputs]` [torch.nn.LSTM with batch_first=True]. The parameters are PyTorch's:
/// `weight_ih_l0` `[4 * features, inputs]`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with the rows of the input, forget, cell and output
/// gate in this order, and `_reverse` behind those of the other direction. One step stands in the graph, however long sequences are.
/// Source: S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", 1997.
public struct LSTM: RecurrentLayer {
  package let shape: RecurrentShape
  package let mark: LayerIdentity
  package static let gates = 4
  package static let stateNames = ["hidden", "cell"]

  /// `features` is the size of a hidden state; `layers` stand on top of each other. With `isBidirectional` a second loop reads each sequence
  /// from its end. A call gives the hidden states of all steps, `[N, T, features]` or `[N, T, 2 * features]`; it throws M401 unless all numbers are
  /// positive, M402 for an input of another shape.
  public init(
    _ inputs: Int, _ features: Int, layers: Int = 1, isBidirectional: Bool = false, file: String = #fileID, line: Int = #line
  ) {
    shape = RecurrentShape(inputs: inputs, features: features, layers: layers, isBidirectional: isBidirectional)
    mark = LayerIdentity(file, line)
  }

  /// The hidden states of all steps, and the hidden and cell states after the last one, each `[layers * directions, N, features]`. `initial`
  /// are those before the first step; zeros unless given. Throws as the call.
  public func states(
    _ input: Tensor, from initial: (hidden: Tensor, cell: Tensor)? = nil
  ) throws -> (output: Tensor, hidden: Tensor, cell: Tensor) {
    let (output, states) = try sequence(input, initial: initial.map { [$0.hidden, $0.cell] })
    return (output, states[0], states[1])
  }

  package func step(
    _ builder: GraphBuilder, states: [Value], input: Value, hidden: Value, gate: (Value, Int) throws -> Value
  ) throws -> [Value] {
    let sum = try builder.add(input, hidden)
    let (inputGate, forgetGate) = (try builder.sigmoid(gate(sum, 0)), try builder.sigmoid(gate(sum, 1)))
    let (candidate, outputGate) = (try builder.hyperbolicTangent(gate(sum, 2)), try builder.sigmoid(gate(sum, 3)))
    let cell = try builder.add(builder.multiply(forgetGate, states[1]), builder.multiply(inputGate, candidate))
    return [try builder.multiply(outputGate, builder.hyperbolicTangent(cell)), cell]
  }
}
