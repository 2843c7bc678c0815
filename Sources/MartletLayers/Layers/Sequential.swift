/// Layers one after the other: `Sequential { Conv2D(1, 8, kernel: 3, padding: 1); ReLU(); MaxPool2D(2) }`. Their parameters are named by
/// number: `conv1.0.weight`.
public struct Sequential: Layer {
  package let layers: [any Layer]

  /// The layers that the block lists, in order.
  public init(@SequentialBuilder _ layers: () -> [any Layer]) { self.layers = layers() }
  /// The layers of an array, in order.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// Each layer takes what the one before it gives. Throws what the layers throw.
  public func callAsFunction(_ input: Tensor) throws -> Tensor { try layers.reduce(input) { try $1($0) } }
}

/// Collects the layers of a block; `if` and `for` work inside.
@resultBuilder
public enum SequentialBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// The layers of all statements, in order.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// The layers of an `if` without `else`; none where the condition is false.
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  /// The layers of an `if`.
  public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
  /// The layers of an `else`.
  public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
  /// The layers of all passes of a `for`.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
