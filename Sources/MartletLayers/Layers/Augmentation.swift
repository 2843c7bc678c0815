import Glibc
import MartletCore
import MartletGraph

/// In training, another version of each image in each step: turned, moved, mirrored, partly erased; the identity outside training
/// [RandomRotation, RandomCrop with padding, RandomHorizontalFlip and RandomErasing of torchvision.transforms, in this order].
///
/// ```swift
/// let augment = Augmentation(rotate: 10, flip: true, crop: 4)
/// func callAsFunction(_ x: Tensor) throws -> Tensor { try features(augment(x)) }
/// ```
///
/// It is part of the compiled step. What a sample becomes depends on the seed of the run, the step and its place in the batch alone:
/// repetitions, other numbers of threads and resumed runs see the same images. Pixels from outside of an image are 0.
public struct Augmentation: PrimitiveLayer, BuiltInLayer {
  /// Move by up to so many whole pixels up or down, and left or right; each distance is equally likely.
  package let shift: Int
  /// Turn about the centre by up to so many degrees either way, between the pixels by bilinear interpolation.
  package let rotate: Double
  /// Mirror left and right with a probability of 1/2.
  package let flip: Bool
  /// Pad by so many pixels on each side and take a random window of the original size; adds to `shift`.
  package let crop: Int
  /// Set a rectangle of this share of the image to 0, at a random place; its height is 1/2 to 2 times its width, as far as it fits.
  package let erase: Double
  package let mark: LayerIdentity

  /// All parts are off unless given. Distances are in pixels, from 0 to a million; `rotate` is in degrees, from 0 to 180; `erase` is at least
  /// 0 and below 1. A call throws M410 where a number is another one.
  public init(
    shift: Int = 0, rotate: Double = 0, flip: Bool = false, crop: Int = 0, erase: Double = 0, file: String = #fileID, line: Int = #line
  ) {
    (self.shift, self.rotate, self.flip, self.crop, self.erase) = (shift, rotate, flip, crop, erase)
    mark = LayerIdentity(file, line)
  }

  package var title: String { "Augmentation(\(text))" }

  /// `images` are f32 or f64 of shape `[N, C, H, W]`; the result has their type. Throws M402 where they are not, or have 2^31 pixels or more.
  package func output(_ images: Tensor) throws -> Tensor {
    try images.tracer.call(self, images) { images in
      try check()
      guard images.shape.rank == 4, images.type.dtype.isFloatingPoint, images.shape.elementCount > 0,
        images.shape.elementCount <= Int(Int32.max)
      else {
        throw MartletError(LayerErrorCode.inputShape, "expected images [N, C, H, W] of f32 or f64, found \(images.type)")
      }
      guard images.tracer.purpose == .training else { return images.value }
      return try AugmentedImages(images).result(self).value
    }
  }

  private static let largestDistance = 1_000_000

  private func check() throws {
    for (name, distance) in [("shift", shift), ("crop", crop)] where !(0...Augmentation.largestDistance).contains(distance) {
      throw Augmentation.misfit("\(name)=\(distance)", "a whole number of pixels from 0 to \(Augmentation.largestDistance)")
    }
    guard (0...180).contains(rotate) else { throw Augmentation.misfit("rotate=\(rotate)", "degrees from 0 to 180") }
    guard (0..<1).contains(erase) else { throw Augmentation.misfit("erase=\(erase)", "a share of at least 0 and below 1") }
  }

  // MARK: Text

  /// As `parse` reads it: `shift=2,rotate=10.0,flip,crop=4,erase=0.1`; `none` where all parts are off.
  package var text: String {
    var parts: [String] = []
    if shift != 0 { parts.append("shift=\(shift)") }
    if rotate != 0 { parts.append("rotate=\(rotate)") }
    if flip { parts.append("flip") }
    if crop != 0 { parts.append("crop=\(crop)") }
    if erase != 0 { parts.append("erase=\(erase)") }
    return parts.isEmpty ? "none" : parts.joined(separator: ",")
  }

  /// Reads parts between commas, in any order, each once: `shift=PIXELS`, `rotate=DEGREES`, `flip`, `crop=PIXELS`, `erase=SHARE`; or `none`.
  /// Throws M410, which names the part, where one is unknown, comes twice or has another value.
  public static func parse(_ text: String, file: String = #fileID, line: Int = #line) throws -> Augmentation {
    guard text != "none" else { return Augmentation(file: file, line: line) }
    var given: [String: String] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = sides.first ?? ""
      guard ["shift", "rotate", "flip", "crop", "erase"].contains(name) else {
        throw misfit(String(part), "shift, rotate, flip, crop or erase")
      }
      guard (name == "flip") == (sides.count == 1) else {
        throw misfit(String(part), name == "flip" ? "flip without a value" : "\(name) with a number")
      }
      guard given.updateValue(sides.last ?? "", forKey: name) == nil else { throw misfit(String(part), "\(name) only once") }
    }
    func number<Number>(_ name: String, _ zero: Number, _ read: (String) -> Number?) throws -> Number {
      guard let value = given[name] else { return zero }
      guard let number = read(value) else { throw misfit("\(name)=\(value)", "\(name) with a number") }
      return number
    }
    let result = Augmentation(
      shift: try number("shift", 0, { Int($0) }), rotate: try number("rotate", 0, { Double($0) }), flip: given["flip"] != nil,
      crop: try number("crop", 0, { Int($0) }), erase: try number("erase", 0, { Double($0) }), file: file, line: line)
    try result.check()
    return result
  }

  private static func misfit(_ part: String, _ expectation: String) -> MartletError {
    MartletError(LayerErrorCode.augmentation, "the augmentation '\(part)' is wrong; expected \(expectation)")
  }
}
