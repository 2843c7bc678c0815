import MartletCore

/// What a data set has for a model: the types of one input and one target, without the axis of samples, and how many numbers the model gives
/// for each input.
public struct SampleType: Hashable, Sendable {
  /// Of one input: `u8[3, 32, 32]` for an image, `f32[4]` for four features.
  public var input: TensorType
  /// Of one target: `i32[]` for the number of a class, `i32[64]` for a class at each of 64 places, such as the next token of a text, `f32[1]` for a
  /// number to predict.
  public var target: TensorType
  /// Classes of each place, or numbers to predict.
  public var outputs: Int

  /// Bytes of an image and the number of one of ten classes unless given.
  public init(input: TensorType, target: TensorType = TensorType(.i32, []), outputs: Int = 10) {
    self.input = input
    self.target = target
    self.outputs = outputs
  }

  /// Whether targets are numbers to predict and not classes.
  public var isRegression: Bool { target.dtype.isFloatingPoint }

  /// Tokens of a sample where inputs are texts, each with the next token as its target.
  package var window: Int? {
    guard input.dtype == .i32, input.shape.rank == 1, target == input else { return nil }
    return input.shape[0]
  }

  /// Whether inputs are images and there is a number to predict for each of their pixels, or for each channel of it.
  package var hasTargetForEachPixel: Bool {
    guard isRegression, let (channels, rows, columns) = image(atLeast: 1) else { return false }
    return [rows * columns, channels * rows * columns].contains(target.shape.elementCount) && target.shape.elementCount > 1
  }

  /// Numbers that the model gives for a sample.
  package var outputElements: Int? {
    isRegression ? outputs : Shape.checkedElementCount(target.shape.extents + [outputs])
  }

  /// Channels, rows and columns where inputs are images of at least so many rows and columns.
  func image(atLeast extent: Int) -> (channels: Int, rows: Int, columns: Int)? {
    let extents = input.shape.extents
    guard extents.count == 3, extents[0] > 0, extents[1] >= extent, extents[2] >= extent else { return nil }
    return (extents[0], extents[1], extents[2])
  }
}
