import MartletCore

/// The attributes of two-dimensional pooling: window, strides, padding, dilation of a maximum's window, and whether a last window counts that
/// reaches over the padding (`ceil_mode`), if it starts in the image or in the padding before it.
package struct PoolingGeometry: Hashable, Sendable {
  /// Rows, columns.
  package var window: [Int]
  package var strides: [Int]
  /// Top, bottom, left, right.
  package var padding: [Int]
  /// How far apart the taps of a window are.
  package var dilation: [Int]
  package var roundsUp: Bool

  /// Strides are those of the window unless given.
  package init(
    window: [Int], strides: [Int]? = nil, padding: [Int] = [0, 0, 0, 0], dilation: [Int] = [1, 1], roundsUp: Bool = false
  ) {
    self.window = window
    self.strides = strides ?? window
    self.padding = padding
    self.dilation = dilation
    self.roundsUp = roundsUp
  }

  init(_ attributes: inout AttributeReader, hasDilation: Bool) throws {
    window = try attributes.integers("window")
    strides = try attributes.integers("strides", default: window)
    padding = try attributes.integers("padding", default: [0, 0, 0, 0])
    dilation = hasDilation ? try attributes.integers("dilation", default: [1, 1]) : [1, 1]
    roundsUp = try attributes.flag("ceil_mode", default: false)
  }

  var attributes: [Attribute] {
    [Attribute("window", .integers(window))]
      + Attribute.unlessDefault("strides", .integers(strides), .integers(window))
      + Attribute.unlessDefault("padding", .integers(padding), .integers([0, 0, 0, 0]))
      + Attribute.unlessDefault("dilation", .integers(dilation), .integers([1, 1]))
      + Attribute.unlessDefault("ceil_mode", .flag(roundsUp), .flag(false))
  }

  /// Whether each pixel belongs to at most one window, and each tap of a window to the image.
  package var tilesImage: Bool { strides == window && padding == [0, 0, 0, 0] && dilation == [1, 1] && !roundsUp }

  /// The same without `ceil_mode` where it changes nothing for images of these extents: what templates know.
  package func simplified(input: [Int]) -> PoolingGeometry {
    var other = self
    other.roundsUp = false
    guard roundsUp, input.count == 2, let up = try? axes("", input: input), let down = try? other.axes("", input: input),
      zip(up, down).allSatisfy({ $0.output == $1.output })
    else { return self }
    return other
  }

  /// Positions in the window are numbers in this type.
  var positionType: DType { window.reduce(1, *) <= 256 ? .u8 : .i32 }

  /// Rows and columns over an input of the given extents. Throws unless every window meets the input.
  func axes(_ mnemonic: String, input: [Int]) throws -> [WindowAxis] {
    func invalid(_ message: String, _ advice: String) -> MartletError {
      MartletError(GraphErrorCode.operandTypes, "\(mnemonic): \(message)", advice: advice)
    }
    let limit = 1 << 15
    guard window.count == 2, window.allSatisfy({ (1...limit).contains($0) }) else {
      throw invalid("window must be two numbers from 1 to \(limit), found \(window)", "Give one for rows and one for columns.")
    }
    guard strides.count == 2, strides.allSatisfy({ (1...limit).contains($0) }) else {
      throw invalid("strides must be two numbers from 1 to \(limit), found \(strides)", "Give one for rows and one for columns.")
    }
    guard padding.count == 4, padding.allSatisfy({ $0 >= 0 }) else {
      throw invalid(
        "padding must be [top, bottom, left, right], not negative, found \(padding)",
        "Give the number of pixels on each side; slice cuts off what negative padding would.")
    }
    guard dilation.count == 2, (0..<2).allSatisfy({ dilation[$0] >= 1 && dilation[$0] <= limit / window[$0] }) else {
      throw invalid(
        "dilation must be two numbers from 1 to \(limit) divided by the window, found \(dilation)",
        "Give the distance of two pixels of a window, for rows and for columns: 1 where they are neighbours.")
    }
    guard input.allSatisfy({ (0...Shape.largestElementCount).contains($0) }) else {
      throw invalid("images of \(input) are not possible", "Correct the extents.")
    }
    return try (0..<2).map { axis in
      let result = WindowAxis(
        input: input[axis], window: window[axis], stride: strides[axis], paddingBefore: padding[2 * axis],
        paddingAfter: padding[2 * axis + 1], dilation: dilation[axis], roundsUp: roundsUp)
      guard result.paddingBefore < result.span, result.paddingAfter < result.span else {
        throw invalid(
          "padding \(padding) must be smaller than what a window spans, \(result.span) pixels, or a window would cover padding only",
          "Make the padding smaller or the window larger.")
      }
      guard result.output >= 1, result.input >= 1 else {
        let extent = axis == 0 ? "height" : "width"
        throw invalid(
          "the \(extent) \(input[axis]) with its padding is smaller than the \(result.span) pixels that a window spans",
          "Make the window smaller, or reduce the images less before.")
      }
      guard result.meetsInput else {
        throw invalid(
          "with dilation \(dilation) and padding \(padding) all taps of a window \(window) would be on the padding of an image of "
            + "\(input[0]) x \(input[1])",
          "Make the dilation or the padding smaller.")
      }
      return result
    }
  }

  /// Checks images and gives the shape of the pooled result.
  func pooled(_ mnemonic: String, _ x: TensorType) throws -> Shape {
    guard x.dtype.isFloatingPoint, x.shape.rank == 4 else {
      throw MartletError(
        GraphErrorCode.operandTypes, "\(mnemonic): expected f32 or f64 images [N, C, H, W], found \(x)",
        advice: x.shape.rank == 4 ? "Convert them first." : "Pool before the images are flattened, or reshape to four axes.")
    }
    let axes = try axes(mnemonic, input: [x.shape[2], x.shape[3]])
    return [x.shape[0], x.shape[1], axes[0].output, axes[1].output]
  }

  /// Checks a gradient of pooled images against `extent` and gives the shape of the images.
  func unpooled(_ mnemonic: String, _ dy: TensorType, extent: [Int]) throws -> Shape {
    guard dy.dtype.isFloatingPoint, dy.shape.rank == 4, extent.count == 2 else {
      throw MartletError(
        GraphErrorCode.operandTypes, "\(mnemonic): expected dy [N, C, OH, OW] and extent = [H, W], found \(dy) and \(extent)",
        advice: "Give the gradient of the pooled images, and the rows and columns of the images.")
    }
    let axes = try axes(mnemonic, input: extent)
    guard axes[0].output == dy.shape[2], axes[1].output == dy.shape[3] else {
      throw MartletError(
        GraphErrorCode.operandTypes, "\(mnemonic): pooling \(extent) gives [\(axes[0].output), \(axes[1].output)], but dy is \(dy.shape)",
        advice: "Give the attributes of the pooling whose gradient it is, and as extent the rows and columns of its images.")
    }
    return [dy.shape[0], dy.shape[1], extent[0], extent[1]]
  }

  /// For one image plane: every window with its taps inside the input, as (output, input, position) offsets.
  func forEachTap(_ axes: [WindowAxis], _ body: (_ output: Int, _ input: Int, _ position: Int) -> Void) {
    for oy in 0..<axes[0].output {
      for ox in 0..<axes[1].output {
        for ky in 0..<axes[0].window {
          let y = axes[0].position(output: oy, tap: ky)
          guard y >= 0, y < axes[0].input else { continue }
          for kx in 0..<axes[1].window {
            let x = axes[1].position(output: ox, tap: kx)
            guard x >= 0, x < axes[1].input else { continue }
            body(oy * axes[1].output + ox, y * axes[1].input + x, ky * axes[1].window + kx)
          }
        }
      }
    }
  }

  static let samples: [(geometry: PoolingGeometry, input: Shape)] = [
    (PoolingGeometry(window: [2, 2]), [2, 3, 6, 8]),
    (PoolingGeometry(window: [2, 2]), [1, 2, 7, 5]),
    (PoolingGeometry(window: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1]), [1, 2, 7, 9]),
    (PoolingGeometry(window: [3, 2], strides: [1, 1]), [2, 1, 5, 20]),
    (PoolingGeometry(window: [2, 3], strides: [3, 2], padding: [1, 0, 0, 2]), [1, 2, 8, 7]),
    (PoolingGeometry(window: [2, 2], roundsUp: true), [2, 2, 7, 9]),
    (PoolingGeometry(window: [3, 2], strides: [2, 3], padding: [1, 1, 1, 0], roundsUp: true), [1, 2, 6, 9]),
    // The last row of windows would start behind the image: it does not count.
    (PoolingGeometry(window: [2, 4], strides: [3, 4], padding: [0, 1, 2, 1], roundsUp: true), [1, 1, 3, 20]),
  ]

  /// Of poolings whose taps may be apart.
  static let dilatedSamples: [(geometry: PoolingGeometry, input: Shape)] = [
    (PoolingGeometry(window: [2, 3], strides: [1, 1], dilation: [3, 2]), [1, 2, 7, 20]),
    (PoolingGeometry(window: [3, 2], strides: [2, 3], padding: [2, 1, 1, 1], dilation: [2, 3], roundsUp: true), [2, 1, 8, 9]),
  ]
}
