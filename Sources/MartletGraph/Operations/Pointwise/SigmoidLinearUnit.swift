import MartletCore

/// `x / (1 + e^-x)`, x times its sigmoid [torch.nn.functional.silu].
public struct SigmoidLinearUnit: UnaryPointwise {
  public static let mnemonic = "silu"
  public static var samples: [OperationSample] { samples(.uniform(-4, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { x / (1 + Scalar.apply(.exp, -x)) }
  public func element(_ x: Element) -> Element { x / (x.constant(1) + .unary(.exp, .unary(.neg, x))) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    // s + x s (1 - s) with s the sigmoid of x.
    let sigmoid = try builder.sigmoid(x)
    let slope = try builder.multiply(y, builder.subtract(builder.constant(1, like: x), sigmoid))
    return try builder.multiply(adjoint, builder.add(sigmoid, slope))
  }
  public var differentiability: Differentiability { .differentiable }
  public var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  public func sigmoidLinearUnit(_ x: Value) throws -> Value { try add(SigmoidLinearUnit(), x) }
}
