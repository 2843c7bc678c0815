/// Adds what its layers make of the input to the input: both have one shape.
///
/// ```swift
/// Residual { Conv2D(16, 16, kernel: 3, padding: 1); ReLU() }
/// ```
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015.
public struct Residual: Layer {
  package let body: Sequential

  /// Layers that keep the shape of their input.
  public init(@SequentialBuilder _ layers: () -> [any Layer]) { body = Sequential(layers) }

  /// The input plus what the layers make of it. Throws M403 where the shapes cannot be added.
  public func callAsFunction(_ input: Tensor) throws -> Tensor { try input + body(input) }
}
