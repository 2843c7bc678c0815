import MartletCore

/// `dy` where the second operand (relu's result or its operand) is above 0 or NaN, else 0.
package struct ReluGradient: WithoutDerivative {
  package static let mnemonic = "relu_grad"
  package static var samples: [OperationSample] {
    [[41], [2, 3, 4, 5]].map { extents in
      let type = TensorType(.f32, Shape(extents))
      return OperationSample(ReluGradient(), [(type, .uniform(-2, 2)), (type, .signed(0.1, 2))])
    }
  }

  package init() {}
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    try expectFloatingPoint(operands[0])
    guard operands[0] == operands[1] else {
      throw invalid(
        "operands must have equal types, found \(operands[0]) and \(operands[1])", advice: "Give x and the gradient of relu(x).")
    }
    return [operands[0]]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    func masked<Scalar: RealScalar>(_ dy: [Scalar]) throws -> [HostTensor] {
      let y: [Scalar] = try Evaluation.elements(operands[1])
      return [HostTensor(operands[0].shape, zip(dy, y).map { $1 > 0 || $1.isNaN ? $0 : 0 })]
    }
    switch operands[0].storage {
    case .f32(let dy): return try masked(dy)
    case .f64(let dy): return try masked(dy)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let dy = try context.read(0, index)
    let y = try context.read(1, index)
    // `not (y <= 0)` is true for NaN as well.
    return [.select(.compare(.le, y, y.constant(0)), dy.constant(0), dy)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}

extension GraphBuilder {
  package func reluGradient(_ dy: Value, _ y: Value) throws -> Value { try add(ReluGradient(), dy, y) }
}
