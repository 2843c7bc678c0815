import MartletCore

/// The smaller operand [torch.minimum]: a NaN of either wins. At a tie each operand gets half of the gradient.
public struct Minimum: BinaryPointwise {
  public static let mnemonic = "min"
  public static let function = BinaryFunction.minimum
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.distinct, .distinct) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    let (a, b) = (context.operands[0], context.operands[1])
    // As PyTorch: half where equal, nothing where larger, all elsewhere (NaN too).
    let half = try builder.multiply(adjoint, builder.constant(0.5, like: adjoint))
    let shared = try builder.select(builder.compare(.eq, a, b), half, adjoint)
    let zero = try builder.constant(0, like: adjoint)
    return [
      try context.ifNeeded(0) { try builder.select(builder.compare(.gt, a, b), zero, shared) },
      try context.ifNeeded(1) { try builder.select(builder.compare(.gt, b, a), zero, shared) },
    ]
  }
}

extension GraphBuilder {
  public func minimum(_ a: Value, _ b: Value) throws -> Value { try add(Minimum(), a, b) }
}
