import MartletCore

/// `a / b`.
package struct Divide: BinaryPointwise {
  package static let mnemonic = "div"
  package static let function = BinaryFunction.divide
  package static let allowsIntegers = false
  package static var samples: [OperationSample] { samples(.uniform(-2, 2), .signed(0.5, 2)) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    return [
      try context.ifNeeded(0) { try builder.divide(adjoint, context.operands[1]) },
      try context.ifNeeded(1) {
        let quotient = try builder.divide(context.results[0], context.operands[1])
        return try builder.negate(builder.multiply(adjoint, quotient))
      },
    ]
  }
}

extension GraphBuilder {
  /// The quotient of two tensors of one type, f32 or f64 [torch.div]. Throws M305 where the types differ: nothing broadcasts.
  public func divide(_ a: Value, _ b: Value) throws -> Value { try add(Divide(), a, b) }
}
