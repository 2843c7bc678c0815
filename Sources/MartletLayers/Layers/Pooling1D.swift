import MartletCore
import MartletGraph

/// The maximum of each window of sequences `[N, C, L]` [torch.nn.MaxPool1d].
public struct MaxPool1D: PrimitiveLayer, BuiltInLayer {
  package let window: Int
  package let stride: Int
  package let padding: Int
  package let dilation: Int
  package let ceilMode: Bool
  package let mark: LayerIdentity

  /// The arguments are those of `MaxPool2D`.
  public init(
    _ window: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false, file: String = #fileID,
    line: Int = #line
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
    mark = LayerIdentity(file, line)
  }

  package var title: String {
    var text = "MaxPool1D(kernel_size=\(window), stride=\(stride), padding=\(padding)"
    if dilation != 1 { text += ", dilation=\(dilation)" }
    return text + (ceilMode ? ", ceil_mode=True)" : ")")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      let geometry = try PoolingGeometry([1, window], [1, stride], [0, padding], [1, dilation], ceilMode: ceilMode)
      return try input.asImages { try $0.maxPool2D($1, geometry) }
    }
  }
}

/// The mean of each window of sequences `[N, C, L]` [torch.nn.AvgPool1d].
public struct AvgPool1D: PrimitiveLayer, BuiltInLayer {
  package let window: Int
  package let stride: Int
  package let padding: Int
  package let ceilMode: Bool
  package let countIncludesPadding: Bool
  package let mark: LayerIdentity

  /// The arguments are those of `AvgPool2D`.
  public init(
    _ window: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludesPadding: Bool = true, file: String = #fileID,
    line: Int = #line
  ) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
    mark = LayerIdentity(file, line)
  }

  package var title: String {
    "AvgPool1D(kernel_size=\(window), stride=\(stride), padding=\(padding)" + (ceilMode ? ", ceil_mode=True)" : ")")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      let geometry = try PoolingGeometry([1, window], [1, stride], [0, padding], ceilMode: ceilMode)
      return try input.asImages { try $0.averagePool2D($1, geometry, countIncludesPadding: countIncludesPadding) }
    }
  }
}

extension Tensor {
  /// Computes with sequences `[N, C, L]` as images of one row, `[N, C, 1, L]`. Throws M402 for other shapes.
  func asImages(channels: Int? = nil, _ body: (GraphBuilder, Value) throws -> Value) throws -> Value {
    guard shape.rank == 3, channels == nil || shape[1] == channels else {
      throw MartletError(
        LayerErrorCode.inputShape, "expected sequences [N, \(channels.map(String.init) ?? "C"), L], found \(shape)",
        advice: shape.rank == 3
          ? "Give it \(shape[1]) input channels, or correct the layers before; transposed([0, 2, 1]) exchanges channels and length."
          : "Sequences have three axes: reshape them, or use a layer of images.")
    }
    let builder = tracer.builder
    let result: Value
    do {
      result = try body(builder, builder.reshape(value, [shape[0], shape[1], 1, shape[2]]))
    } catch let error as MartletError {
      // What images call their width is the length here.
      let message = error.message.drop { $0 != ":" }.dropFirst(2)
      guard message.hasPrefix("the width ") else { throw error }
      throw MartletError(error, "the length \(message.dropFirst("the width ".count))", at: error.location)
    }
    let extents = builder.shape(of: result)
    return try builder.reshape(result, [extents[0], extents[1], extents[3]])
  }
}
