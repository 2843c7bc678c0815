import MartletCore
import MartletGraph

/// The order of a tensor's elements in memory: each axis of the memory is a part of one axis of the tensor. Graphs have no layouts; the
/// compiler chooses them.
///
/// Images of shape [N, C, H, W] in the layout `channelsLast` with 8 lanes are memory of shape [N, H, W, C rounded up to 8]. What pads an axis
/// is never read as an element of the tensor.
package struct StorageLayout: Hashable {
  /// One axis of the memory: `index[axis] / divisor`, or `index[axis] / divisor % count` for a remainder.
  struct Axis: Hashable {
    /// The axis of the tensor.
    var axis: Int
    var divisor = 1
    /// Positions that are in use; the remainder is taken by this unless it is all that is left of the axis.
    var count: Int
    /// Positions in memory.
    var extent: Int
    /// Whether another axis of the memory has the coarser part of the same axis.
    var isRemainder = false
  }

  var axes: [Axis]

  var shape: Shape { Shape(axes.map(\.extent)) }

  /// Axes in the order of the tensor, without padding.
  static func rowMajor(_ shape: Shape) -> StorageLayout {
    StorageLayout(axes: shape.extents.enumerated().map { Axis(axis: $0.offset, count: $0.element, extent: $0.element) })
  }

  /// [N, H, W, C] with the channels rounded up to whole vectors.
  static func channelsLast(_ shape: Shape, multiple: Int) -> StorageLayout {
    return StorageLayout(axes: [
      Axis(axis: 0, count: shape[0], extent: shape[0]),
      Axis(axis: 2, count: shape[2], extent: shape[2]),
      Axis(axis: 3, count: shape[3], extent: shape[3]),
      Axis(axis: 1, count: shape[1], extent: shape[1].roundedUp(to: multiple)),
    ])
  }

  /// The position of an element in memory.
  func subscripts(_ index: [Index]) -> [Index] {
    axes.map { axis in
      let position = index[axis.axis] / axis.divisor
      return axis.isRemainder ? position % axis.count : position
    }
  }

  /// The element at a position in use.
  func index(_ position: [Index], rank: Int) -> [Index] {
    var index = [Index](repeating: Index(0), count: rank)
    for (axis, part) in zip(axes, position) { index[axis.axis] = index[axis.axis] + part * axis.divisor }
    return index
  }

  /// The positions in use.
  var counts: [Int] { axes.map(\.count) }

  /// The same memory with neighbouring parts of an axis as one where they follow each other.
  var joined: StorageLayout {
    guard isPlain else { return self }
    var result: [Axis] = []
    for axis in axes {
      guard var last = result.last, last.axis == axis.axis, axis.divisor * axis.count == last.divisor else {
        result.append(axis)
        continue
      }
      last.divisor = axis.divisor
      last.count *= axis.count
      last.extent = last.count
      result[result.count - 1] = last
    }
    // What is all of an axis is no remainder.
    for index in result.indices where result.filter({ $0.axis == result[index].axis }).count == 1 { result[index].isRemainder = false }
    return StorageLayout(axes: result)
  }

  /// Whether every position in memory is in use.
  var isPlain: Bool { axes.allSatisfy { $0.extent == $0.count } }

  /// What holds for an index of the tensor that a position in use gives: a part that is rounded up may reach beyond the tensor.
  func paddingConditions(_ index: [Index], _ shape: Shape) -> [IndexCondition] {
    shape.extents.enumerated().compactMap { axis, extent in
      let positions = axes.filter { $0.axis == axis }.reduce(1) { $0 * $1.count }
      return positions == extent ? nil : IndexCondition(index[axis], in: 0..<extent)
    }
  }

  /// The layout of the same memory seen under another shape of which each axis is one axis of this shape or several in a row; nil otherwise.
  func flattened(from source: Shape, to target: Shape) -> StorageLayout? {
    var result = self
    var (axis, group) = (0, 0)
    while group < target.rank {
      var count = 1
      let start = axis
      while axis < source.rank, count < target[group] || (axis == start) {
        count *= source[axis]
        axis += 1
      }
      guard count == target[group] else { return nil }
      var stride = count
      for inner in start..<axis {
        stride /= max(source[inner], 1)
        for position in axes.indices where axes[position].axis == inner {
          result.axes[position].axis = group
          result.axes[position].divisor *= stride
          if inner > start { result.axes[position].isRemainder = true }
        }
      }
      group += 1
    }
    return axis == source.rank ? result : nil
  }

  /// Whether memory and tensor have the same elements in the same order.
  package var isRowMajor: Bool { axes.enumerated().allSatisfy { $0.element.axis == $0.offset } && self == .rowMajor(Shape(counts)) }
}

extension Int {
  /// How many parts of a size cover this.
  func parts(of size: Int) -> Int { (self + size - 1) / size }
  /// The smallest multiple that is not smaller.
  func roundedUp(to multiple: Int) -> Int { parts(of: multiple) * multiple }
}
