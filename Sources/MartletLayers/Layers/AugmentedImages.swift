import Glibc
import MartletCore
import MartletGraph

/// Where each pixel of augmented images comes from, as tensors of a graph.
///
/// For each pixel of the result the steps are undone, the last first: the mirror, the window, the rotation. What is left is a place in the
/// source, whose pixels are gathered. Each random quantity is a stream of its own with a number a sample, in the order: rows and columns of
/// `shift`, of `crop`, then `flip`, `rotate`, and the shape, row and column of `erase`; parts that are off draw nothing.
struct AugmentedImages {
  private let images: Tensor
  private let builder: GraphBuilder
  private let (samples, channels, height, width): (Int, Int, Int, Int)
  /// Of each pixel of the result, i32 `[N, H, W]`.
  private let (rows, columns): (Tensor, Tensor)

  /// Of f32 or f64, `[N, C, H, W]`.
  init(_ images: Tensor) throws {
    self.images = images
    builder = images.tracer.builder
    (samples, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
    let grid = Shape([samples, height, width])
    rows = Tensor(try builder.iota(grid, axis: 1), images.tracer, History("row"))
    columns = Tensor(try builder.iota(grid, axis: 2), images.tracer, History("column"))
  }

  func result(_ augmentation: Augmentation) throws -> Tensor {
    let distances = try [augmentation.shift, augmentation.crop].filter { $0 > 0 }.map { largest in
      (row: try integer(below: 2 * largest + 1) - Double(largest), column: try integer(below: 2 * largest + 1) - Double(largest))
    }
    var (row, column) = (rows, columns)
    if augmentation.flip {
      let isMirrored = try overPixels(uniform().isLess(than: 0.5))
      column = try isMirrored.choosing(column * -1 + Double(width - 1), else: column)
    }
    for distance in distances { (row, column) = (try row + distance.row, try column + distance.column) }
    var isKept = distances.isEmpty ? nil : try isInside(row, column)
    var result = images
    if augmentation.rotate > 0 {
      result = try turned(row, column, degrees: uniform() * (2 * augmentation.rotate) - augmentation.rotate)
    } else if augmentation.flip || !distances.isEmpty {
      result = try pixels(row, column)
    }
    if augmentation.erase > 0 {
      let isOutside = try tensor(builder.logicalNot(isErased(augmentation.erase).value))
      isKept = try isKept.map { try both($0, isOutside) } ?? isOutside
    }
    guard let isKept else { return result }
    return try overChannels(isKept).choosing(result, else: constant(0, like: result))
  }

  // MARK: Random numbers, one a sample: `[N, 1, 1]`

  /// f32, in `0 ..< 1`.
  private func uniform() throws -> Tensor { tensor(try images.tracer.randomUniform([samples, 1, 1])) }

  /// i32, each number equally likely.
  private func integer(below count: Int) throws -> Tensor { try (uniform() * Double(count)).floor().converted(to: .i32) }

  // MARK: Steps

  /// Whether a place is in the image.
  private func isInside(_ row: Tensor, _ column: Tensor) throws -> Tensor {
    try both(
      both(row.isGreater(than: -1), row.isLess(than: Double(height))), both(column.isGreater(than: -1), column.isLess(than: Double(width))))
  }

  /// The pixels at places i32 `[N, H, W]` of all channels; the nearest ones at places outside.
  private func pixels(_ row: Tensor, _ column: Tensor) throws -> Tensor {
    func clamped(_ index: Tensor, below limit: Int) throws -> Tensor {
      try index.maximum(constant(0, like: index)).minimum(constant(Double(limit - 1), like: index))
    }
    let planes = Shape([samples * channels, height * width])
    let place = try clamped(row, below: height) * Double(width) + clamped(column, below: width)
    let ofPlanes = try overChannels(place).reshaped(planes)
    let index = try ofPlanes + tensor(builder.iota(planes, axis: 0)) * Double(height * width)
    let flat = try images.reshaped([images.shape.elementCount])
    return try flat.applying(Gather(clamps: true), index).reshaped(images.shape)
  }

  /// The pixels at places of images that are turned counter-clockwise about their centre; 0 outside.
  private func turned(_ row: Tensor, _ column: Tensor, degrees: Tensor) throws -> Tensor {
    let (sine, cosine) = try sineAndCosine(degrees * (Double.pi / 180))
    let (middleRow, middleColumn) = (Double(height - 1) / 2, Double(width - 1) / 2)
    let (down, right) = (try row.converted(to: .f32) - middleRow, try column.converted(to: .f32) - middleColumn)
    let y = try right * sine + down * cosine + middleRow
    let x = try right * cosine - down * sine + middleColumn
    let (top, left) = (try y.floor(), try x.floor())
    let (low, across) = (try y - top, try x - left)
    let (topRow, leftColumn) = (try top.converted(to: .i32), try left.converted(to: .i32))
    var sum: Tensor?
    for (rowStep, columnStep) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let (row, column) = (try topRow + Double(rowStep), try leftColumn + Double(columnStep))
      let ofRow = rowStep == 1 ? low : try low * -1 + 1
      let ofColumn = columnStep == 1 ? across : try across * -1 + 1
      let weight = try ofRow * ofColumn
      let inside = try isInside(row, column).choosing(weight, else: constant(0, like: weight))
      let term = try pixels(row, column) * overChannels(inside.converted(to: images.type.dtype))
      sum = try sum.map { try $0 + term } ?? term
    }
    return sum ?? images
  }

