import MartletCore

/// `max(0, x)` [torch.relu]: NaN stays NaN.
public struct Relu: UnaryPointwise {
  public static let mnemonic = "relu"
  public static var samples: [OperationSample] { samples(.signed(0.05, 2)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.maximum, 0, x) }
  public func element(_ x: Element) -> Element { .binary(.maximum, x.constant(0), x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.reluGradient(adjoint, y)
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func relu(_ x: Value) throws -> Value { try add(Relu(), x) }
}
