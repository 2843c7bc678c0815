import MartletCore

/// `a * b`.
public struct Multiply: BinaryPointwise {
  public static let mnemonic = "mul"
  public static let function = BinaryFunction.multiply
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let (a, b) = (context.operands[0], context.operands[1])
    return [
      try context.ifNeeded(0) { try context.builder.multiply(adjoint, b) },
      try context.ifNeeded(1) { try context.builder.multiply(adjoint, a) },
    ]
  }
}

extension GraphBuilder {
  public func multiply(_ a: Value, _ b: Value) throws -> Value { try add(Multiply(), a, b) }
}
