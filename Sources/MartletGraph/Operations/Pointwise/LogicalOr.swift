import MartletCore

/// Whether at least one operand is true [torch.logical_or].
public struct LogicalOr: BinaryLogic {
  public static let mnemonic = "or"
  public static let function = BinaryFunction.or

  public init() {}

  public static func value(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

extension GraphBuilder {
  public func logicalOr(_ a: Value, _ b: Value) throws -> Value { try add(LogicalOr(), a, b) }
}
