import MartletCore

/// The mean over the given axes, which are removed [torch.mean].
package struct ReduceMean: Reduction {
  package static let mnemonic = "reduce_mean"
  package static let allowsIntegers = false
  package static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let adjoint = try context.adjoint()
    let count = try builder.constant(Double(count(builder.shape(of: context.operands[0]))), like: adjoint)
    return [try expanded(builder.divide(adjoint, count), like: context.operands[0], builder)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let sum = folded(operands[0], initial: 0, +)
    let count = Double(count(operands[0].shape))
    return [HostTensor(TensorType(operands[0].dtype, sum.shape), numbers: sum.values.map { $0 / count })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let sum = try context.sum(over: reducedExtents(type.shape), type.dtype) { try context.read(0, operandIndex(index, $0, type.shape)) }
    return [sum / sum.constant(Double(count(type.shape)))]
  }
}

extension GraphBuilder {
  /// The mean over the axes, which are removed, of f32 or f64 [torch.mean]. Throws M305 for axes that are not there.
  public func reduceMean(_ x: Value, axes: [Int]) throws -> Value { try add(ReduceMean(axes: axes), x) }
}
