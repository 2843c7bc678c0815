import MartletCore
import MartletGraph

// Numbers of axes and positions as users give them: negative ones count from the end.

extension Tensor {
  /// The axis of a number: from 0 on, or from -1, the last one, downwards. Throws M404 for others.
  func axis(_ number: Int) throws -> Int {
    let rank = shape.rank
    guard (-rank..<rank).contains(number) else {
      let axes = rank == 0 ? "no axes" : "axes 0 to \(rank - 1), or -\(rank) to -1 from the last"
      throw MartletError(
        LayerErrorCode.noSuchAxis, "a tensor of shape \(shape) has \(axes), found axis \(number)",
        advice: rank == 0 ? "It is one number: reduce fewer axes before, or leave the call out." : "Name one of these axes.")
    }
    return number < 0 ? number + rank : number
  }

  /// The axes of a list in ascending order, as reductions take them.
  func axes(_ numbers: [Int]) throws -> [Int] { try numbers.map(axis).sorted() }

  /// Bounds of a slice, one for each axis: from 0 to the extent, or negative ones from the end. Throws M305 for others.
  func positions(_ bounds: [Int], _ name: String) throws -> [Int] {
    guard bounds.count == shape.rank else { return bounds }
    return try zip(bounds, shape.extents).enumerated().map { axis, pair in
      let (bound, extent) = pair
      guard (-extent...extent).contains(bound) else {
        throw MartletError(
          GraphErrorCode.operandTypes, "the \(name) of axis \(axis) of \(shape) is from -\(extent) to \(extent), found \(bound)",
          advice: "Correct the bound; a limit of \(extent) takes the axis to its end.")
      }
      return bound < 0 ? bound + extent : bound
    }
  }
}
