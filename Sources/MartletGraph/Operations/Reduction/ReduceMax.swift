import MartletCore

/// The maximum over the given axes, which are removed [torch.amax]: NaN wins, maxima that tie share the gradient equally.
package struct ReduceMax: Reduction {
  package static let mnemonic = "reduce_max"
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.distinct) }

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [try extremumAdjoint(context)] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let maximum = folded(operands[0], initial: -.infinity) { BinaryFunction.maximum($0, $1) }
    return [HostTensor(TensorType(operands[0].dtype, maximum.shape), numbers: maximum.values)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    return [
      try context.maximum(over: reducedExtents(type.shape), type.dtype) { try context.read(0, operandIndex(index, $0, type.shape)) }
    ]
  }
}

extension GraphBuilder {
  package func reduceMax(_ x: Value, axes: [Int]) throws -> Value { try add(ReduceMax(axes: axes), x) }
}
