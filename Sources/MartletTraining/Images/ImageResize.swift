import MartletCore

/// Resizes pictures: each new pixel is a weighted mean of the old ones around its place. Their weights fall with the distance, to zero at
/// one old pixel where the picture grows (bilinear interpolation) and at one new pixel where it shrinks, so that no old pixel is skipped
/// (antialiasing).
///
/// The results are those of Pillow's `Image.resize(size, Image.BILINEAR)`, bit for bit: rows first, then columns; weights in units of
/// 2^-22; bytes in between.
enum ImageResize {
  /// Larger pictures are no input of a model.
  static let largestExtent = 1 << 16

  /// Throws `M1087` for extents below 1 or above 65,536.
  static func resize(_ image: DecodedImage, height: Int, width: Int) throws -> DecodedImage {
    try expectPossible(height: height, width: width)
    guard height != image.height || width != image.width else { return image }
    let (between, overflow) = image.height.multipliedReportingOverflow(by: width * image.channels)
    guard !overflow else { throw MachineMemory.refusal(.max, "resizing a picture of \(image.width) x \(image.height) pixels") }
    // Both passes, and the weights of each old pixel of a row and a column.
    try MachineMemory.expect(
      between + height * width * image.channels + 16 * (image.width + image.height + width + height),
      for: "resizing a picture of \(image.width) x \(image.height) pixels")
    let wide = width == image.width ? image : resizedRows(image, width)
    return height == image.height ? wide : resizedColumns(wide, height)
  }

  static func expectPossible(height: Int, width: Int) throws {
    guard (1...largestExtent).contains(height), (1...largestExtent).contains(width), height * width <= ImageDecoder.mostPixels else {
      throw MartletError(
        ImageErrorCode.impossibleSize, "a picture cannot have \(width) x \(height) pixels",
        advice: "Give extents from 1 to \(largestExtent), of at most \(ImageDecoder.mostPixels) pixels in all.")
    }
  }

  private static let unit = 1 << 22

  private static func byte(_ sum: Int) -> UInt8 { UInt8(clamping: (sum &+ unit / 2) >> 22) }

  private static func resizedRows(_ image: DecodedImage, _ width: Int) -> DecodedImage {
    let weights = AxisWeights(from: image.width, to: width)
    let channels = image.channels
    let count = image.height * width * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initializedCount in
      image.pixels.withUnsafeBufferPointer { source in
        weights.numbers.withUnsafeBufferPointer { numbers in
          for row in 0..<image.height {
            let line = row * image.width
            for column in 0..<width {
              let (range, start) = (weights.ranges[column], weights.starts[column])
              // The products are below 2^30, and there are fewer than 2^28.
              if channels == 1 {
                var sum = 0
                for old in range { sum &+= Int(source[line &+ old]) &* Int(numbers[start &+ old &- range.lowerBound]) }
                target[row * width + column] = byte(sum)
              } else {
                var (red, green, blue) = (0, 0, 0)
                for old in range {
                  let weight = Int(numbers[start &+ old &- range.lowerBound])
                  let pixel = 3 &* (line &+ old)
                  red &+= Int(source[pixel]) &* weight
                  green &+= Int(source[pixel &+ 1]) &* weight
                  blue &+= Int(source[pixel &+ 2]) &* weight
                }
                let pixel = 3 * (row * width + column)
                target[pixel] = byte(red)
                target[pixel + 1] = byte(green)
                target[pixel + 2] = byte(blue)
              }
            }
          }
        }
      }
      initializedCount = count
    }
    return DecodedImage(unchecked: image.height, width, channels, pixels)
  }

  private static func resizedColumns(_ image: DecodedImage, _ height: Int) -> DecodedImage {
    let weights = AxisWeights(from: image.height, to: height)
    let rowCount = image.width * image.channels
    let pixels = [UInt8](unsafeUninitializedCapacity: height * rowCount) { target, initializedCount in
      var sums = [Int](repeating: 0, count: rowCount)
      image.pixels.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          for row in 0..<height {
            let (range, start) = (weights.ranges[row], weights.starts[row])
            for position in 0..<rowCount { sums[position] = 0 }
            for old in range {
              let weight = Int(weights.numbers[start + old - range.lowerBound])
              let line = old * rowCount
              for position in 0..<rowCount { sums[position] &+= Int(source[line &+ position]) &* weight }
            }
            for position in 0..<rowCount { target[row * rowCount + position] = byte(sums[position]) }
          }
        }
      }
      initializedCount = height * rowCount
    }
    return DecodedImage(unchecked: height, image.width, image.channels, pixels)
  }
}

/// The weights of the old pixels of a row in each pixel of the new one.
private struct AxisWeights {
  /// For each new pixel the old ones that count.
  private(set) var ranges: [Range<Int>] = []
  /// Where the weights of a range begin in `numbers`.
  private(set) var starts: [Int] = []
  /// In units of 2^-22.
  private(set) var numbers: [Int32] = []

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    let inverse = 1 / reach
    for position in 0..<new {
      let center = (Double(position) + 0.5) * scale
      let range = max(0, Int(center - reach + 0.5))..<min(old, Int(center + reach + 0.5))
      let weights = range.map { max(0, 1 - abs((Double($0) - center + 0.5) * inverse)) }
      let sum = weights.reduce(0, +)
      starts.append(numbers.count)
      ranges.append(range)
      // The pixel whose centre is nearest has a weight above 0.
      numbers += weights.map { Int32($0 / sum * 4_194_304 + 0.5) }
    }
  }
}

extension DecodedImage {
  /// The picture with other extents, whose ratio may differ from the picture's. Computes what Pillow's `Image.resize(size, BILINEAR)`
  /// computes: means where the picture shrinks, bilinear interpolation where it grows.
  ///
  /// Throws `M1087` for extents below 1 or above 65,536, and `M153` where there is no memory.
  public func resized(height: Int, width: Int) throws -> DecodedImage { try ImageResize.resize(self, height: height, width: width) }
}
