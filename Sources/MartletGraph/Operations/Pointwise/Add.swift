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
  public func add(_ a: Value, _ b: Value) throws -> Value { try add(Add(), a, b) }
}