  /// Of angles in -pi ... pi, by the series of the half angle: exact to the precision of f32.
  private func sineAndCosine(_ angle: Tensor) throws -> (sine: Tensor, cosine: Tensor) {
    let half = try angle * 0.5
    let square = try half * half
    /// `1 - s / (a b) (1 - s / (c d) (…))`, the innermost first.
    func series(_ divisors: [Double]) throws -> Tensor {
      var sum = try constant(1, like: square)
      for divisor in divisors { sum = try square * sum * (-1 / divisor) + 1 }
      return sum
    }
    let sine = try half * series([12 * 13, 10 * 11, 8 * 9, 6 * 7, 4 * 5, 2 * 3])
    let cosine = try series([11 * 12, 9 * 10, 7 * 8, 5 * 6, 3 * 4, 1 * 2])
    return (try sine * cosine * 2, try sine * sine * -2 + 1)
  }

  /// Whether a pixel of the result is in the rectangle that is erased.
  private func isErased(_ share: Double) throws -> Tensor {
    let side = (share * Double(height) * Double(width)).squareRoot()
    // The root of the height over the width, between the roots of 1/2 and 2.
    let exponent = try (uniform() - 0.5) * log(2.0)
    func range(_ side: Tensor, _ index: Tensor, _ extent: Int) throws -> Tensor {
      let length = try side.round().maximum(constant(1, like: side)).minimum(constant(Double(extent), like: side))
      let start = try (uniform() * (length * -1 + Double(extent + 1))).floor()
      let place = try index.converted(to: .f32) - start
      return try both(place.isGreater(than: -1), place.isLess(than: length))
    }
    let ofRows = try range(exponent.exp() * side, rows, height)
    return try both(ofRows, range((exponent * -1).exp() * side, columns, width))
  }

  // MARK: Shapes

  private func tensor(_ value: Value) -> Tensor { Tensor(value, images.tracer, History("images")) }

  private func constant(_ number: Double, like other: Tensor) throws -> Tensor {
    tensor(try builder.constant(number, like: other.value))
  }

  private func both(_ a: Tensor, _ b: Tensor) throws -> Tensor { tensor(try builder.logicalAnd(a.value, b.value)) }

  /// `[N, 1, 1]` for each pixel: `[N, H, W]`.
  private func overPixels(_ x: Tensor) throws -> Tensor {
    tensor(try builder.broadcast(builder.reshape(x.value, [samples]), rows.shape, axes: [0]))
  }

  /// `[N, H, W]` for each channel: `[N, C, H, W]`.
  private func overChannels(_ x: Tensor) throws -> Tensor { tensor(try builder.broadcast(x.value, images.shape, axes: [0, 2, 3])) }
}
