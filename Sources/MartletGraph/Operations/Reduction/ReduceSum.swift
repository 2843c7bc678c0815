import MartletCore

/// The sum over the given axes, which are removed [torch.sum].
public struct ReduceSum: Reduction {
  public static let mnemonic = "reduce_sum"
  public static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  public let axes: [Int]
  public init(axes: [Int]) { self.axes = axes }

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    [try expanded(context.adjoint(), like: context.operands[0], context.builder)]
  }

  public func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let sum = folded(operands[0], initial: 0, +)
    return [HostTensor(TensorType(operands[0].dtype, sum.shape), numbers: sum.values)]
  }

  public func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    return [
      try context.sum(over: reducedExtents(type.shape), type.dtype) { try context.read(0, operandIndex(index, $0, type.shape)) }
    ]
  }
}

extension GraphBuilder {
  public func reduceSum(_ x: Value, axes: [Int]) throws -> Value { axes.isEmpty ? x : try add(ReduceSum(axes: axes), x) }
}
