import Glibc
import MartletCore

/// `e^x - 1`, which keeps the digits of a small x [torch.expm1].
package struct ExponentialMinusOne: UnaryPointwise {
  package static let mnemonic = "expm1"
  package static var samples: [OperationSample] { samples(.uniform(-4, 2)) + samples(.signed(1e-7, 1e-6)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar(Glibc.expm1(Double(x))) }

  /// `tanh(x / 2) (e^x + 1)`: nothing cancels, and at the infinities the factors are those of the result.
  package func element(_ x: Element) -> Element { .unary(.tanh, x * x.constant(0.5)) * (.unary(.exp, x) + x.constant(1)) }

  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    // Not y + 1, which has lost the digits of a small e^x.
    try builder.multiply(adjoint, builder.exponential(x))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 40 }
}

extension GraphBuilder {
  /// `e^x - 1` of each element, f32 or f64, accurate for small x too [torch.expm1].
  package func exponentialMinusOne(_ x: Value) throws -> Value { try add(ExponentialMinusOne(), x) }
}
