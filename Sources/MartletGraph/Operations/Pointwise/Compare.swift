import MartletCore

/// Compares element by element; the result is bool. With a NaN all directions are false but `ne`.
package struct Compare: TensorOperation {
  package static let mnemonic = "compare"
  package static var samples: [OperationSample] {
    Comparison.allCases.flatMap { direction in
      [DType.f32, .i32].map { dtype in
        OperationSample(
          Compare(direction), [(TensorType(dtype, [23]), .integers(-2, 3)), (TensorType(dtype, [23]), .integers(-2, 3))])
      }
    }
  }

  package let direction: Comparison

  package init(_ direction: Comparison) { self.direction = direction }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    direction = try attributes.word("direction")
  }

  package var attributes: [Attribute] { [Attribute("direction", .word(direction.rawValue))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    guard operands[0] == operands[1], operands[0].dtype.isFloatingPoint || operands[0].dtype == .i32 else {
      throw invalid(
        "operands must have equal types of f32, f64 or i32, found \(operands[0]) and \(operands[1])",
        advice: operands[0] == operands[1]
          ? "Convert them to i32 first; xor tells whether truth values differ."
          : operands[0].dtype == operands[1].dtype
            ? "In the IR nothing broadcasts by itself: insert a broadcast." : "Convert one of them to the other's type first.")
    }
    return [TensorType(.bool, operands[0].shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil, nil] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    // Every f32 and i32 is a Double exactly, so that comparing as Double changes nothing.
    return [HostTensor(shape, zip(operands[0].numbers, operands[1].numbers).map { direction($0, $1) })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [.compare(direction, try context.read(0, index), try context.read(1, index))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}

extension GraphBuilder {
  /// A bool for each pair of elements of two tensors of one type [torch.eq, torch.lt, …]. Throws M305 where the types differ.
  public func compare(_ direction: Comparison, _ a: Value, _ b: Value) throws -> Value { try add(Compare(direction), a, b) }
}
