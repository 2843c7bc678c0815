import MartletCore

/// Whether the operand is false [torch.logical_not].
package struct LogicalNot: TensorOperation {
  package static let mnemonic = "not"
  package static var samples: [OperationSample] {
    [[23], [3, 7], []].map { (extents: [Int]) in OperationSample(LogicalNot(), [(TensorType(.bool, Shape(extents)), .integers(0, 2))]) }
  }

  package init() {}
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard operands[0].dtype == .bool else {
      throw invalid("expected bool, found \(operands[0])", advice: "compare makes truth values of numbers.")
    }
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let x: [Bool] = try Evaluation.elements(operands[0])
    return [HostTensor(operands[0].shape, x.map { !$0 })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [.unary(.not, try context.read(0, index))] }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  package func logicalNot(_ x: Value) throws -> Value { try add(LogicalNot(), x) }
}
