import MartletCore

/// Operations through which nothing is differentiated: gradients and updates. `differentiate` reports an attempt.
public protocol WithoutDerivative: Operation {}

extension WithoutDerivative {
  public func differentiability(operand: Int) -> Differentiability { .notDifferentiable }
  public func adjoints(_ context: AdjointContext) throws -> [Value?] { throw invalid("there is no derivative of this operation") }
}
