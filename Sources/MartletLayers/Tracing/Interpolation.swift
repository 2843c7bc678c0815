import MartletCore
import MartletGraph

/// How the pixels of a resized image follow from those of the image [torch.nn.functional.interpolate].
public enum Interpolation: Hashable, Sendable {
  /// The pixel at the position, rounded down.
  case nearest
  /// The mean of the four pixels around the position, weighted by their distances. With `alignsCorners` the centres of the first and last pixels
  /// of both images are at the same places, otherwise their outer borders are.
  case bilinear(alignsCorners: Bool = false)
}

extension Tensor {
  /// Images `[N, C, H, W]` resized to so many rows and columns [torch.nn.functional.interpolate with size]. Throws M401 unless both are
  /// positive, M402 for other inputs.
  public func interpolated(
    to size: Extents2D, mode: Interpolation = .nearest, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("interpolate", file, line) { try $0.resized(value, Resizing.size(size), mode) }
  }

  /// Images `[N, C, H, W]` resized by a factor, or by one for the rows and one for the columns, extents rounded down
  /// [torch.nn.functional.interpolate with scale_factor]. Throws M401 for factors that give no image, M402 for other inputs.
  public func interpolated(
    by factors: Double..., mode: Interpolation = .nearest, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("interpolate", file, line) { try $0.resized(value, Resizing.factors(factors), mode) }
  }
}

/// What the result of a resizing is as large as.
enum Resizing: Hashable, Sendable {
  case size(Extents2D)
  case factors([Double])
}

/// The resizing of one axis.
struct ResizedAxis {
  let input: Int
  let output: Int
  /// The factor, where one was given: it decides the distance of the positions then, not the rounded extent.
  let factor: Double?

  /// Elements of the input between two of the output, corners not aligned.
  private func distance<Scalar: BinaryFloatingPoint>(_: Scalar.Type) -> Scalar {
    factor.map { Scalar(1 / $0) } ?? Scalar(input) / Scalar(output)
  }

  /// The distance of nearest pixels, which PyTorch computes in f32 for all types.
  var nearestDistance: Float { distance(Float.self) }

  /// The nearest input of an output.
  func nearest(_ position: Int) -> Int {
    if output == input { return position }
    if output == 2 * input { return position / 2 }
    return min(Int((Float(position) * nearestDistance).rounded(.down)), input - 1)
  }

  /// The distance of positions for a mean of two, in the type in which PyTorch computes it.
  func linearDistance(alignsCorners: Bool, _ dtype: DType) -> Double {
    if alignsCorners {
      guard output > 1 else { return 0 }
      return dtype == .f32 ? Double(Float(input - 1) / Float(output - 1)) : Double(input - 1) / Double(output - 1)
    }
    return dtype == .f32 ? Double(distance(Float.self)) : distance(Double.self)
  }
}

extension GraphBuilder {
  /// Images with other extents, one axis after the other.
  func resized(_ images: Value, _ resizing: Resizing, _ mode: Interpolation) throws -> Value {
    let type = type(of: images)
    // Positions are numbers in f32.
    let limit = 1 << 24
    guard type.dtype.isFloatingPoint, type.shape.rank == 4, type.shape.extents.suffix(2).allSatisfy({ (1...limit).contains($0) }) else {
      throw MartletError(LayerErrorCode.inputShape, "expected f32 or f64 images [N, C, H, W], found \(type)")
    }
    var extents: [Int]
    var factors: [Double?] = [nil, nil]
    switch resizing {
    case .size(let size): extents = try size.checked("size")
    case .factors(let given):
      guard given.count == 1 || given.count == 2, given.allSatisfy({ $0 > 0 && $0 <= Double(limit) }) else {
        throw MartletError(
          LayerErrorCode.configuration,
          "the image is resized by one positive factor, or by one for rows and one for columns, found \(given)")
      }
      factors = [given[0], given[given.count - 1]]
      extents = (0..<2).map { Int(min(Double(type.shape[$0 + 2]) * given[min($0, given.count - 1)], Double(limit) + 1)) }
    }
    guard extents.allSatisfy({ (1...limit).contains($0) }) else {
      throw MartletError(
        LayerErrorCode.configuration,
        "an image of \(type.shape[2]) x \(type.shape[3]) pixels cannot be resized to \(extents[0]) x \(extents[1])")
    }
    return try (0..<2).reduce(images) { image, axis in
      let resized = ResizedAxis(input: type.shape[axis + 2], output: extents[axis], factor: factors[axis])
      switch mode {
      case .nearest: return try nearest(image, axis: axis + 2, resized)
      case .bilinear(let alignsCorners): return try linear(image, axis: axis + 2, resized, alignsCorners: alignsCorners)
      }
    }
  }

