import Glibc
import MartletCore

/// `log(1 + x)`, which keeps the digits of a small x [torch.log1p]: -inf at -1, NaN below.
package struct LogarithmOfOnePlus: UnaryPointwise {
  package static let mnemonic = "log1p"
  package static var samples: [OperationSample] { samples(.uniform(-0.9, 3)) + samples(.signed(1e-7, 1e-6)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar(Glibc.log1p(Double(x))) }

  /// `log u * (x / (u - 1))` with u = 1 + x rounded: the quotient makes up for what the rounding of u took from x.
  /// Source: W. Kahan; N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, problem 1.5.
  package func element(_ x: Element) -> Element {
    let one = x.constant(1)
    let u = one + x
    let product = Element.unary(.log, u) * (x / (u - one))
    // Where u is 1 or infinite the quotient is none: x is the result to the last digit, or the infinity.
    let isPlain = Element.binary(.or, .compare(.eq, u, one), .compare(.eq, u, x.constant(.infinity)))
    return .select(isPlain, x, product)
  }

  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    try builder.divide(adjoint, builder.add(x, builder.constant(1, like: x)))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 24 }
}

extension GraphBuilder {
  /// `log(1 + x)` of each element, f32 or f64, accurate for small x too [torch.log1p].
  package func logarithmOfOnePlus(_ x: Value) throws -> Value { try add(LogarithmOfOnePlus(), x) }
}
