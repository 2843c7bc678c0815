import MartletCore

/// The smaller operand [torch.minimum]: a NaN of either wins. At a tie each operand gets half of the gradient.
public struct Minimum: BinaryPointwise {
  public static let mnemonic = "min"
  public static let function = BinaryFunction.minimum
  public static let allowsIntegers = true
  public static var samples: [OperationSample] { samples(.distinct, .distinct) }

  public init() {}

  public func adjoints(_ context: AdjointContext) throws -> [Value?] { try extremumAdjoints(context, losing: .gt) }
}

extension GraphBuilder {
  public func minimum(_ a: Value, _ b: Value) throws -> Value { try add(Minimum(), a, b) }
}
