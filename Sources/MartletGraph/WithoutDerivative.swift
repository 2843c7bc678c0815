import MartletCore

/// Operations through which nothing is differentiated: gradients and updates. `differentiate` reports an attempt.
package protocol WithoutDerivative: TensorOperation {}

extension WithoutDerivative {
  package func differentiability(operand: Int) -> Differentiability { .notDifferentiable }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { throw invalid("there is no derivative of this operation") }
}
