import MartletCore

/// `e^x` [torch.exp].
public struct Exponential: UnaryPointwise {
  public static let mnemonic = "exp"
  public static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.exp, x) }
  public func element(_ x: Element) -> Element { .unary(.exp, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, y)
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 10 }
}

extension GraphBuilder {
  public func exponential(_ x: Value) throws -> Value { try add(Exponential(), x) }
}
