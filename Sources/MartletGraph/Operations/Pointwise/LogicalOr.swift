import MartletCore

/// Whether at least one operand is true [torch.logical_or].
package struct LogicalOr: BinaryLogic {
  package static let mnemonic = "or"
  package static let function = BinaryFunction.or

  package init() {}

  package static func value(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

extension GraphBuilder {
  package func logicalOr(_ a: Value, _ b: Value) throws -> Value { try add(LogicalOr(), a, b) }
}
