/// A function or type that emitted kernels call and CUDA C does not have: written above them where one needs it.
package enum CUDAHelper: String, CaseIterable, Hashable, Sendable {
  /// Floor division and remainder by a positive number, for indices that may be negative.
  case floorDivide, floorRemainder
  /// Integers that wrap around: in C that is defined for unsigned ones only.
  case wrappingAdd, wrappingSubtract, wrappingMultiply, wrappingNegate, shiftLeft, shiftRight
  case absolute
  /// A NaN of either operand wins, as in PyTorch: fmaxf loses it.
  case maximum, minimum
  /// Consecutive lanes of one thread.
  case vector = "Vector"

  /// What a helper needs to stand before it.
  private var needs: Set<CUDAHelper> {
    switch self {
    case .floorDivide: [.floorRemainder]
    case .wrappingNegate: [.wrappingSubtract]
    case .absolute: [.wrappingSubtract, .wrappingNegate]
    case .vector:
      [
        .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .wrappingNegate, .shiftLeft, .shiftRight, .absolute, .maximum, .minimum,
      ]
    case .floorRemainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .shiftLeft, .shiftRight, .maximum, .minimum: []
    }
  }

  private static let order: [CUDAHelper] = [
    .floorRemainder, .floorDivide, .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .wrappingNegate, .shiftLeft, .shiftRight, .absolute,
    .maximum, .minimum, .vector,
  ]

  /// The texts of helpers and of all that they need.
  static func text(_ helpers: Set<CUDAHelper>) -> String {
    var all = helpers
    var count = -1
    while count != all.count {
      count = all.count
      for helper in all { all.formUnion(helper.needs) }
    }
    return order.filter(all.contains).map(\.text).joined()
  }

  private var text: String {
    switch self {
    case .floorRemainder:
      "static __device__ int floorRemainder(int a, int b) { int r = a % b; return r < 0 ? r + b : r; }\n"
    case .floorDivide:
      "static __device__ int floorDivide(int a, int b) { return (a - floorRemainder(a, b)) / b; }\n"
    case .wrappingAdd: CUDAHelper.wrapping("wrappingAdd", "+")
    case .wrappingSubtract: CUDAHelper.wrapping("wrappingSubtract", "-")
    case .wrappingMultiply: CUDAHelper.wrapping("wrappingMultiply", "*")
    case .shiftLeft: CUDAHelper.wrapping("shiftLeft", "<<")
    case .shiftRight: CUDAHelper.wrapping("shiftRight", ">>")
    case .wrappingNegate: "template <class T> static __device__ T wrappingNegate(T a) { return wrappingSubtract((T)0, a); }\n"
    case .absolute: "template <class T> static __device__ T absolute(T a) { return a < 0 ? wrappingNegate(a) : a; }\n"
    case .maximum: "template <class T> static __device__ T maximum(T a, T b) { return a > b || a != a ? a : b; }\n"
    case .minimum: "template <class T> static __device__ T minimum(T a, T b) { return a < b || a != a ? a : b; }\n"
    case .vector: CUDAVector.text
    }
  }

  private static func wrapping(_ name: String, _ sign: String) -> String {
    """
    static __device__ int \(name)(int a, int b) { return (int)((unsigned)a \(sign) (unsigned)b); }
    static __device__ long long \(name)(long long a, long long b) { return (long long)((unsigned long long)a \(sign) (unsigned long long)b); }

    """
  }
}
