import MartletCore

/// `-x`.
public struct Negate: UnaryPointwise {
  public static let mnemonic = "neg"
  public static var samples: [OperationSample] { samples(.uniform(-2, 2)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { -x }
  public func element(_ x: Element) -> Element { .unary(.neg, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.negate(adjoint)
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func negate(_ x: Value) throws -> Value { try add(Negate(), x) }
}
