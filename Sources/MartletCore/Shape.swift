/// The extents of a tensor, outermost axis first. A scalar has no axes.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible, Printed {
  /// The extent of each axis, outermost first: `[N, C, H, W]`.
  public var extents: [Int]

  /// A shape of these extents. What takes the shape checks that they are possible: at least 0, and at most 2^40 elements in all.
  public init(_ extents: [Int]) { self.extents = extents }
  /// `[2, 3]`, as `init(_:)`.
  public init(arrayLiteral elements: Int...) { extents = elements }

  /// The number of axes; 0 for a scalar.
  public var rank: Int { extents.count }
  /// The product of the extents; the largest integer where it does not fit. `checkedElementCount` tells what is possible.
  public var elementCount: Int { extents.reduce(1) { Shape.saturatingProduct($0, $1) } }
  /// The extent of an axis below `rank`, counted from the outermost.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The distance in elements between neighbours along each axis, in row-major order.
  package var strides: [Int] {
    var result = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      result[axis] = Shape.saturatingProduct(result[axis + 1], extents[axis + 1])
    }
    return result
  }

  /// The index of the `element`-th element in row-major order.
  package func index(ofElement element: Int) -> [Int] { zip(extents, strides).map { element / max($1, 1) % max($0, 1) } }

  /// A tensor of more elements fits no machine, and sums of its offsets could overflow.
  package static let largestElementCount = 1 << 40

  /// The product, or the largest integer where it does not fit: no shape ends the process.
  static func saturatingProduct(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }

  /// The product of the extents, or nil when an extent is negative or the product is too large (files and text are not trusted).
  package static func checkedElementCount(_ extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      guard extent >= 0, extent <= largestElementCount else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= largestElementCount else { return nil }
      count = product
    }
    return count
  }

  package var printed: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}

/// The element type and shape of a value: `f32[64, 1, 28, 28]`, a scalar is `f32[]`.
public struct TensorType: Hashable, Sendable, CustomStringConvertible, Printed {
  /// The type of each element.
  public var dtype: DType
  /// The extents; `[]` for a scalar.
  public var shape: Shape

  /// The type of tensors of an element type and a shape.
  public init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The product of the extents; the largest integer where it does not fit.
  public var elementCount: Int { shape.elementCount }
  /// The bytes of all elements; the largest integer where they do not fit.
  public var byteCount: Int { Shape.saturatingProduct(elementCount, dtype.byteCount) }
  package var printed: String { "\(dtype)\(shape)" }
}

/// What a parameter of a graph or an executable is for.
public enum ParameterRole: String, CaseIterable, Hashable, Sendable {
  /// Fed at every step: images, labels, the learning rate.
  case input
  /// Trained: what `differentiate` makes gradients for.
  case parameter
  /// Carried from step to step beside the parameters: moments, the step count.
  case state
}
