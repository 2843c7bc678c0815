import MartletCore

/// Whether both operands are true [torch.logical_and].
public struct LogicalAnd: BinaryLogic {
  public static let mnemonic = "and"
  public static let function = BinaryFunction.and

  public init() {}

  public static func value(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

extension GraphBuilder {
  public func logicalAnd(_ a: Value, _ b: Value) throws -> Value { try add(LogicalAnd(), a, b) }
}
