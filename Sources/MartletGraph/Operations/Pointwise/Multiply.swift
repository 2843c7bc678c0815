import MartletCore

/// `a * b`.
package struct Multiply: BinaryPointwise {
  package static let mnemonic = "mul"
  package static let function = BinaryFunction.multiply
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let (a, b) = (context.operands[0], context.operands[1])
    return [
      try context.ifNeeded(0) { try context.builder.multiply(adjoint, b) },
      try context.ifNeeded(1) { try context.builder.multiply(adjoint, a) },
    ]
  }
}

extension GraphBuilder {
  /// The product of each pair of elements of two tensors of one type: f32, f64 or i32 [torch.mul]. Throws M305 where the types differ:
  /// nothing broadcasts.
  public func multiply(_ a: Value, _ b: Value) throws -> Value { try add(Multiply(), a, b) }
}
