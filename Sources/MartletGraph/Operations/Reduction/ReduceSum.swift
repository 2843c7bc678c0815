import MartletCore

/// The sum over the given axes, which are removed [torch.sum]. That of i32 is an i32 and wraps around.
package struct ReduceSum: Reduction {
  package static let mnemonic = "reduce_sum"
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    [try expanded(context.adjoint(), like: context.operands[0], context.builder)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let sum =
      operands[0].dtype == .i32
      ? folded(operands[0], initial: 0) { Double(Int32(truncatingIfNeeded: Int64($0) + Int64($1))) } : folded(operands[0], initial: 0, +)
    return [HostTensor(TensorType(operands[0].dtype, sum.shape), numbers: sum.values)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    return [
      try context.sum(over: reducedExtents(type.shape), type.dtype) { try context.read(0, operandIndex(index, $0, type.shape)) }
    ]
  }
}

extension GraphBuilder {
  /// The sum over the axes, which are removed, of f32, f64 or i32, which wraps around [torch.sum]; the value itself without axes. Throws M305 for axes that are not
  /// there.
  public func reduceSum(_ x: Value, axes: [Int]) throws -> Value { axes.isEmpty ? x : try add(ReduceSum(axes: axes), x) }
}
