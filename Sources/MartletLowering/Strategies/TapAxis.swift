import MartletCore

/// One axis of a direct convolution: which inputs each output sums over. The gradient with respect to the input of a strided convolution is
/// several such axes, one for each remainder of the output's position.
struct TapAxis {
  struct Tap: Hashable {
    /// The position in the kernel.
    let kernel: Int
    /// Output o reads the input at `o * stride + offset`.
    let offset: Int
  }

  /// Outputs, and their positions in the result: `start + step * o`.
  let count: Int
  let start: Int
  let step: Int
  let stride: Int
  var taps: [Tap]
  /// The extent of the input; taps outside of it are padding.
  let input: Int

  /// The axis of a convolution.
  static func forward(input: Int, output: Int, window: Int, stride: Int, padding: Int, dilation: Int) -> TapAxis {
    TapAxis(
      count: output, start: 0, step: 1, stride: stride,
      taps: (0..<window).map { Tap(kernel: $0, offset: $0 * dilation - padding) }, input: input)
  }

  /// The axes of its gradient with respect to the input: `dx[i]` sums `dy[o] * w[k]` over `o * stride + k * dilation - padding == i`.
  static func inputGradient(input: Int, output: Int, window: Int, stride: Int, padding: Int, dilation: Int) -> [TapAxis] {
    (0..<min(stride, input)).map { remainder in
      let taps = (0..<window).compactMap { kernel -> Tap? in
        let distance = remainder + padding - kernel * dilation
        return floorRemainder(distance, stride) == 0 ? Tap(kernel: kernel, offset: floorDivide(distance, stride)) : nil
      }
      return TapAxis(
        count: (input - remainder + stride - 1) / stride, start: remainder, step: stride, stride: 1,
        taps: taps.sorted { $0.offset < $1.offset }, input: output)
    }
  }

  var firstOffset: Int { taps.map(\.offset).min() ?? 0 }
  var lastOffset: Int { taps.map(\.offset).max() ?? 0 }
  /// Inputs from the first to the last tap.
  var span: Int { lastOffset - firstOffset + 1 }

  /// The inputs that outputs 0 ..< count read, ascending; those on padding too.
  func columnsRead(by count: Int) -> [Int] {
    Set((0..<count).flatMap { output in taps.map { output * stride + $0.offset } }).sorted()
  }

  /// The place of a tap: on padding before the input, on padding behind it, or inside.
  private enum Side { case before, inside, behind }

  private func sides(_ output: Int) -> [Side] {
    taps.map { tap in
      let position = output * stride + tap.offset
      return position < 0 ? .before : position < input ? .inside : .behind
    }
  }

  /// The taps of an output that are inside the input.
  func inside(_ output: Int) -> [Bool] { sides(output).map { $0 == .inside } }

  /// Cuts outputs into blocks of `size` and joins neighbours whose taps are on the same sides: what is joined is one loop, over all of which
  /// each tap is inside the input or is not. A tap may jump from one padding to the other, over an input shorter than the stride.
  func runs(_ outputs: Range<Int>, by size: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var seen: [[Side]] = []
    for first in Swift.stride(from: outputs.lowerBound, to: outputs.upperBound, by: size) {
      let pattern = (first..<first + size).map(sides)
      if pattern == seen, let last = runs.popLast() {
        runs.append(last.lowerBound..<first + size)
      } else {
        runs.append(first..<first + size)
      }
      seen = pattern
    }
    return runs
  }
}
