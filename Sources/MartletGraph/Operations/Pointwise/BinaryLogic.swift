import MartletCore

/// What the operations on two bool operands of one shape share.
package protocol BinaryLogic: TensorOperation {
  init()
  static var function: BinaryFunction { get }
  static func value(_ a: Bool, _ b: Bool) -> Bool
}

extension BinaryLogic {
  package static var samples: [OperationSample] {
    [[23], [3, 7], []].map { (extents: [Int]) in
      let type = TensorType(.bool, Shape(extents))
      return OperationSample(Self(), [(type, .integers(0, 2)), (type, .integers(0, 2))])
    }
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { self.init() }

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    guard operands[0].dtype == .bool, operands[0] == operands[1] else {
      throw invalid(
        "expected two bool operands of one shape, found \(operands[0]) and \(operands[1])",
        advice: operands[0].dtype == operands[1].dtype && operands[0].dtype == .bool
          ? "In the IR nothing broadcasts by itself: insert a broadcast." : "compare makes truth values of numbers.")
    }
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil, nil] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (a, b): ([Bool], [Bool]) = (try Evaluation.elements(operands[0]), try Evaluation.elements(operands[1]))
    return [HostTensor(operands[0].shape, zip(a, b).map { Self.value($0, $1) })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [.binary(Self.function, try context.read(0, index), try context.read(1, index))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}
