/// Layers one after the other: `Sequential { Conv2D(1, 8, kernel: 3, padding: 1); ReLU(); MaxPool2D(2) }`. Their parameters are named by
/// number: `conv1.0.weight`.
public struct Sequential: Layer {
  package let layers: [any Layer]

  public init(@SequentialBuilder _ layers: () -> [any Layer]) { self.layers = layers() }
  public init(_ layers: [any Layer]) { self.layers = layers }

  public func callAsFunction(_ input: Tensor) throws -> Tensor { try layers.reduce(input) { try $1($0) } }
}

/// Collects the layers of a block; `if` and `for` work inside.
@resultBuilder
public enum SequentialBuilder {
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
  public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
