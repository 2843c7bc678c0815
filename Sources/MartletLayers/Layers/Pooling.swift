import MartletGraph

/// The maximum of each window of images `[N, C, H, W]` [torch.nn.MaxPool2d].
public struct MaxPool2D: PrimitiveLayer, BuiltInLayer {
  package let window: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let mark: LayerIdentity

  /// The stride is the window unless given.
  public init(_ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, file: String = #fileID, line: Int = #line) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    mark = LayerIdentity(file, line)
  }

  package var title: String { "MaxPool2D(kernel_size=\(window.short), stride=\(stride.short), padding=\(padding.short))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.maxPool2D($0.value, PoolingGeometry(window, stride, padding)) }
  }
}

/// The mean of each window of images `[N, C, H, W]` [torch.nn.AvgPool2d].
public struct AvgPool2D: PrimitiveLayer, BuiltInLayer {
  package let window: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let countIncludesPadding: Bool
  package let mark: LayerIdentity

  /// The stride is the window unless given.
  public init(
    _ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, countIncludesPadding: Bool = true, file: String = #fileID,
    line: Int = #line
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.countIncludesPadding = countIncludesPadding
    mark = LayerIdentity(file, line)
  }

  package var title: String { "AvgPool2D(kernel_size=\(window.short), stride=\(stride.short), padding=\(padding.short))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) {
      try $0.tracer.builder.averagePool2D($0.value, PoolingGeometry(window, stride, padding), countIncludesPadding: countIncludesPadding)
    }
  }
}
