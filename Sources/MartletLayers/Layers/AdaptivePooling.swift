import MartletCore
import MartletGraph

/// The means of as many windows as the result has pixels, whatever the image's extents [torch.nn.AdaptiveAvgPool2d]: window i of n over an
/// extent e covers `floor(i e / n) ..< ceil((i + 1) e / n)`.
public struct AdaptiveAvgPool2D: PrimitiveLayer, BuiltInLayer {
  package let rows: Int
  package let columns: Int
  package let mark: LayerIdentity

  /// Gives `[N, C, rows, columns]` of images `[N, C, H, W]`, which may be smaller or larger. A call throws M401 unless both numbers are
  /// positive, M402 for other inputs.
  public init(_ rows: Int, _ columns: Int, file: String = #fileID, line: Int = #line) {
    (self.rows, self.columns) = (rows, columns)
    mark = LayerIdentity(file, line)
  }

  package var title: String { "AdaptiveAvgPool2D(output_size=(\(rows), \(columns)))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      // Windows are products of runs of rows and runs of columns: the mean of means of equally many is the mean.
      try AdaptiveWindows.pooled(input, rows, columns, order: [2, 3]) { try $0.averagePool2D($1, $2) }
    }
  }
}

/// The maxima of as many windows as the result has pixels, whatever the image's extents [torch.nn.AdaptiveMaxPool2d], over the windows of
/// `AdaptiveAvgPool2D`.
public struct AdaptiveMaxPool2D: PrimitiveLayer, BuiltInLayer {
  package let rows: Int
  package let columns: Int
  package let mark: LayerIdentity

  /// Gives `[N, C, rows, columns]` of images `[N, C, H, W]`, which may be smaller or larger. The gradient goes to the first maximum of a window.
  /// A call throws M401 unless both numbers are positive, M402 for other inputs.
  public init(_ rows: Int, _ columns: Int, file: String = #fileID, line: Int = #line) {
    (self.rows, self.columns) = (rows, columns)
    mark = LayerIdentity(file, line)
  }

  package var title: String { "AdaptiveMaxPool2D(output_size=(\(rows), \(columns)))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      // Columns first: of several maxima the first of the first row is then the one that is found, as in one pass over the window.
      try AdaptiveWindows.pooled(input, rows, columns, order: [3, 2]) { try $0.maxPool2D($1, $2) }
    }
  }
}

/// Windows of about equal extents, as runs of windows of equal extents and distances: each run is one pooling.
struct AdaptiveWindows {
  struct Run: Hashable {
    var start: Int
    var window: Int
    var stride: Int
    var count: Int
    /// Where the last window ends.
    var end: Int { start + (count - 1) * stride + window }

    /// Whether the windows of the run are all, and no two overlap.
    func tiles(_ extent: Int) -> Bool { stride == window && count * window == extent }
  }

  let runs: [Run]

  /// `count` windows over `extent` elements, both positive.
  init(_ count: Int, over extent: Int) {
    var runs: [Run] = []
    for window in 0..<count {
      let start = window * extent / count
      let length = ((window + 1) * extent + count - 1) / count - start
      if var last = runs.last, last.window == length {
        // The second window of a run says how far apart they are; the same window again makes a run of its own.
        let distance = start - (last.start + (last.count - 1) * last.stride)
        if distance > 0, last.count == 1 || distance == last.stride {
          (last.stride, last.count) = (distance, last.count + 1)
          runs[runs.count - 1] = last
          continue
        }
      }
      runs.append(Run(start: start, window: length, stride: length, count: 1))
    }
    self.runs = runs
  }

  /// Rows or columns of an image and of the result, as many as a window of the pooling operations may have.
  private static let mostPixels = 1 << 15

  /// Pools one axis after the other in this order, or both at once where each has one run.
  static func pooled(
    _ input: Tensor, _ rows: Int, _ columns: Int, order: [Int], _ pool: (GraphBuilder, Value, PoolingGeometry) throws -> Value
  ) throws -> Value {
    guard (1...mostPixels).contains(rows), (1...mostPixels).contains(columns) else {
      throw MartletError(
        LayerErrorCode.configuration, "rows and columns must be from 1 to \(mostPixels), found \(rows) and \(columns)")
    }
    guard input.shape.rank == 4, (1...mostPixels).contains(input.shape[2]), (1...mostPixels).contains(input.shape[3]) else {
      throw MartletError(
        LayerErrorCode.inputShape, "expected images [N, C, H, W] of 1 to \(mostPixels) rows and columns, found \(input.shape)")
    }
    let builder = input.tracer.builder
    let windows = (AdaptiveWindows(rows, over: input.shape[2]).runs, AdaptiveWindows(columns, over: input.shape[3]).runs)
    // Windows that overlap are cheaper one axis after the other.
    if let row = windows.0.first, let column = windows.1.first, row.tiles(input.shape[2]), column.tiles(input.shape[3]) {
      return try pool(builder, input.value, PoolingGeometry(window: [row.window, column.window]))
    }
    var value = input.value
    for axis in order {
      let runs = axis == 2 ? windows.0 : windows.1
      let shape = builder.shape(of: value)
      value = try builder.concatenate(
        runs.map { run in
          var (starts, limits) = (shape.extents.map { _ in 0 }, shape.extents)
          (starts[axis], limits[axis]) = (run.start, run.end)
          let part = try builder.slice(value, starts: starts, limits: limits)
          // Windows of one element are the elements.
          guard run.window > 1 || run.stride > 1 else { return part }
          let (window, stride) = axis == 2 ? ([run.window, 1], [run.stride, 1]) : ([1, run.window], [1, run.stride])
          return try pool(builder, part, PoolingGeometry(window: window, strides: stride))
        }, axis: axis)
    }
    return value
  }
}
