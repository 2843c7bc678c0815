import MartletCore

/// The natural logarithm [torch.log]: -inf at 0, NaN below.
public struct Logarithm: UnaryPointwise {
  public static let mnemonic = "log"
  public static var samples: [OperationSample] { samples(.uniform(0.1, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.log, x) }
  public func element(_ x: Element) -> Element { .unary(.log, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.divide(adjoint, x)
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 10 }
}

extension GraphBuilder {
  public func logarithm(_ x: Value) throws -> Value { try add(Logarithm(), x) }
}
