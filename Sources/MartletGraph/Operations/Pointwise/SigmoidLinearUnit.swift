import MartletCore

/// `x / (1 + e^-x)`, x times its sigmoid [torch.nn.functional.silu].
package struct SigmoidLinearUnit: UnaryPointwise {
  package static let mnemonic = "silu"
  package static var samples: [OperationSample] { samples(.uniform(-4, 4)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { x / (1 + Scalar.apply(.exp, -x)) }
  package func element(_ x: Element) -> Element { x / (x.constant(1) + .unary(.exp, .unary(.neg, x))) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    // s + x s (1 - s) with s the sigmoid of x.
    let sigmoid = try builder.sigmoid(x)
    let slope = try builder.multiply(y, builder.subtract(builder.constant(1, like: x), sigmoid))
    return try builder.multiply(adjoint, builder.add(sigmoid, slope))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 12 }
}

extension GraphBuilder {
  package func sigmoidLinearUnit(_ x: Value) throws -> Value { try add(SigmoidLinearUnit(), x) }
}
