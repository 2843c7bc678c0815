import MartletCore

/// The first operand, which is not computed with before the second one is there: what reads the result runs behind the second operand. It orders,
/// and computes nothing; without it what a pass computes a second time would run with the first, and would be kept as long.
///
/// What reads it is another node than what reads the operand itself: `cse` does not join the two. Lowering turns it into an order of launches.
/// Source of the semantics: `optimization_barrier` of StableHLO.
package struct After: TensorOperation {
  package static let mnemonic = "after"
  package static var samples: [OperationSample] {
    [([3, 5], [7]), ([2, 3, 4, 5], []), ([], [2, 2])].map { (extents: [Int], other: [Int]) in
      OperationSample(After(), [(TensorType(.f32, Shape(extents)), .uniform(-2, 2)), (TensorType(.f32, Shape(other)), .uniform(-2, 2))])
    }
  }

  package init() {}
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .differentiable : .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [try context.adjoint(), nil] }
  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] { [operands[0]] }
  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [try context.read(0, index)] }
  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}
