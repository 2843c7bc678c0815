import MartletCore

/// A floating-point element type that operations compute in.
public protocol RealScalar: TensorScalar, BinaryFloatingPoint {
  /// A function of one scalar, in this precision.
  static func apply(_ function: UnaryFunction, _ x: Self) -> Self
  /// A function of two scalars, in this precision.
  static func apply(_ function: BinaryFunction, _ a: Self, _ b: Self) -> Self
}

/// What `Float` and `Double` state for `RealScalar`, under a name of the package.
package protocol ComputedScalar: RealScalar {
  static func computed(_ function: UnaryFunction, _ x: Self) -> Self
  static func computed(_ function: BinaryFunction, _ a: Self, _ b: Self) -> Self
}

extension ComputedScalar {
  @inline(__always)
  public static func apply(_ function: UnaryFunction, _ x: Self) -> Self { computed(function, x) }
  @inline(__always)
  public static func apply(_ function: BinaryFunction, _ a: Self, _ b: Self) -> Self { computed(function, a, b) }
}

extension Float: RealScalar, ComputedScalar {
  package static func computed(_ function: UnaryFunction, _ x: Float) -> Float { function(x) }
  package static func computed(_ function: BinaryFunction, _ a: Float, _ b: Float) -> Float { function(a, b) }
}

extension Double: RealScalar, ComputedScalar {
  package static func computed(_ function: UnaryFunction, _ x: Double) -> Double { function(x) }
  package static func computed(_ function: BinaryFunction, _ a: Double, _ b: Double) -> Double { function(a, b) }
}

/// Helpers of the operations' `evaluate`: plain loops over indices.
enum Evaluation {
  static func mismatch(_ tensor: HostTensor) -> MartletError {
    MartletError(GraphErrorCode.argumentType, "cannot compute with a tensor of type \(tensor.type) here")
  }

  /// The elements as a known scalar type; the operation's inference has checked it.
  static func elements<Scalar: TensorScalar>(_ tensor: HostTensor, _ type: Scalar.Type = Scalar.self) throws -> [Scalar] {
    guard let elements = tensor.elements(as: Scalar.self) else { throw mismatch(tensor) }
    return elements
  }

  /// Calls the body for every index of a shape in row-major order.
  static func forEachIndex(_ extents: [Int], _ body: ([Int]) throws -> Void) rethrows {
    guard !extents.contains(0) else { return }
    var index = [Int](repeating: 0, count: extents.count)
    while true {
      try body(index)
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < extents[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// A tensor whose element at each index is a copy of an element of `source`, at the offset that `offset` gives; where that is nil, it is
  /// the element of an index out of range.
  static func gather(_ source: HostTensor, _ shape: Shape, _ offset: ([Int]) -> Int?) -> HostTensor {
    func copy<Scalar: TensorScalar>(_ elements: [Scalar], _ missing: Scalar) -> HostTensor {
      var result: [Scalar] = []
      result.reserveCapacity(shape.elementCount)
      forEachIndex(shape.extents) { result.append(offset($0).map { elements[$0] } ?? missing) }
      return HostTensor(shape, result)
    }
    switch source.storage {
    case .f32(let elements): return copy(elements, .nan)
    case .f64(let elements): return copy(elements, .nan)
    case .i32(let elements): return copy(elements, 0)
    case .u8(let elements): return copy(elements, 0)
    case .bool(let elements): return copy(elements, false)
    }
  }
}
