import MartletCore

/// The error function [torch.erf]: `2 / sqrt(pi)` times the integral of `e^-t^2` from 0 to x.
package struct ErrorFunction: UnaryPointwise {
  package static let mnemonic = "erf"
  package static var samples: [OperationSample] { samples(.uniform(-3, 3)) }

  package init() {}

  package func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.erf, x) }
  package func element(_ x: Element) -> Element { .unary(.erf, x) }
  package func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    // 2 / sqrt(pi) e^-x^2
    let density = try builder.exponential(builder.negate(builder.multiply(x, x)))
    return try builder.multiply(adjoint, builder.multiply(builder.constant(1.1283791670955126, like: x), density))
  }
  package var differentiability: Differentiability { .differentiable }
  package var operationsPerElement: Int { 20 }
}

extension GraphBuilder {
  /// The error function of each element, f32 or f64 [torch.erf].
  package func errorFunction(_ x: Value) throws -> Value { try add(ErrorFunction(), x) }
}
