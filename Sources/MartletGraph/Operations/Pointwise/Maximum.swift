import MartletCore

/// The larger operand [torch.maximum]: a NaN of either wins. At a tie each operand gets half of the gradient.
public struct Maximum: BinaryPointwise {
  public static let mnemonic = "max"
  public static let function = BinaryFunction.maximum
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.distinct, .distinct) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] { try extremumAdjoints(context, losing: .lt) }
}

extension GraphBuilder {
  public func maximum(_ a: Value, _ b: Value) throws -> Value { try add(Maximum(), a, b) }
}
