import MartletCore

/// `1 / (1 + e^-x)` [torch.sigmoid].
public struct Sigmoid: UnaryPointwise {
  public static let mnemonic = "sigmoid"
  public static var samples: [OperationSample] { samples(.uniform(-4, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { 1 / (1 + Scalar.apply(.exp, -x)) }
  public func element(_ x: Element) -> Element { x.constant(1) / (x.constant(1) + .unary(.exp, .unary(.neg, x))) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.multiply(adjoint, builder.multiply(y, builder.subtract(builder.constant(1, like: y), y)))
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  public func sigmoid(_ x: Value) throws -> Value { try add(Sigmoid(), x) }
}
