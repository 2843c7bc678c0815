import MartletCore

/// Repeats a tensor along new axes: axis i of the operand becomes axis `axes[i]` of the result [Tensor.expand after view].
package struct Broadcast: TensorOperation {
  package static let mnemonic = "broadcast"
  package static var samples: [OperationSample] {
    [
      OperationSample(Broadcast([2, 5, 3, 4], axes: [1]), [(TensorType(.f32, [5]), .uniform(-2, 2))]),
      OperationSample(Broadcast([3, 7], axes: []), [(TensorType(.f32, []), .uniform(-2, 2))]),
      OperationSample(Broadcast([4, 3, 2], axes: [2, 0]), [(TensorType(.f32, [2, 4]), .uniform(-2, 2))]),
    ]
  }

  package let shape: Shape
  package let axes: [Int]

  package init(_ shape: Shape, axes: [Int]) {
    self.shape = shape
    self.axes = axes
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    shape = Shape(try attributes.integers("shape"))
    axes = try attributes.integers("axes")
  }

  package var attributes: [Attribute] { [Attribute("shape", .integers(shape.extents)), Attribute("axes", .integers(axes))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    let source = operands[0].shape
    guard axes.count == source.rank, Set(axes).count == axes.count, axes.allSatisfy({ shape.extents.indices.contains($0) }) else {
      throw invalid(
        "axes \(axes) must name one axis of \(shape) for each axis of \(source), each once",
        advice: axes.count == source.rank ? self.axes(of: shape) : "Write \(source.rank == 1 ? "one axis" : "\(source.rank) axes").")
    }
    for (axis, target) in axes.enumerated() where source[axis] != shape[target] {
      throw invalid(
        "axis \(axis) of \(source) has extent \(source[axis]), axis \(target) of \(shape) has \(shape[target])",
        advice: "Extents that are not repeated must be equal: name another axis, or reshape an extent of 1 away, so that it is repeated.")
    }
    return [TensorType(operands[0].dtype, shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let summed = shape.extents.indices.filter { !axes.contains($0) }
    let sum = try builder.reduceSum(context.adjoint(), axes: summed)
    // The sum keeps the axes in ascending order; the operand may want another.
    let ascending = axes.sorted()
    return [try builder.transpose(sum, axes.map { target in ascending.firstIndex(of: target) ?? 0 })]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let strides = operands[0].shape.strides
    return [Evaluation.gather(operands[0], shape) { index in zip(axes, strides).reduce(0) { $0 + index[$1.0] * $1.1 } }]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [try context.read(0, axes.map { index[$0] })] }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// Repeats a tensor along new axes: axis i of `x` becomes axis `axes[i]` of the result, in ascending order and with the same extent
  /// [Tensor.expand after view]. Throws M305 where that is not possible.
  public func broadcast(_ x: Value, _ shape: Shape, axes: [Int]) throws -> Value {
    self.shape(of: x) == shape && axes == Array(shape.extents.indices) ? x : try add(Broadcast(shape, axes: axes), x)
  }
}
