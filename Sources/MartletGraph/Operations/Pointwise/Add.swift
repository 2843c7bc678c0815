import MartletCore

/// `a + b`.
package struct Add: BinaryPointwise {
  package static let mnemonic = "add"
  package static let function = BinaryFunction.add
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.uniform(-2, 2), .uniform(-2, 2)) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, adjoint]
  }
}

extension GraphBuilder {
  /// The sum of two tensors of one type: f32, f64 or i32, which wraps around [torch.add]. Throws M305 where the types differ: nothing
  /// broadcasts.
  public func add(_ a: Value, _ b: Value) throws -> Value { try add(Add(), a, b) }
}
