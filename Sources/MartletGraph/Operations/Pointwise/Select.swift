import MartletCore

/// `a` where the predicate is true, else `b` [torch.where]. Gradients flow to the chosen side only.
package struct Select: TensorOperation {
  package static let mnemonic = "select"
  package static var samples: [OperationSample] {
    let real = TensorType(.f32, [3, 13])
    let integer = TensorType(.i32, [9])
    return [
      OperationSample(Select(), [(TensorType(.bool, [3, 13]), .integers(0, 2)), (real, .uniform(-2, 2)), (real, .uniform(-2, 2))]),
      OperationSample(Select(), [(TensorType(.bool, [9]), .integers(0, 2)), (integer, .integers(0, 9)), (integer, .integers(0, 9))]),
    ]
  }

  package init() {}
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(3, operands)
    guard operands[0].dtype == .bool, operands[1] == operands[2], operands[0].shape == operands[1].shape else {
      throw invalid(
        "expected a bool and two equal types of one shape, found \(operands[0]), \(operands[1]) and \(operands[2])",
        advice: operands[0].dtype == .bool ? "Convert or broadcast the tensors to one type." : "compare makes truth values of numbers.")
    }
    return [operands[1]]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .zeroDerivative : .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let adjoint = try context.adjoint()
    let zero = try builder.constant(0, like: adjoint)
    return [
      nil,
      try context.ifNeeded(1) { try builder.select(context.operands[0], adjoint, zero) },
      try context.ifNeeded(2) { try builder.select(context.operands[0], zero, adjoint) },
    ]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let predicate: [Bool] = try Evaluation.elements(operands[0])
    func choose<Scalar: TensorScalar>(_ a: [Scalar]) throws -> [HostTensor] {
      let b: [Scalar] = try Evaluation.elements(operands[2])
      return [HostTensor(operands[1].shape, predicate.indices.map { predicate[$0] ? a[$0] : b[$0] })]
    }
    switch operands[1].storage {
    case .f32(let a): return try choose(a)
    case .f64(let a): return try choose(a)
    case .i32(let a): return try choose(a)
    case .u8(let a): return try choose(a)
    case .bool(let a): return try choose(a)
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [.select(try context.read(0, index), try context.read(1, index), try context.read(2, index))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[1].elementCount }
}

extension GraphBuilder {
  /// The elements of `a` where the predicate, a bool of the same shape, is true, else those of `b` [torch.where]; gradients flow to the
  /// chosen side only. Throws M305 where the types differ.
  public func select(_ predicate: Value, _ a: Value, _ b: Value) throws -> Value { try add(Select(), predicate, a, b) }
}
