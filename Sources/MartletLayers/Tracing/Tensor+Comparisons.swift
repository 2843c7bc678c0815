import MartletCore
import MartletGraph

// Comparisons element by element, which give `bool`, and what chooses by them. Shapes combine as in `a + b`. No gradient flows through a comparison.

extension Tensor {
  /// Where the elements are equal [torch.eq]. Throws M403 where the shapes do not fit.
  public func isEqual(to other: Tensor) throws -> Tensor { try Tensor.combine("eq", self, other) { try $0.compare(.eq, $1, $2) } }
  /// Where the elements of this tensor are greater [torch.gt]; false where one is NaN. Throws M403 where the shapes do not fit.
  public func isGreater(than other: Tensor) throws -> Tensor { try Tensor.combine("gt", self, other) { try $0.compare(.gt, $1, $2) } }
  /// Where the elements of this tensor are less [torch.lt]; false where one is NaN. Throws M403 where the shapes do not fit.
  public func isLess(than other: Tensor) throws -> Tensor { try Tensor.combine("lt", self, other) { try $0.compare(.lt, $1, $2) } }

  /// Where the elements equal a number.
  public func isEqual(to number: Double) throws -> Tensor { try Tensor.combine("eq", self, number) { try $0.compare(.eq, $1, $2) } }
  /// Where the elements are greater than a number.
  public func isGreater(than number: Double) throws -> Tensor { try Tensor.combine("gt", self, number) { try $0.compare(.gt, $1, $2) } }
  /// Where the elements are less than a number.
  public func isLess(than number: Double) throws -> Tensor { try Tensor.combine("lt", self, number) { try $0.compare(.lt, $1, $2) } }

  /// Where this `bool` tensor is true the elements of one tensor, elsewhere those of another [torch.where]. All have one shape.
  public func choosing(_ chosen: Tensor, else other: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("select", file, line) { try $0.select(value, own(chosen), own(other)) }
  }

  /// The share of rows of logits `[N, K]` whose largest is at the label, `i32[N]`: a scalar f32.
  public func accuracy(_ labels: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("accuracy", file, line) { builder in
      guard shape.rank == 2, labels.type == TensorType(.i32, [shape[0]]) else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected logits [N, K] and labels i32[N], found \(type) and \(labels.type)",
          advice: "The accuracy compares a row of scores with the number of a class; numbers to predict have no accuracy.")
      }
      let isRight = try builder.compare(.eq, builder.argumentOfMaximum(value, axis: 1), own(labels))
      return try builder.reduceMean(builder.convert(isRight, to: .f32), axes: [0])
    }
  }
}
