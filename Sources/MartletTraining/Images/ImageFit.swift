/// How a picture of one ratio of width to height becomes one of another ratio.
public enum ImageFit: String, CaseIterable, Hashable, Sendable {
  /// The middle of the picture is kept, as much of it as has the ratio.
  case crop
  /// All of the picture is kept; the rest has the mean colour of the picture's border.
  case pad
  /// All of the picture is kept, stretched.
  case stretch
}

extension DecodedImage {
  /// The largest part in the middle that has the ratio of these extents, which are at most 65,536.
  func middle(ratioOf extents: (height: Int, width: Int)) -> DecodedImage {
    let newHeight = min(height, max(1, ImageFit.scaled(width, extents.height, extents.width)))
    let newWidth = min(width, max(1, ImageFit.scaled(height, extents.width, extents.height)))
    guard newHeight < height || newWidth < width else { return self }
    return part(row: (height - newHeight) / 2, column: (width - newWidth) / 2, height: newHeight, width: newWidth)
  }

  /// The extents of the picture when it is resized to fit into a frame without stretching it.
  func extents(inside frame: (height: Int, width: Int)) -> (height: Int, width: Int) {
    (
      min(frame.height, max(1, ImageFit.scaled(height, frame.width, width))),
      min(frame.width, max(1, ImageFit.scaled(width, frame.height, height)))
    )
  }
}

extension ImageFit {
  /// `extent` x `numerator` / `denominator`, rounded. The product of what machines hold in memory and 65,536 fits.
  static func scaled(_ extent: Int, _ numerator: Int, _ denominator: Int) -> Int {
    (extent * numerator + denominator / 2) / denominator
  }
}
