import MartletCore

/// The hyperbolic tangent [torch.tanh].
public struct HyperbolicTangent: UnaryPointwise {
  public static let mnemonic = "tanh"
  public static var samples: [OperationSample] { samples(.uniform(-3, 3)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.tanh, x) }
  public func element(_ x: Element) -> Element { .unary(.tanh, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.subtract(builder.constant(1, like: y), builder.multiply(y, y)))
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  public func hyperbolicTangent(_ x: Value) throws -> Value { try add(HyperbolicTangent(), x) }
}
