import MartletCore

/// A base to which updates are added at i32 indices along an axis, duplicates in ascending order [torch.index_add]: the adjoint of
/// `gather`. The updates have the axes of the indices in place of that axis. Updates whose index, computed in the graph, is out of range are
/// dropped.
package struct ScatterAdd: TensorOperation {
  package static let mnemonic = "scatter_add"
  package static var samples: [OperationSample] {
    [([7, 5], [4], 0), ([7, 3], [2, 5], 0), ([3, 6, 4], [5], 1), ([9], [], 0), ([4, 5], [3, 2], 1)].map {
      (base: [Int], indices: [Int], axis: Int) in
      let updates = Shape(Array(base[..<axis]) + indices + base[(axis + 1)...])
      return OperationSample(
        ScatterAdd(axis: axis),
        [
          (TensorType(.f32, Shape(base)), .uniform(-2, 2)), (TensorType(.i32, Shape(indices)), .integers(0, base[axis])),
          (TensorType(.f32, updates), .uniform(-2, 2)),
        ])
    }
  }

  package let axis: Int

  package init(axis: Int = 0) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    axis = try attributes.integer("axis", default: 0)
  }

  package var attributes: [Attribute] { Attribute.unlessDefault("axis", .integer(axis), .integer(0)) }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(3, operands)
    try expectFloatingPoint(operands[0])
    let updates = try inferred(Gather(axis: axis), [operands[0], operands[1]])[0]
    guard operands[2] == updates else {
      throw invalid(
        "expected updates of type \(updates), found \(operands[2])", advice: "Give an update for each element that the indices name.")
    }
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 1 ? .zeroDerivative : .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, nil, try context.ifNeeded(2) { try context.builder.gather(adjoint, context.operands[1], axis: axis) }]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    let indices: [Int32] = try Evaluation.elements(operands[1])
    let (rank, strides, indexStrides) = (operands[1].shape.rank, shape.strides, operands[1].shape.strides)
    var result = operands[0].numbers
    let updates = operands[2].numbers
    var next = 0
    Evaluation.forEachIndex(operands[2].shape.extents) { index in
      let position = zip(index[axis..<axis + rank], indexStrides).reduce(0) { $0 + $1.0 * $1.1 }
      defer { next += 1 }
      let entry = Int(indices[position])
      guard (0..<shape[axis]).contains(entry) else { return }
      let target = Array(index[..<axis]) + [entry] + index[(axis + rank)...]
      result[zip(target, strides).reduce(0) { $0 + $1.0 * $1.1 }] += updates[next]
    }
    return [HostTensor(operands[0].type, numbers: result)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let (base, indices) = (context.operandTypes[0], context.operandTypes[1].shape)
    let sum = try context.sum(over: indices.extents.map { ("r", $0) }, base.dtype) { point in
      let update = try context.read(2, Array(index[..<axis]) + point + index[(axis + 1)...])
      let entry = try context.read(1, point)
      // The subscript is not used, but says that inputs are checked. The number itself is compared: out of range it equals no entry.
      return context.withDataIndex(entry, below: base.shape[axis]) { _ in
        .select(.compare(.eq, entry, .index(index[axis])), update, update.constant(0))
      }
    }
    return [try context.read(0, index) + sum]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[2].elementCount }
}

extension GraphBuilder {
  /// `base` with updates added at i32 indices along an axis, duplicates in ascending order [torch.index_add]: the adjoint of `gather`. The
  /// updates have the axes of the indices in place of that axis; those of indices out of range are dropped. Throws M305 where the shapes do
  /// not fit.
  public func scatterAdd(_ base: Value, _ indices: Value, _ updates: Value, axis: Int = 0) throws -> Value {
    try add(ScatterAdd(axis: axis), base, indices, updates)
  }
}