  private func nearest(_ x: Value, axis: Int, _ resized: ResizedAxis) throws -> Value {
    let (input, output) = (resized.input, resized.output)
    var extents = shape(of: x).extents
    let positions = (0..<output).map(resized.nearest)
    if positions == Array(0..<input) { return x }
    // Each element some times, or some of them: no index depends on data, and gradients are sums or spread.
    let repeats = output / input
    if output % input == 0, positions.indices.allSatisfy({ positions[$0] == $0 / repeats }) {
      extents.insert(repeats, at: axis + 1)
      let spread = try broadcast(x, Shape(extents), axes: extents.indices.filter { $0 != axis + 1 })
      extents.remove(at: axis + 1)
      extents[axis] = output
      return try reshape(spread, Shape(extents))
    }
    let step = input / output
    if step >= 1, positions.indices.allSatisfy({ positions[$0] == $0 * step }) {
      var strides = extents.map { _ in 1 }
      strides[axis] = step
      extents[axis] = (output - 1) * step + 1
      return try slice(x, starts: extents.map { _ in 0 }, limits: extents, strides: strides)
    }
    // The same arithmetic in f32 that gave the positions.
    let index = try multiplied(counted(output, .f32), Double(resized.nearestDistance))
    return try gathered(x, floor(index), axis, last: input - 1)
  }

  private func linear(_ x: Value, axis: Int, _ resized: ResizedAxis, alignsCorners: Bool) throws -> Value {
    let type = type(of: x)
    // Whatever the factor was.
    guard resized.input != resized.output else { return x }
    let distance = resized.linearDistance(alignsCorners: alignsCorners, type.dtype)
    if !alignsCorners, let structured = try wholeLinear(x, axis: axis, resized, distance) { return structured }
    let counted = try counted(resized.output, type.dtype)
    let half = try constant(0.5, like: counted)
    let position =
      alignsCorners
      ? try multiplied(counted, distance)
      : try maximum(subtract(multiplied(add(counted, half), distance), half), constant(0, like: counted))
    let first = try minimum(floor(position), constant(Double(resized.input - 1), like: counted))
    let share = try minimum(subtract(position, first), constant(1, like: counted))
    let shape = Shape(type.shape.extents.enumerated().map { $0.offset == axis ? resized.output : $0.element })
    func weighted(_ index: Value, _ weight: Value) throws -> Value {
      try multiply(gathered(x, index, axis, last: resized.input - 1), broadcast(weight, shape, axes: [axis]))
    }
    let one = try constant(1, like: counted)
    return try add(weighted(first, subtract(one, share)), weighted(add(first, one), share))
  }

  /// The means where the extent grows or shrinks by a whole factor: sums of slices, whose gradients visit a few elements each. Nil for others.
  private func wholeLinear(_ x: Value, axis: Int, _ resized: ResizedAxis, _ distance: Double) throws -> Value? {
    let (input, output) = (resized.input, resized.output)
    let shape = shape(of: x)
    func elements(_ x: Value, from start: Int, every step: Int = 1, count: Int) throws -> Value {
      let extents = self.shape(of: x).extents
      var (starts, limits, strides) = (extents.map { _ in 0 }, extents, extents.map { _ in 1 })
      (starts[axis], limits[axis], strides[axis]) = (start, start + (count - 1) * step + 1, step)
      return try slice(x, starts: starts, limits: limits, strides: strides)
    }
    func mean(_ first: Value, _ second: Value, _ share: Double) throws -> Value {
      try add(multiplied(first, 1 - share), multiplied(second, share))
    }
    let growth = output / input
    if output % input == 0, growth <= GraphBuilder.mostPhases, distance == Double(1 / Float(growth)) || distance == 1 / Double(growth) {
      // Outside of the image its borders go on. Of each group of outputs, the ones at the same place lie equally between two inputs.
      let bordered = try concatenate(
        [elements(x, from: 0, count: 1), x, elements(x, from: input - 1, count: 1)], axis: axis)
      var single = shape.extents
      single.insert(1, at: axis + 1)
      let phases = try (0..<growth).map { phase -> Value in
        let position = (Double(phase) + 0.5) / Double(growth) + 0.5
        let start = Int(position)
        let both = try mean(
          elements(bordered, from: start, count: input), elements(bordered, from: start + 1, count: input), position - Double(start))
        return try reshape(both, Shape(single))
      }
      var extents = shape.extents
      extents[axis] = output
      return try reshape(concatenate(phases, axis: axis + 1), Shape(extents))
    }
    let step = input / output
    guard input % output == 0, distance == Double(step) else { return nil }
    let first = try elements(x, from: (step - 1) / 2, every: step, count: output)
    return step % 2 == 1 ? first : try mean(first, elements(x, from: step / 2, every: step, count: output), 0.5)
  }

  /// Up to this factor the outputs at each place of a group are computed apart.
  private static let mostPhases = 8

  /// 0, 1, 2, … as numbers.
  private func counted(_ count: Int, _ dtype: DType) throws -> Value { try convert(iota([count], axis: 0), to: dtype) }

  private func multiplied(_ x: Value, _ number: Double) throws -> Value { try multiply(x, constant(number, like: x)) }

  /// The elements of an axis at whole numbers, of which those behind the last one count as the last.
  private func gathered(_ x: Value, _ index: Value, _ axis: Int, last: Int) throws -> Value {
    let clamped = try minimum(index, constant(Double(last), like: index))
    return try add(Gather(axis: axis, clamps: true), x, convert(clamped, to: .i32))
  }
}
