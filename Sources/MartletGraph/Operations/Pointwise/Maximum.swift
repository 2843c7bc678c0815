import MartletCore

/// The larger operand [torch.maximum]: a NaN of either wins. At a tie each operand gets half of the gradient.
public struct Maximum: BinaryPointwise {
  public static let mnemonic = "max"
  public static let function = BinaryFunction.maximum
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.distinct, .distinct) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    let (a, b) = (context.operands[0], context.operands[1])
    // As PyTorch: half where equal, nothing where smaller, all elsewhere (NaN too).
    let half = try builder.multiply(adjoint, builder.constant(0.5, like: adjoint))
    let shared = try builder.select(builder.compare(.eq, a, b), half, adjoint)
    let zero = try builder.constant(0, like: adjoint)
    return [
      try context.ifNeeded(0) { try builder.select(builder.compare(.lt, a, b), zero, shared) },
      try context.ifNeeded(1) { try builder.select(builder.compare(.lt, b, a), zero, shared) },
    ]
  }
}

extension GraphBuilder {
  public func maximum(_ a: Value, _ b: Value) throws -> Value { try add(Maximum(), a, b) }
}
