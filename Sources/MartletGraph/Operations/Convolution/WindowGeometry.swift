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
  /// Whether a last window counts that reaches over the padding behind the input, if it starts in the input or in the padding before it.
  package var roundsUp = false

  /// What the taps of a window span.
  package var span: Int { dilation * (window - 1) + 1 }

  /// How many positions the window has; 0 or less when it does not fit.
  package var output: Int {
    let room = input + paddingBefore + paddingAfter - span
    guard roundsUp else { return floorDivide(room, stride) + 1 }
    let count = floorDivide(room + stride - 1, stride) + 1
    return (count - 1) * stride >= input + paddingBefore ? count - 1 : count
  }

  /// How far the last window reaches over the padding behind the input: with `roundsUp` alone.
  var overhang: Int { max((output - 1) * stride + span - input - paddingBefore - paddingAfter, 0) }

  /// The input position of a tap; outside `0 ..< input` it is on padding.
  func position(output: Int, tap: Int) -> Int { output * stride + tap * dilation - paddingBefore }
  func position(output: Index, tap: Index) -> Index { output * stride + tap * dilation - paddingBefore }

  /// How many taps of a window are in the input or its padding; without dilation.
  func paddedCount(output: Int) -> Int { min(window, input + paddingBefore + paddingAfter - output * stride) }

  /// Whether taps of some window are outside of the input.
  var hasPadding: Bool { paddingBefore > 0 || paddingAfter > 0 || overhang > 0 }

  /// Whether each window has a tap inside the input: taps that are far apart may step over it. Paddings are smaller than what a window spans.
  var meetsInput: Bool {
    guard dilation > input else { return true }
    // Windows that start in the padding before the input; all others start inside.
    return (0..<min(output, (paddingBefore + stride - 1) / stride)).allSatisfy { output in
      let start = output * stride - paddingBefore
      return start - floorDivide(start, dilation) * dilation < input && start + dilation * (window - 1) >= 0
    }
  }

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
