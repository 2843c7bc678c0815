import MartletCore

/// `1 / sqrt(x)` [torch.rsqrt]: infinite at 0, NaN below.
public struct ReciprocalSquareRoot: UnaryPointwise {
  public static let mnemonic = "rsqrt"
  public static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { 1 / Scalar.apply(.sqrt, x) }
  public func element(_ x: Element) -> Element { x.constant(1) / .unary(.sqrt, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    let cube = try builder.multiply(y, builder.multiply(y, y))
    return try builder.multiply(adjoint, builder.multiply(builder.constant(-0.5, like: y), cube))
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 2 }
}

extension GraphBuilder {
  public func reciprocalSquareRoot(_ x: Value) throws -> Value { try add(ReciprocalSquareRoot(), x) }
}
