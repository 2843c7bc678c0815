import MartletCore

/// `a - b`.
public struct Subtract: BinaryPointwise {
  public static let mnemonic = "sub"
  public static let function = BinaryFunction.subtract
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, try context.ifNeeded(1) { try context.builder.negate(adjoint) }]
  }
}

extension GraphBuilder {
  public func subtract(_ a: Value, _ b: Value) throws -> Value { try add(Subtract(), a, b) }
}
