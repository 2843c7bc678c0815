/// Layers one after the other: `Sequential { Conv2D(1, 8, kernel: 3, padding: 1); ReLU(); MaxPool2D(2) }`. Their parameters are named by
/// number: `conv1.0.weight`.
package struct Sequential: Layer {
  package let layers: [any Layer]

  package init(@SequentialBuilder _ layers: () -> [any Layer]) { self.layers = layers() }
  package init(_ layers: [any Layer]) { self.layers = layers }

  package func callAsFunction(_ input: Tensor) throws -> Tensor { try layers.reduce(input) { try $1($0) } }
}

/// Collects the layers of a block; `if` and `for` work inside.
@resultBuilder
package enum SequentialBuilder {
  package static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  package static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  package static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  package static func buildEither(first part: [any Layer]) -> [any Layer] { part }
  package static func buildEither(second part: [any Layer]) -> [any Layer] { part }
  package static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
