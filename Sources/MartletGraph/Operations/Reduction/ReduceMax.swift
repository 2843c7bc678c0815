import MartletCore

/// The maximum over the given axes, which are removed [torch.amax]: NaN wins, maxima that tie share the gradient equally.
public struct ReduceMax: Reduction {
  public static let mnemonic = "reduce_max"
  public static var samples: [OperationSample] { samples(.distinct) }

  public let axes: [Int]
  public init(axes: [Int]) { self.axes = axes }

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let x = context.operands[0]
    let isMaximum = try builder.compare(.eq, x, expanded(context.results[0], like: x, builder))
    let one = try builder.constant(1, like: x)
    let zero = try builder.constant(0, like: x)
    let ties = try builder.reduceSum(builder.select(isMaximum, one, zero), axes: axes)
    let share = try expanded(builder.divide(context.adjoint(), ties), like: x, builder)
    return [try builder.select(isMaximum, share, zero)]
  }

  public func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let maximum = folded(operands[0], initial: -.infinity) { BinaryFunction.maximum($0, $1) }
    return [HostTensor(TensorType(operands[0].dtype, maximum.shape), numbers: maximum.values)]
  }

  public func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    return [
      try context.maximum(over: reducedExtents(type.shape), type.dtype) { try context.read(0, operandIndex(index, $0, type.shape)) }
    ]
  }
}

extension GraphBuilder {
  public func reduceMax(_ x: Value, axes: [Int]) throws -> Value { try add(ReduceMax(axes: axes), x) }
}
