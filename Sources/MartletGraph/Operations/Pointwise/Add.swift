import MartletCore

/// `a + b`.
public struct Add: BinaryPointwise {
  public static let mnemonic = "add"
  public static let function = BinaryFunction.add
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, adjoint]
  }
}

extension GraphBuilder {
  public func add(_ a: Value, _ b: Value) throws -> Value { try add(Add(), a, b) }
}
