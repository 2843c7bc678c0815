import MartletCore

/// How a window moves over one axis: the arithmetic that convolution and pooling share.
package struct WindowAxis: Hashable, Sendable {
  /// The extent of the input.
  package var input: Int
  /// The extent of the window, in taps.
  package var window: Int
  package var stride: Int
  package var paddingBefore: Int
  package var paddingAfter: Int
  package var dilation: Int

  /// How many positions the window has, rounded down; 0 or less when it does not fit.
  package var output: Int { floorDivide(input + paddingBefore + paddingAfter - dilation * (window - 1) - 1, stride) + 1 }

  /// The input position of a tap; outside `0 ..< input` it is on padding.
  func position(output: Int, tap: Int) -> Int { output * stride + tap * dilation - paddingBefore }
  func position(output: Index, tap: Index) -> Index { output * stride + tap * dilation - paddingBefore }

  var hasPadding: Bool { paddingBefore > 0 || paddingAfter > 0 }

  /// `tap`'s position is inside the input.
  func isInside(output: Index, tap: Index) -> [IndexCondition] {
    hasPadding ? [IndexCondition(position(output: output, tap: tap), in: 0..<input)] : []
  }

  /// How many candidates `covering` has to visit.
  var coveringCount: Int { stride == 1 || dilation > 1 ? window : (window + stride - 1) / stride }

  /// The windows that cover an input position, as candidates: for the candidate, the output position, the tap that meets the input
  /// position, and the conditions under which it exists. With a stride of 1, or without dilation, there is no test for divisibility.
  func covering(input position: Index, candidate: Index) -> (output: Index, tap: Index, conditions: [IndexCondition]) {
    let shifted = position + paddingBefore
    if stride == 1 {
      let output = shifted - candidate * dilation
      return (output, candidate, [IndexCondition(output, in: 0..<self.output)])
    }
    if dilation == 1 {
      let output = shifted / stride - candidate
      let tap = shifted % stride + candidate * stride
      var conditions = [IndexCondition(output, in: 0..<self.output)]
      if window % stride != 0 { conditions.append(IndexCondition(tap, in: 0..<window)) }
      return (output, tap, conditions)
    }
    let distance = shifted - candidate * dilation
    return (
      distance / stride, candidate,
      [IndexCondition(distance % stride, in: 0..<1), IndexCondition(distance / stride, in: 0..<self.output)]
    )
  }
}
