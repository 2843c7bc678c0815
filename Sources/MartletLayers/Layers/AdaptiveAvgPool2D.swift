import MartletCore
import MartletGraph

/// The means of as many windows as the result has pixels, whatever the image's extents [torch.nn.AdaptiveAvgPool2d]: window i of n over an
/// extent e covers `floor(i e / n) ..< ceil((i + 1) e / n)`.
public struct AdaptiveAvgPool2D: PrimitiveLayer, BuiltInLayer {
  package let rows: Int
  package let columns: Int
  package let mark: LayerIdentity

  /// Gives `[N, C, rows, columns]` of images `[N, C, H, W]`. A call throws M401 unless both numbers are positive, M402 for other inputs.
  public init(_ rows: Int, _ columns: Int, file: String = #fileID, line: Int = #line) {
    (self.rows, self.columns) = (rows, columns)
    mark = LayerIdentity(file, line)
  }

  package var title: String { "AdaptiveAvgPool2D(output_size=(\(rows), \(columns)))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard rows > 0, columns > 0 else {
        throw MartletError(LayerErrorCode.configuration, "rows and columns must be positive, found \(rows) and \(columns)")
      }
      guard input.shape.rank == 4, input.shape[2] > 0, input.shape[3] > 0 else {
        throw MartletError(LayerErrorCode.inputShape, "expected images [N, C, H, W], found \(input.shape)")
      }
      let builder = input.tracer.builder
      if input.shape[2] % rows == 0, input.shape[3] % columns == 0 {
        let window = [input.shape[2] / rows, input.shape[3] / columns]
        return try builder.averagePool2D(
          input.value, PoolingGeometry(window: window, strides: window, padding: [0, 0, 0, 0]), countIncludesPadding: true)
      }
      // Windows are products of runs of rows and runs of columns, so one axis after the other gives the mean of the window.
      return try pooled(builder, pooled(builder, input.value, axis: 2, count: rows), axis: 3, count: columns)
    }
  }

  private func pooled(_ builder: GraphBuilder, _ x: Value, axis: Int, count: Int) throws -> Value {
    let shape = builder.shape(of: x)
    let means = try (0..<count).map { window -> Value in
      var (starts, limits) = (shape.extents.map { _ in 0 }, shape.extents)
      starts[axis] = window * shape[axis] / count
      limits[axis] = ((window + 1) * shape[axis] + count - 1) / count
      var single = shape.extents
      single[axis] = 1
      return try builder.reshape(builder.reduceMean(builder.slice(x, starts: starts, limits: limits), axes: [axis]), Shape(single))
    }
    return try builder.concatenate(means, axis: axis)
  }
}
