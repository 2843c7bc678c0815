import MartletCore

/// The absolute value [torch.abs]; its derivative at 0 is 0.
public struct AbsoluteValue: UnaryPointwise {
  public static let mnemonic = "abs"
  public static var samples: [OperationSample] { samples(.signed(0.05, 2)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.abs, x) }
  public func element(_ x: Element) -> Element { .unary(.abs, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.sign(x))
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func absoluteValue(_ x: Value) throws -> Value { try add(AbsoluteValue(), x) }
}
