import MartletCore

/// Makes what a model takes of photos: cuts, converts channels, resizes, inverts, and says what it did.
public struct PhotoPreparation: Hashable, Sendable {
  /// Channels (1 or 3), height and width of what the model takes.
  package let shape: Shape
  package let fit: ImageFit
  /// Whether the images that the model was trained with have a dark background, as MNIST's digits have.
  package let darkBackground: Bool

  /// Throws `M1087` unless the shape has three axes: 1 or 3 channels, a height and a width of at most 65,536.
  public init(for shape: Shape, fit: ImageFit = .crop, darkBackground: Bool = false) throws {
    guard shape.rank == 3, shape[0] == 1 || shape[0] == 3 else {
      throw MartletError(
        ImageErrorCode.impossibleSize, "pictures cannot be converted to the shape \(shape)",
        advice: "Photos become [1, height, width], grey, or [3, height, width], in colours.")
    }
    try ImageResize.expectPossible(height: shape[1], width: shape[2])
    self.shape = shape
    self.fit = fit
    self.darkBackground = darkBackground
  }

  /// A photo as the model takes it, and what was done to it.
  public struct Result: Hashable, Sendable {
    /// Of the shape that was asked for.
    package let image: DecodedImage
    /// What was done, in order: "made grey", "resized from 56 x 56 to 28 x 28" (width x height).
    package let steps: [String]

    /// `u8[channels, height, width]`.
    public var pixels: HostTensor { image.tensor }
    /// The steps in one sentence without a full stop; "taken as it is" where there are none.
    public var summary: String { steps.isEmpty ? "taken as it is" : steps.joined(separator: ", ") }
  }

  /// Cuts the photo to the ratio of the model's input, converts its channels and resizes it. For a model of one channel and a dark
  /// background, a photo whose border is light (128 or more in the mean) is inverted. Throws `M153` where there is no memory.
  public func prepare(_ photo: DecodedImage) throws -> Result {
    var steps: [String] = []
    var image = photo
    let (height, width) = (shape[1], shape[2])
    func size(_ image: DecodedImage) -> String { "\(image.width) x \(image.height)" }
    if fit == .crop {
      image = photo.middle(ratioOf: (height, width))
      if image.pixels.count < photo.pixels.count { steps.append("cut from \(size(photo)) to its middle \(size(image))") }
    }
    if image.channels != shape[0] {
      image = image.converted(channels: shape[0])
      steps.append(shape[0] == 1 ? "made grey" : "its grey copied to three channels")
    }
    let frame: (height: Int, width: Int) = fit == .pad ? image.extents(inside: (height, width)) : (height, width)
    if frame != (image.height, image.width) {
      let resized = try image.resized(height: frame.height, width: frame.width)
      steps.append("resized from \(size(image)) to \(size(resized))")
      image = resized
    }
    if frame != (height, width) {
      image = image.padded(height: height, width: width, background: image.borderMean)
      steps.append("padded to \(size(image)) with the colour of its border")
    }
    if darkBackground, image.channels == 1, image.borderMean[0] >= 128 {
      image = image.inverted
      steps.append("inverted: its border is light")
    }
    return Result(image: image, steps: steps)
  }
}
