/// Adds what its layers make of the input to the input: both have one shape.
///
/// ```swift
/// Residual { Conv2D(16, 16, kernel: 3, padding: 1); ReLU() }
/// ```
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015.
public struct Residual: Layer {
  package let body: Sequential

  public init(@SequentialBuilder _ layers: () -> [any Layer]) { body = Sequential(layers) }

  public func callAsFunction(_ input: Tensor) throws -> Tensor { try input + body(input) }
}
