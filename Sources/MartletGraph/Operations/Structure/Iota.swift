import MartletCore

/// The index along one axis: 0, 1, 2, … as i32, the same along all others [torch.arange, expanded]. Readers compute it; nothing is stored.
package struct Iota: TensorOperation {
  package static let mnemonic = "iota"
  package static var samples: [OperationSample] {
    [([7], 0), ([3, 5], 1), ([4, 2, 3], 0), ([2, 9, 1], 2)].map { (extents: [Int], axis: Int) in
      OperationSample(Iota(Shape(extents), axis: axis), [])
    }
  }

  package let shape: Shape
  package let axis: Int

  package init(_ shape: Shape, axis: Int) { (self.shape, self.axis) = (shape, axis) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    axis = try attributes.integer("axis")
    shape = resultTypes.first?.shape ?? []
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(0, operands)
    guard shape.extents.indices.contains(axis), (0...Int(Int32.max)).contains(shape[axis]) else {
      throw invalid("axis \(axis) must be an axis of \(shape) whose indices are i32 numbers", advice: axes(of: shape))
    }
    return [TensorType(.i32, shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (stride, extent) = (shape.strides[axis], shape[axis])
    return [HostTensor(shape, (0..<shape.elementCount).map { Int32(truncatingIfNeeded: $0 / max(stride, 1) % max(extent, 1)) })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [.index(index[axis])] }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The index along one axis of a tensor of this shape, i32.
  package func iota(_ shape: Shape, axis: Int) throws -> Value { try add(Iota(shape, axis: axis)) }
}
