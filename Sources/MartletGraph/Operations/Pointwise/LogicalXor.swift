import MartletCore

/// Whether exactly one operand is true [torch.logical_xor].
package struct LogicalXor: BinaryLogic {
  package static let mnemonic = "xor"
  package static let function = BinaryFunction.xor

  package init() {}

  package static func value(_ a: Bool, _ b: Bool) -> Bool { a != b }

  /// Masks know `and`, `or` and `not` only.
  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let (a, b) = (try context.read(0, index), try context.read(1, index))
    return [.binary(.and, .binary(.or, a, b), .unary(.not, .binary(.and, a, b)))]
  }
}

extension GraphBuilder {
  package func logicalXor(_ a: Value, _ b: Value) throws -> Value { try add(LogicalXor(), a, b) }
}
