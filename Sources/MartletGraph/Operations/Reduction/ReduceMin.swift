import MartletCore

/// The minimum over the given axes, which are removed [torch.amin]: NaN wins, minima that tie share the gradient equally.
package struct ReduceMin: Reduction {
  package static let mnemonic = "reduce_min"
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.distinct) }

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [try extremumAdjoint(context)] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let minimum = folded(operands[0], initial: .infinity) { BinaryFunction.minimum($0, $1) }
    return [HostTensor(TensorType(operands[0].dtype, minimum.shape), numbers: minimum.values)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    // The negative of the maximum of the negatives: folds know maxima only. The lowest i32 has no negative: -1 - x takes its place.
    func mirrored(_ x: Element) -> Element { x.dtype == .i32 ? x.constant(-1) - x : .unary(.neg, x) }
    let largest = try context.maximum(over: reducedExtents(type.shape), type.dtype) {
      mirrored(try context.read(0, operandIndex(index, $0, type.shape)))
    }
    return [mirrored(largest)]
  }
}

extension GraphBuilder {
  package func reduceMin(_ x: Value, axes: [Int]) throws -> Value { try add(ReduceMin(axes: axes), x) }
}
