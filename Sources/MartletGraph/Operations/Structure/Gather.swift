import MartletCore

/// The entries of a table at i32 indices along an axis [torch.embedding; torch.index_select]: that axis becomes the axes of the indices.
///
/// An index out of range that the graph computes gives NaN, in integers and booleans 0; with `clamp` it gives the nearest entry, for indices
/// that are known to be in range.
package struct Gather: TensorOperation {
  package static let mnemonic = "gather"
  package static var samples: [OperationSample] {
    [([7, 5], [4], 0), ([7, 3], [2, 5], 0), ([3, 6, 4], [5], 1), ([9], [], 0), ([4, 5], [3, 2], 1)].map {
      (table: [Int], indices: [Int], axis: Int) in
      OperationSample(
        Gather(axis: axis),
        [(TensorType(.f32, Shape(table)), .uniform(-2, 2)), (TensorType(.i32, Shape(indices)), .integers(0, table[axis]))])
    } + [OperationSample(Gather(clamps: true), [(TensorType(.f32, [7, 5]), .uniform(-2, 2)), (TensorType(.i32, [4]), .integers(0, 7))])]
  }

  package let axis: Int
  package let clamps: Bool

  package init(axis: Int = 0, clamps: Bool = false) { (self.axis, self.clamps) = (axis, clamps) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    axis = try attributes.integer("axis", default: 0)
    clamps = try attributes.flag("clamp", default: false)
  }

  package var attributes: [Attribute] {
    Attribute.unlessDefault("axis", .integer(axis), .integer(0)) + Attribute.unlessDefault("clamp", .flag(clamps), .flag(false))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    let (table, indices) = (operands[0].shape, operands[1])
    guard indices.dtype == .i32 else { throw invalid("expected i32 indices, found \(indices)", advice: "Convert the indices to i32.") }
    guard table.extents.indices.contains(axis), table[axis] > 0 else {
      throw invalid(
        "axis \(axis) must be an axis of the table \(table), of at least one entry",
        advice: table.extents.indices.contains(axis) ? "An empty table has no entry: give at least one." : axes(of: table))
    }
    return [TensorType(operands[0].dtype, Shape(Array(table.extents[..<axis]) + indices.shape.extents + table.extents[(axis + 1)...]))]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .differentiable : .zeroDerivative }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    // What was out of range has no gradient: scatter_add drops it. A clamped index is one that is in range anyway.
    let base = try context.builder.constant(0, like: context.operands[0])
    return [try context.builder.scatterAdd(base, context.operands[1], context.adjoint(), axis: axis), nil]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let table = operands[0].shape
    let indices: [Int32] = try Evaluation.elements(operands[1])
    let shape = try resultTypes(operands.map(\.type))[0].shape
    let (rank, strides, indexStrides) = (operands[1].shape.rank, table.strides, operands[1].shape.strides)
    return [
      Evaluation.gather(operands[0], shape) { index in
        let position = zip(index[axis..<axis + rank], indexStrides).reduce(0) { $0 + $1.0 * $1.1 }
        let entry = min(max(Int(indices[position]), 0), table[axis] - 1)
        guard clamps || entry == Int(indices[position]) else { return nil }
        let source = Array(index[..<axis]) + [entry] + index[(axis + rank)...]
        return zip(source, strides).reduce(0) { $0 + $1.0 * $1.1 }
      }
    ]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let rank = context.operandTypes[1].shape.rank
    let entry = try context.read(1, Array(index[axis..<axis + rank]))
    let limit = context.operandTypes[0].shape[axis]
    func element(_ entry: Index) throws -> Element {
      try context.read(0, Array(index[..<axis]) + [entry] + index[(axis + rank)...])
    }
    return [
      try clamps ? context.withDataIndex(entry, below: limit, element) : context.withCheckedIndex(entry, below: limit, element)
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The entries of a table at i32 indices along an axis, whose place the axes of the indices take [torch.index_select]. An index out of
  /// range gives NaN, in integers and booleans 0.
  public func gather(_ table: Value, _ indices: Value, axis: Int = 0) throws -> Value { try add(Gather(axis: axis), table, indices) }
}
