import MartletCore
import MartletGraph

/// The maximum of each window of images `[N, C, H, W]` [torch.nn.MaxPool2d].
public struct MaxPool2D: PrimitiveLayer, BuiltInLayer {
  package let window: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let dilation: Extents2D
  package let ceilMode: Bool
  package let mark: LayerIdentity

  /// The stride is the window unless given. Padding is -inf, at most half the window; `dilation` is how far apart the pixels of a window are.
  /// With `ceilMode` a last window counts that reaches over the padding, if it starts in the image or in the padding before it.
  public init(
    _ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, dilation: Extents2D = 1, ceilMode: Bool = false,
    file: String = #fileID, line: Int = #line
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
    mark = LayerIdentity(file, line)
  }

  package var title: String {
    var text = "MaxPool2D(kernel_size=\(window.short), stride=\(stride.short), padding=\(padding.short)"
    if dilation != 1 { text += ", dilation=\(dilation.short)" }
    return text + (ceilMode ? ", ceil_mode=True)" : ")")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) {
      try $0.tracer.builder.maxPool2D($0.value, PoolingGeometry(window, stride, padding, dilation, ceilMode: ceilMode))
    }
  }
}

/// The mean of each window of images `[N, C, H, W]` [torch.nn.AvgPool2d].
public struct AvgPool2D: PrimitiveLayer, BuiltInLayer {
  package let window: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let ceilMode: Bool
  package let countIncludesPadding: Bool
  package let mark: LayerIdentity

  /// The stride is the window unless given; padding is zeros, at most half the window, and counts unless `countIncludesPadding` is false. With
  /// `ceilMode` a last window counts that reaches over the padding, if it starts in the image or in the padding before it; what it has behind
  /// the padding does not count.
  public init(
    _ window: Extents2D, stride: Extents2D? = nil, padding: Extents2D = 0, ceilMode: Bool = false, countIncludesPadding: Bool = true,
    file: String = #fileID, line: Int = #line
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
    mark = LayerIdentity(file, line)
  }

  package var title: String {
    "AvgPool2D(kernel_size=\(window.short), stride=\(stride.short), padding=\(padding.short)" + (ceilMode ? ", ceil_mode=True)" : ")")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) {
      try $0.tracer.builder.averagePool2D(
        $0.value, PoolingGeometry(window, stride, padding, ceilMode: ceilMode), countIncludesPadding: countIncludesPadding)
    }
  }
}

extension PoolingGeometry {
  /// Throws M401 unless there are two numbers of each kind, and for padding of more than half a window [torch.nn.functional.max_pool2d].
  init(_ window: Extents2D, _ stride: Extents2D?, _ padding: Extents2D, _ dilation: Extents2D = 1, ceilMode: Bool = false) throws {
    self.init(
      window: try window.checked("window"), strides: try stride?.checked("stride"), padding: try padding.checkedPadding("padding"),
      dilation: try dilation.checked("dilation"), roundsUp: ceilMode)
    guard (0..<2).allSatisfy({ self.window[$0] < 1 || padding.numbers[$0] <= self.window[$0] / 2 }) else {
      throw MartletError(
        LayerErrorCode.configuration, "padding is at most half the window, found padding \(padding) and window \(window)")
    }
  }
}
