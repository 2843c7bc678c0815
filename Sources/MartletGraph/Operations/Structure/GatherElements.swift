import MartletCore

/// For each i32 index the element of a table at that position of an axis, all other positions being those of the index [torch.gather].
///
/// Indices and table have equally many axes; along the others the indices are no longer than the table. An index out of range that the graph
/// computes gives NaN, in integers and booleans 0.
package struct GatherElements: TensorOperation {
  package static let mnemonic = "gather_elements"
  package static var samples: [OperationSample] {
    func sample(_ dtype: DType, _ table: [Int], _ indices: [Int], _ axis: Int, _ fill: OperationSample.Fill) -> OperationSample {
      OperationSample(
        GatherElements(axis: axis),
        [(TensorType(dtype, Shape(table)), fill), (TensorType(.i32, Shape(indices)), .integers(0, table[axis]))])
    }
    let shapes: [([Int], [Int], Int)] = [
      ([7], [4], 0), ([3, 9], [3, 5], 1), ([9, 5], [17, 5], 0), ([2, 5, 4], [2, 3, 4], 1), ([4, 6], [3, 9], 1), ([5, 3], [2, 1], 0),
    ]
    return shapes.map { sample(.f32, $0.0, $0.1, $0.2, .uniform(-2, 2)) } + [sample(.i32, [3, 5], [3, 8], 1, .integers(-9, 9))]
  }

  package let axis: Int

  package init(axis: Int) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { axis = try attributes.integer("axis") }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    let (table, indices) = (operands[0].shape, operands[1])
    guard table.extents.indices.contains(axis), table[axis] > 0 else {
      throw invalid(
        "axis \(axis) must be an axis of the table \(table), of at least one entry",
        advice: table.extents.indices.contains(axis) ? "An empty table has no entry: give at least one." : axes(of: table))
    }
    let isInside = indices.shape.rank == table.rank && table.extents.indices.allSatisfy { $0 == axis || indices.shape[$0] <= table[$0] }
    guard indices.dtype == .i32, isInside else {
      throw invalid(
        "expected i32 indices that are no longer than the table \(table) but along axis \(axis), found \(indices)",
        advice: indices.dtype == .i32
          ? "Indices have as many axes as the table: reshape, slice or broadcast them; gather takes whole entries."
          : "Convert the indices to i32.")
    }
    return [TensorType(operands[0].dtype, indices.shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .differentiable : .zeroDerivative }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    // What was out of range has no gradient: scatter_add_elements drops it.
    let base = try context.builder.constant(0, like: context.operands[0])
    return [try context.builder.scatterAddElements(base, context.operands[1], context.adjoint(), axis: axis), nil]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (table, strides) = (operands[0].shape, operands[0].shape.strides)
    let indices: [Int32] = try Evaluation.elements(operands[1])
    var next = 0
    return [
      Evaluation.gather(operands[0], operands[1].shape) { index in
        defer { next += 1 }
        var source = index
        source[axis] = Int(indices[next])
        guard (0..<table[axis]).contains(source[axis]) else { return nil }
        return zip(source, strides).reduce(0) { $0 + $1.0 * $1.1 }
      }
    ]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let entry = try context.read(1, index)
    return [
      try context.withCheckedIndex(entry, below: context.operandTypes[0].shape[axis]) { position in
        var source = index
        source[axis] = position
        return try context.read(0, source)
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// For each i32 index the element of a table at that position of an axis, all other positions being those of the index [torch.gather]. An
  /// index out of range gives NaN, in integers and booleans 0. Throws M305 where the shapes do not fit.
  package func gatherElements(_ table: Value, _ indices: Value, axis: Int) throws -> Value {
    try add(GatherElements(axis: axis), table, indices)
  }
}
