import MartletCore

/// The larger operand [torch.maximum]: a NaN of either wins. At a tie each operand gets half of the gradient.
package struct Maximum: BinaryPointwise {
  package static let mnemonic = "max"
  package static let function = BinaryFunction.maximum
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.distinct, .distinct) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] { try extremumAdjoints(context, losing: .lt) }
}

extension GraphBuilder {
  /// The larger element of two tensors of one type; a NaN wins [torch.maximum]. Throws M305 where the types differ.
  public func maximum(_ a: Value, _ b: Value) throws -> Value { try add(Maximum(), a, b) }
}
