import MartletCore

/// The entries of each sample's own table along its last axis, which becomes the axes of the sample's indices: of a table `[N, C, K]` at indices
/// `i32[N, H, W]`, a result `[N, C, H, W]` [torch.take_along_dim, with flattened indices expanded over the middle axes].
///
/// An index out of range gives the nearest entry. Unlike `gather` of a flattened table, a sample reads no other one: the operation runs sample
/// by sample.
package struct BatchGather: TensorOperation {
  package static let mnemonic = "batch_gather"
  package static var samples: [OperationSample] {
    [([3, 2, 7], [3, 5]), ([4, 9], [4, 3, 2]), ([2, 2, 3, 5], [2, 8]), ([6, 4], [6]), ([1, 1, 1], [1, 1])].map {
      (table: [Int], indices: [Int]) in
      OperationSample(
        BatchGather(),
        [
          (TensorType(.f32, Shape(table)), .uniform(-2, 2)), (TensorType(.i32, Shape(indices)), .integers(0, table[table.count - 1])),
        ])
    }
  }

  package init() {}
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    let (table, indices) = (operands[0].shape, operands[1])
    guard table.rank >= 2, table[table.rank - 1] > 0, indices.dtype == .i32, indices.shape.rank >= 1, indices.shape[0] == table[0] else {
      throw invalid(
        "expected a table [N, …, K] with at least one entry and indices i32[N, …], found \(operands[0]) and \(indices)",
        advice: "Both have the samples along axis 0; the entries are along the last axis of the table.")
    }
    return [TensorType(operands[0].dtype, Shape(table.extents.dropLast() + indices.shape.extents.dropFirst()))]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .differentiable : .zeroDerivative }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let (table, indices) = (builder.type(of: context.operands[0]), context.operands[1])
    let (samples, entries) = (table.shape[0], table.shape[table.shape.rank - 1])
    let middle = table.shape.extents[1..<table.shape.rank - 1].reduce(1, *)
    // A product with one row for each index, which is 1 at the entry it reads.
    let low = try builder.constant(0, like: indices)
    let high = try builder.constant(Double(entries - 1), like: indices)
    let count = builder.shape(of: indices).extents.dropFirst().reduce(1, *)
    let clamped = try builder.reshape(builder.minimum(builder.maximum(indices, low), high), [samples, count])
    let rows = try builder.oneHot(clamped, classes: entries, table.dtype)
    let adjoint = try builder.reshape(context.adjoint(), [samples, middle, count])
    return [try builder.reshape(builder.matrixMultiply(adjoint, rows), table.shape), nil]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (table, strides) = (operands[0].shape, operands[0].shape.strides)
    let indices: [Int32] = try Evaluation.elements(operands[1])
    let (indexStrides, entries) = (operands[1].shape.strides, table[table.rank - 1])
    return [
      Evaluation.gather(operands[0], try resultTypes(operands.map(\.type))[0].shape) { index in
        let position = zip(BatchGather.ofIndices(index, table), indexStrides).reduce(0) { $0 + $1.0 * $1.1 }
        let entry = min(max(Int(indices[position]), 0), entries - 1)
        return zip(index[..<(table.rank - 1)] + [entry], strides).reduce(0) { $0 + $1.0 * $1.1 }
      }
    ]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let table = context.operandTypes[0].shape
    let entry = try context.read(1, BatchGather.ofIndices(index, table))
    return [try context.withDataIndex(entry, below: table[table.rank - 1]) { try context.read(0, index[..<(table.rank - 1)] + [$0]) }]
  }

  /// Of an index of the result, the part that the indices have: the sample, then what follows the table's other axes.
  private static func ofIndices<Position>(_ index: [Position], _ table: Shape) -> [Position] { [index[0]] + index[(table.rank - 1)...] }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The entries of each sample's table `[N, …, K]` along its last axis, at indices `i32[N, …]`.
  package func batchGather(_ table: Value, _ indices: Value) throws -> Value { try add(BatchGather(), table, indices) }
}
