import MartletCore

/// Whether the operand is false [torch.logical_not].
public struct LogicalNot: Operation {
  public static let mnemonic = "not"
  public static var samples: [OperationSample] {
    [[23], [3, 7], []].map { (extents: [Int]) in OperationSample(LogicalNot(), [(TensorType(.bool, Shape(extents)), .integers(0, 2))]) }
  }

  public init() {}
  public init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  public var attributes: [Attribute] { [] }

  public func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard operands[0].dtype == .bool else { throw invalid("expected bool, found \(operands[0])") }
    return [operands[0]]
  }

  public func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  public func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil] }

  public func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let x: [Bool] = try Evaluation.elements(operands[0])
    return [HostTensor(operands[0].shape, x.map { !$0 })]
  }

  public func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [.unary(.not, try context.read(0, index))] }

  public func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  public func logicalNot(_ x: Value) throws -> Value { try add(LogicalNot(), x) }
}
