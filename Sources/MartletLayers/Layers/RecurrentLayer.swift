import MartletCore
import MartletGraph

/// What LSTM, GRU and RNN share: the parameters of each layer and direction under PyTorch's names, and the loop over the steps.
package protocol RecurrentLayer: BuiltInLayer {
  /// Numbers of features of the input and of a hidden state, of layers on top of each other, and whether each runs in both directions.
  var shape: RecurrentShape { get }
  /// How many blocks of rows, each as many as hidden features, the weights have.
  static var gates: Int { get }
  /// The names of the carried values, the hidden state first.
  static var stateNames: [String] { get }
  /// The carried values after a step. `input` and `hidden` are the products with the weights of both, with their biases, `[N, gates * features]`.
  func step(_ builder: GraphBuilder, states: [Value], input: Value, hidden: Value, gate: (Value, Int) throws -> Value) throws -> [Value]
}

/// The sizes of a recurrent layer.
package struct RecurrentShape: Hashable, Sendable {
  package var inputs: Int
  package var features: Int
  package var layers: Int
  package var isBidirectional: Bool

  package var directions: Int { isBidirectional ? 2 : 1 }
}

extension RecurrentLayer {
  package var title: String {
    let layers = shape.layers == 1 ? "" : ", num_layers=\(shape.layers)"
    return
      "\(Self.self)(\(shape.inputs), \(shape.features)\(layers), batch_first=True\(shape.isBidirectional ? ", bidirectional=True" : ""))"
  }

  /// Uniform within `1 / sqrt(features)`, drawn in PyTorch's order [torch.nn.LSTM].
  package var specifications: [ParameterSpecification] {
    let features = max(shape.features, 1)
    let bound = ParameterSpecification.Initializer.uniform(bound: 1 / Double(features).squareRoot())
    let rows = Self.gates * features
    return (0..<max(shape.layers, 0)).flatMap { layer in
      (0..<shape.directions).flatMap { direction in
        let end = suffix(layer, direction)
        let inputs = layer == 0 ? max(shape.inputs, 1) : shape.directions * features
        return [
          ParameterSpecification("weight_ih\(end)", [rows, inputs], bound),
          ParameterSpecification("weight_hh\(end)", [rows, features], bound),
          ParameterSpecification("bias_ih\(end)", [rows], bound), ParameterSpecification("bias_hh\(end)", [rows], bound),
        ]
      }
    }
  }

  private func suffix(_ layer: Int, _ direction: Int) -> String { "_l\(layer)\(direction == 1 ? "_reverse" : "")" }

  package func output(_ input: Tensor) throws -> Tensor { try sequence(input, initial: nil).output }

  /// The hidden states of the last layer, `[N, T, directions * features]`, and the carried values after the last step, each `[layers *
  /// directions, N, features]`. Without initial ones they begin with zeros.
  package func sequence(_ input: Tensor, initial: [Tensor]?) throws -> (output: Tensor, states: [Tensor]) {
    var states: [Tensor] = []
    let output = try input.tracer.call(self, input) { input in
      guard shape.inputs > 0, shape.features > 0, shape.layers > 0 else {
        throw MartletError(
          LayerErrorCode.configuration,
          "inputs, features and layers must be positive, found \(shape.inputs), \(shape.features) and \(shape.layers)")
      }
      guard input.shape.rank == 3, input.shape[2] == shape.inputs, input.type.dtype.isFloatingPoint else {
        throw MartletError(LayerErrorCode.inputShape, "expected sequences [N, T, \(shape.inputs)], found \(input.type)")
      }
      let expected = TensorType(input.type.dtype, [shape.layers * shape.directions, input.shape[0], shape.features])
      if let initial, initial.contains(where: { $0.type != expected }) {
        throw MartletError(
          LayerErrorCode.inputShape, "expected initial states \(expected), found \(initial.map { "\($0.type)" }.joined(separator: ", "))")
      }
      var last = Self.stateNames.map { _ in [Tensor]() }
      var sequence = input
      for layer in 0..<shape.layers {
        let parts = try (0..<shape.directions).map { direction in
          let number = layer * shape.directions + direction
          let begin = try Self.stateNames.indices.map { try self.state(initial?[$0], number, input) }
          let made = try run(sequence, layer, direction, begin)
          for (position, state) in made.carried.enumerated() { last[position].append(state) }
          return made.stacked[0]
        }
        // [T, N, features] of both directions side by side.
        let joined = parts.count == 1 ? parts[0] : try parts[0].concatenated([parts[1]], axis: 2)
        sequence = try joined.transposed([1, 0, 2])
      }
      states = try last.map { parts in
        let rows = try parts.map { try $0.reshaped(Shape([1] + $0.shape.extents)) }
        return rows.count == 1 ? rows[0] : try rows[0].concatenated(Array(rows.dropFirst()), axis: 0)
      }
      return sequence.value
    }
    return (output, states)
  }

  /// A layer's part of the initial values, `[N, features]`; zeros without some.
  private func state(_ initial: Tensor?, _ number: Int, _ input: Tensor) throws -> Tensor {
    let type = TensorType(input.type.dtype, [input.shape[0], shape.features])
    guard let initial else {
      return Tensor(try input.tracer.builder.add(Constant(0, type)), input.tracer, History("state"))
    }
    return try initial.slice(starts: [number, 0, 0], limits: [number + 1, type.shape[0], type.shape[1]]).reshaped(type.shape)
  }

  /// One layer in one direction. The products with the input's weights are computed for all steps before the loop.
  private func run(_ sequence: Tensor, _ layer: Int, _ direction: Int, _ initial: [Tensor]) throws -> ScanStep {
    let end = suffix(layer, direction)
    func parameter(_ name: String) throws -> Tensor { try sequence.parameter(name + end, of: self) }
    let (samples, steps) = (sequence.shape[0], sequence.shape[1])
    let rows = Self.gates * shape.features
    let projected =
      try sequence.reshaped([samples * steps, sequence.shape[2]])
      .matrixMultiply(parameter("weight_ih"), transposeRight: true) + parameter("bias_ih")
    let (weight, bias) = (try parameter("weight_hh"), try parameter("bias_hh"))
    return try projected.reshaped([samples, steps, rows]).transposed([1, 0, 2]).scan(initial, isReversed: direction == 1) { states, input in
      let builder = input.tracer.builder
      let hidden = try builder.addBias(builder.matrixMultiply(states[0].value, weight.value, transposeRHS: true), bias.value)
      let made = try step(builder, states: states.map(\.value), input: input.value, hidden: hidden) { value, number in
        try builder.slice(value, starts: [0, number * shape.features], limits: [samples, (number + 1) * shape.features])
      }
      let tensors = made.map { Tensor($0, input.tracer, input.history) }
      return ScanStep(carried: tensors, stacked: [tensors[0]])
    }
  }
}
