import MartletCore

/// `a - b`.
package struct Subtract: BinaryPointwise {
  package static let mnemonic = "sub"
  package static let function = BinaryFunction.subtract
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, try context.ifNeeded(1) { try context.builder.negate(adjoint) }]
  }
}

extension GraphBuilder {
  /// The difference of two tensors of one type: f32, f64 or i32, which wraps around [torch.sub]. Throws M305 where the types differ:
  /// nothing broadcasts.
  public func subtract(_ a: Value, _ b: Value) throws -> Value { try add(Subtract(), a, b) }
}
