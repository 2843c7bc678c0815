import MartletCore

/// The smaller operand [torch.minimum]: a NaN of either wins. At a tie each operand gets half of the gradient.
package struct Minimum: BinaryPointwise {
  package static let mnemonic = "min"
  package static let function = BinaryFunction.minimum
  package static let allowsIntegers = true
  package static var samples: [OperationSample] { samples(.distinct, .distinct) }

  package init() {}

  package func adjoints(_ context: AdjointContext) throws -> [Value?] { try extremumAdjoints(context, losing: .gt) }
}

extension GraphBuilder {
  /// The smaller element of two tensors of one type; a NaN wins [torch.minimum]. Throws M305 where the types differ.
  public func minimum(_ a: Value, _ b: Value) throws -> Value { try add(Minimum(), a, b) }
}
