import MartletCore

/// How GELU is computed: exactly, or with a hyperbolic tangent in place of the error function [torch.nn.functional.gelu].
public enum GELUApproximation: String, CaseIterable, Hashable, Sendable {
  /// The error function, or `sqrt(2 / pi) (x + 0.044715 x^3)` in a hyperbolic tangent: the words of PyTorch's argument `approximate`.
  case none, tanh
}

/// x times the probability that a standard normal variable is below x [torch.nn.functional.gelu]: `x/2 (1 + erf(x / sqrt 2))`, or
/// `x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
/// Source: D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units", 2016.
package struct GaussianErrorLinearUnit: TensorOperation {
  package typealias Approximation = GELUApproximation

  package static let mnemonic = "gelu"
  package static var samples: [OperationSample] {
    Approximation.allCases.flatMap { approximation in
      [[37], [2, 3, 5], []].map { (extents: [Int]) in
        OperationSample(GaussianErrorLinearUnit(approximation), [(TensorType(.f32, Shape(extents)), .uniform(-4, 4))])
      }
    }
  }

  package let approximation: Approximation

  package init(_ approximation: Approximation = .none) { self.approximation = approximation }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    approximation = try attributes.word("approximate", default: Approximation.none)
  }

  package var attributes: [Attribute] { approximation == .none ? [] : [Attribute("approximate", .word(approximation.rawValue))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectFloatingPoint(operands[0])
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  private static let (rootHalf, rootTwoOverPi, cubic) = (0.7071067811865476, 0.7978845608028654, 0.044715)

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let x = context.operands[0]
    func number(_ value: Double) throws -> Value { try builder.constant(value, like: x) }
    let square = try builder.multiply(x, x)
    let (probability, slope): (Value, Value)
    switch approximation {
    case .none:
      let erf = try builder.errorFunction(builder.multiply(x, number(Self.rootHalf)))
      probability = try builder.multiply(number(0.5), builder.add(number(1), erf))
      // The density of the normal distribution: e^(-x^2 / 2) / sqrt(2 pi).
      let power = try builder.exponential(builder.multiply(number(-0.5), square))
      slope = try builder.multiply(number(0.3989422804014327), power)
    case .tanh:
      let inner = try builder.multiply(
        number(Self.rootTwoOverPi), builder.add(x, builder.multiply(number(Self.cubic), builder.multiply(square, x))))
      let tanh = try builder.hyperbolicTangent(inner)
      probability = try builder.multiply(number(0.5), builder.add(number(1), tanh))
      let outer = try builder.multiply(number(0.5), builder.subtract(number(1), builder.multiply(tanh, tanh)))
      let derivative = try builder.multiply(
        number(Self.rootTwoOverPi), builder.add(number(1), builder.multiply(number(3 * Self.cubic), square)))
      slope = try builder.multiply(outer, derivative)
    }
    return [try builder.multiply(context.adjoint(), builder.add(probability, builder.multiply(x, slope)))]
  }

  private func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar {
    switch approximation {
    case .none: x * Scalar(0.5) * (1 + Scalar.apply(.erf, x * Scalar(Self.rootHalf)))
    case .tanh: x * Scalar(0.5) * (1 + Scalar.apply(.tanh, Scalar(Self.rootTwoOverPi) * (x + Scalar(Self.cubic) * x * x * x)))
    }
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    switch operands[0].storage {
    case .f32(let x): [HostTensor(operands[0].shape, x.map { value($0) })]
    case .f64(let x): [HostTensor(operands[0].shape, x.map { value($0) })]
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let x = try context.read(0, index)
    let inner: Element
    switch approximation {
    case .none: inner = .unary(.erf, x * x.constant(Self.rootHalf))
    case .tanh: inner = .unary(.tanh, x.constant(Self.rootTwoOverPi) * (x + x.constant(Self.cubic) * x * x * x))
    }
    return [x * x.constant(0.5) * (x.constant(1) + inner)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(operands[0].elementCount, 24) }
}

extension GraphBuilder {
  package func gaussianErrorLinearUnit(_ x: Value, _ approximation: GELUApproximation = .none) throws -> Value {
    try add(GaussianErrorLinearUnit(approximation), x)
  }
}
