import MartletCore

/// Whether both operands are true [torch.logical_and].
package struct LogicalAnd: BinaryLogic {
  package static let mnemonic = "and"
  package static let function = BinaryFunction.and

  package init() {}

  package static func value(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

extension GraphBuilder {
  package func logicalAnd(_ a: Value, _ b: Value) throws -> Value { try add(LogicalAnd(), a, b) }
}
