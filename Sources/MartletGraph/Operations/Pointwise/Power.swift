import MartletCore

/// `a^b` [torch.pow]: 1 where b is 0, NaN for a negative a and a b that is no integer.
package struct Power: BinaryPointwise {
  package static let mnemonic = "pow"
  package static let function = BinaryFunction.pow
  package static let allowsIntegers = false
  package static var samples: [OperationSample] { samples(.uniform(0.3, 3), .uniform(-2, 2)) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    let (a, b) = (context.operands[0], context.operands[1])
    let zero = try builder.constant(0, like: adjoint)
    return [
      // b a^(b - 1), nothing where b is 0.
      try context.ifNeeded(0) {
        let power = try builder.power(a, builder.subtract(b, builder.constant(1, like: b)))
        let product = try builder.multiply(adjoint, builder.multiply(b, power))
        return try builder.select(builder.compare(.eq, b, zero), zero, product)
      },
      // a^b log a, nothing where a is 0 and b is not negative.
      try context.ifNeeded(1) {
        let product = try builder.multiply(adjoint, builder.multiply(context.results[0], builder.logarithm(a)))
        let isZero = try builder.logicalAnd(builder.compare(.eq, a, zero), builder.compare(.ge, b, zero))
        return try builder.select(isZero, zero, product)
      },
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(operands[0].elementCount, 30) }
}

extension GraphBuilder {
  /// Each element of the first tensor to the power of that of the second, f32 or f64 [torch.pow]. Throws M305 where the types differ.
  public func power(_ a: Value, _ b: Value) throws -> Value { try add(Power(), a, b) }
}
