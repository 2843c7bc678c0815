import MartletCore
import MartletGraph

// Functions of numbers beside those in Tensor.swift: near 0, angles, divisions that are rounded down, running sums, elements by index.

extension Tensor {
  /// `log(1 + x)` of each element, accurate for small x too [torch.log1p]: -inf at -1, NaN below.
  public func logOnePlus(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("log1p", file, line) { try $0.logarithmOfOnePlus(value) }
  }

  /// `e^x - 1` of each element, accurate for small x too [torch.expm1].
  public func expMinusOne(file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("expm1", file, line) { try $0.exponentialMinusOne(value) }
  }

  /// The angle of each point (x, y) with the positive x axis, between -pi and pi; this tensor holds the y [torch.atan2]. Shapes combine as in
  /// `a + b`.
  public func arcTangent2(_ x: Tensor) throws -> Tensor { try Tensor.combine("atan2", self, x) { try $0.arcTangent2(y: $1, x: $2) } }

  /// The quotient of each pair of elements, f32, f64 or i32, rounded down [torch.floor_divide]; the derivative is 0. An i32 divided by 0 is 0.
  /// Shapes combine as in `a + b`.
  public func floorDivide(_ divisor: Tensor) throws -> Tensor {
    try Tensor.combine("floor_divide", self, divisor) { try $0.floorDivide($1, $2) }
  }
  /// The quotient of each element and a number, which takes the tensor's type, rounded down [torch.floor_divide].
  public func floorDivide(_ divisor: Double) throws -> Tensor {
    try Tensor.combine("floor_divide", self, divisor) { try $0.floorDivide($1, $2) }
  }

  /// What is left of `floorDivide` of each pair of elements: 0, or of the sign of the divisor [torch.remainder]. Of an i32 divided by 0 nothing
  /// is left. Shapes combine as in `a + b`.
  public func remainder(_ divisor: Tensor) throws -> Tensor {
    try Tensor.combine("remainder", self, divisor) { try $0.remainder($1, $2) }
  }
  /// What is left of `floorDivide` of each element and a number, which takes the tensor's type [torch.remainder].
  public func remainder(_ divisor: Double) throws -> Tensor {
    try Tensor.combine("remainder", self, divisor) { try $0.remainder($1, $2) }
  }

  /// Whether exactly one of each pair of `bool` elements is true [torch.logical_xor]. Shapes combine as in `a + b`.
  public func exclusiveOr(_ other: Tensor) throws -> Tensor { try Tensor.combine("xor", self, other) { try $0.logicalXor($1, $2) } }

  /// The sum of the elements up to each position of an axis [torch.cumsum], of f32, f64 or i32, which wraps around.
  ///
  /// - Parameters:
  ///   - axis: the axis along which the sums run.
  ///   - reverse: sums from each position to the end instead.
  ///   - exclusive: the element of the position itself does not count; the first sum is 0.
  ///   - file: where the call stands, for errors; given by the compiler.
  ///   - line: its line; given by the compiler.
  ///
  /// Throws M404 for an axis that is not there.
  public func cumulativeSum(
    axis: Int, reverse: Bool = false, exclusive: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("cumulative_sum", file, line) {
      try $0.cumulativeSum(value, axis: self.axis(axis), isReversed: reverse, isExclusive: exclusive)
    }
  }

  /// For each of the i32 indices the element of this tensor at that position of an axis, all other positions being those of the index
  /// [torch.gather]. The indices have as many axes as this tensor and are no longer than it but along the axis. Throws M305 where the shapes do
  /// not fit, M404 for an axis that is not there.
  public func gatherElements(_ indices: Tensor, axis: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("gather_elements", file, line) { try $0.gatherElements(value, own(indices), axis: self.axis(axis)) }
  }

  /// This tensor with each of the updates added at the position of an axis that its i32 index names, all other positions being those of the
  /// update [torch.scatter_add]: the counterpart of `gatherElements`. Updates and indices have one shape. Throws M305 where the shapes do not
  /// fit, M404 for an axis that is not there.
  public func scatterAddElements(
    _ indices: Tensor, _ updates: Tensor, axis: Int, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("scatter_add_elements", file, line) {
      try $0.scatterAddElements(value, own(indices), own(updates), axis: self.axis(axis))
    }
  }
}
