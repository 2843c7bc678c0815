import MartletCore
import MartletGraph

/// What is put around an image before a convolution [the padding_mode of torch.nn.Conv2d].
public enum PaddingMode: Hashable, Sendable {
  /// Zeros.
  case zeros
  /// The image mirrored at its first and last pixels, which are not repeated: padding is less than the extent.
  case reflect
  /// The first and last pixels, repeated.
  case replicate
  /// The image again, from its other end: padding is at most the extent.
  case circular
}

extension Tensor {
  /// Adds `low[i]` elements before and `high[i]` after axis i, taken from the tensor as `mode` says [torch.nn.functional.pad]. Throws M401 for
  /// numbers that are negative, too many or too large for the mode.
  public func padded(
    low: [Int], high: [Int], mode: PaddingMode, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("pad", file, line) { try $0.pad(value, low: low, high: high, mode: mode) }
  }
}

extension GraphBuilder {
  /// The images with their padding, which then is no longer the convolution's; zeros stay the convolution's.
  func padded(_ images: Value, _ geometry: inout ConvolutionGeometry, _ mode: PaddingMode) throws -> Value {
    guard mode != .zeros else { return images }
    let sides = geometry.padding
    geometry.padding = [0, 0, 0, 0]
    return try pad(images, low: [0, 0, sides[0], sides[2]], high: [0, 0, sides[1], sides[3]], mode: mode)
  }

  /// Joins parts of the tensor along each axis.
  func pad(_ x: Value, low: [Int], high: [Int], mode: PaddingMode) throws -> Value {
    guard mode != .zeros else { return try pad(x, low: low, high: high) }
    let shape = shape(of: x)
    guard low.count == shape.rank, high.count == shape.rank else {
      throw MartletError(
        LayerErrorCode.configuration, "padding has two numbers for each of the \(shape.rank) axes of \(shape), found \(low) and \(high)")
    }
    for axis in shape.extents.indices where low[axis] != 0 || high[axis] != 0 {
      let most =
        switch mode {
        case .reflect: shape[axis] - 1
        case .circular: shape[axis]
        case .zeros, .replicate: shape[axis] > 0 ? Int(Int32.max) : 0
        }
      guard (0...max(most, 0)).contains(low[axis]), (0...max(most, 0)).contains(high[axis]) else {
        throw MartletError(
          LayerErrorCode.configuration,
          "\(mode) padding of axis \(axis) of \(shape) is from 0 to \(max(most, 0)), found \(low[axis]) and \(high[axis])")
      }
    }
    return try shape.extents.indices.reduce(x) { try pad($0, axis: $1, low[$1], high[$1], mode) }
  }

  private func pad(_ x: Value, axis: Int, _ low: Int, _ high: Int, _ mode: PaddingMode) throws -> Value {
    guard low > 0 || high > 0 else { return x }
    let shape = shape(of: x)
    let extent = shape[axis]
    func part(_ range: Range<Int>) throws -> Value {
      var (starts, limits) = (shape.extents.map { _ in 0 }, shape.extents)
      (starts[axis], limits[axis]) = (range.lowerBound, range.upperBound)
      return try slice(x, starts: starts, limits: limits)
    }
    func repeated(_ position: Int, _ count: Int) throws -> Value {
      var (single, extents) = (shape.extents, shape.extents)
      single.remove(at: axis)
      extents[axis] = count
      let kept = shape.extents.indices.filter { $0 != axis }
      return try broadcast(reshape(part(position..<position + 1), Shape(single)), Shape(extents), axes: kept)
    }
    var before: [Value] = []
    var after: [Value] = []
    switch mode {
    case .reflect:
      before = try (0..<low).map { try part(low - $0..<low - $0 + 1) }
      after = try (0..<high).map { try part(extent - 2 - $0..<extent - 1 - $0) }
    case .circular:
      if low > 0 { before = [try part(extent - low..<extent)] }
      if high > 0 { after = [try part(0..<high)] }
    case .zeros, .replicate:
      if low > 0 { before = [try repeated(0, low)] }
      if high > 0 { after = [try repeated(extent - 1, high)] }
    }
    return try concatenate(before + [x] + after, axis: axis)
  }
}
