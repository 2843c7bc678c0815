import MartletCore
import MartletGraph

/// The rows of a trained table `[entries, features]` at i32 indices, which become the axes before the last [torch.nn.Embedding].
public struct Embedding: PrimitiveLayer, BuiltInLayer {
  package let entries: Int
  package let features: Int
  package let mark: LayerIdentity

  /// Takes i32 indices of any shape, each from 0 to below `entries`, and adds a last axis of `features`. The parameter is `weight`
  /// `[entries, features]`, normally distributed at first. A call throws M401 unless both are positive, M402 for indices of another type.
  public init(_ entries: Int, _ features: Int, file: String = #fileID, line: Int = #line) {
    (self.entries, self.features) = (entries, features)
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] { [.table(entries, features)] }

  package var title: String { "Embedding(\(entries), \(features))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard entries > 0, features > 0 else {
        throw MartletError(LayerErrorCode.configuration, "entries and features must be positive, found \(entries) and \(features)")
      }
      guard input.type.dtype == .i32 else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected i32 indices, found \(input.type)",
          advice: "A model whose bytes are indices says so: var inputEncoding: InputEncoding { .indices }.")
      }
      return try input.tracer.builder.gather(input.tracer.parameter(self, "weight"), input.value)
    }
  }

  /// The product of each row of `[…, features]` with each entry of the table: `[…, entries]`, the logits of a language model whose output has
  /// the weights of its embedding [x @ embedding.weight.T]. The table is one parameter, to which both uses add gradients. Throws M402 for other
  /// rows.
  public func scores(_ rows: Tensor) throws -> Tensor {
    try rows.tracer.call(self, rows) { rows in
      guard rows.shape.rank >= 2, rows.shape.extents.last == features, rows.type.dtype.isFloatingPoint else {
        throw MartletError(LayerErrorCode.inputShape, "expected rows of \(features) features, found \(rows.type)")
      }
      let builder = rows.tracer.builder
      let outer = Array(rows.shape.extents.dropLast())
      let matrix = outer.count == 1 ? rows.value : try builder.reshape(rows.value, [outer.reduce(1, *), features])
      let product = try builder.matrixMultiply(matrix, rows.tracer.parameter(self, "weight"), transposeRHS: true)
      return outer.count == 1 ? product : try builder.reshape(product, Shape(outer + [entries]))
    }
  }
}

/// Adds a trained row to each position of `[N, positions, features]`: `x + embedding.weight` with a torch.nn.Embedding.
/// Source: A. Vaswani et al., "Attention Is All You Need", 2017, section 3.5 (the learned variant).
public struct PositionEmbedding: PrimitiveLayer, BuiltInLayer {
  package let positions: Int
  package let features: Int
  package let mark: LayerIdentity

  /// Takes sequences `[N, positions, features]`; a call throws M402 for another shape. The parameter is `weight` `[positions, features]`,
  /// normally distributed at first.
  public init(_ positions: Int, _ features: Int, file: String = #fileID, line: Int = #line) {
    (self.positions, self.features) = (positions, features)
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] { [.table(positions, features)] }

  package var title: String { "PositionEmbedding(\(positions), \(features))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard input.shape.rank == 3, input.shape[1] == positions, input.shape[2] == features else {
        throw MartletError(LayerErrorCode.inputShape, "expected sequences [N, \(positions), \(features)], found \(input.shape)")
      }
      let builder = input.tracer.builder
      return try builder.add(input.value, builder.broadcast(input.tracer.parameter(self, "weight"), input.shape, axes: [1, 2]))
    }
  }
}
