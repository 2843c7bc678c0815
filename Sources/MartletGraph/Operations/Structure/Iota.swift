import MartletCore

/// The index along one axis: 0, 1, 2, … as i32, the same along all others [torch.arange, expanded]. Readers compute it; nothing is stored.
public struct Iota: Operation {
  public static let mnemonic = "iota"
  public static var samples: [OperationSample] {
    [([7], 0), ([3, 5], 1), ([4, 2, 3], 0), ([2, 9, 1], 2)].map { (extents: [Int], axis: Int) in
      OperationSample(Iota(Shape(extents), axis: axis), [])
    }
  }

  public let shape: Shape
  public let axis: Int

  public init(_ shape: Shape, axis: Int) { (self.shape, self.axis) = (shape, axis) }
  public init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    axis = try attributes.integer("axis")
    shape = resultTypes.first?.shape ?? []
  }

  public var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  public func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(0, operands)
    guard shape.extents.indices.contains(axis), (0...Int(Int32.max)).contains(shape[axis]) else {
      throw invalid("axis \(axis) must be an axis of \(shape) whose indices are i32 numbers")
    }
    return [TensorType(.i32, shape)]
  }

  public func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  public func adjoints(_ context: AdjointContext) throws -> [Value?] { [] }

  public func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (stride, extent) = (shape.strides[axis], shape[axis])
    return [HostTensor(shape, (0..<shape.elementCount).map { Int32(truncatingIfNeeded: $0 / max(stride, 1) % max(extent, 1)) })]
  }

  public func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [.index(index[axis])] }

  public func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The index along one axis of a tensor of this shape, i32.
  public func iota(_ shape: Shape, axis: Int) throws -> Value { try add(Iota(shape, axis: axis)) }
}
