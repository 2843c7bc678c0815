import MartletCore

/// The square root [torch.sqrt]: NaN below 0.
public struct SquareRoot: UnaryPointwise {
  public static let mnemonic = "sqrt"
  public static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.sqrt, x) }
  public func element(_ x: Element) -> Element { .unary(.sqrt, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.divide(builder.multiply(adjoint, builder.constant(0.5, like: y)), y)
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func squareRoot(_ x: Value) throws -> Value { try add(SquareRoot(), x) }
}
