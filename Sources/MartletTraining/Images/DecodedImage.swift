import MartletCore

/// A picture in memory: bytes from 0 (black) to 255, rows from the top, the channels of a pixel side by side.
public struct DecodedImage: Hashable, Sendable {
  /// Rows of pixels.
  public let height: Int
  /// Pixels in a row.
  public let width: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// `height` x `width` x `channels` bytes.
  public let pixels: [UInt8]

  /// Throws `M1086` unless there are 1 or 3 channels, at least one row and column, and as many bytes as that takes.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) throws {
    guard height > 0, width > 0, channels == 1 || channels == 3,
      Shape.checkedElementCount([height, width, channels]) == pixels.count
    else {
      throw MartletError(
        ImageErrorCode.pixelCount, "\(pixels.count) bytes are not a picture of \(width) x \(height) pixels with \(channels) channels")
    }
    self.init(unchecked: height, width, channels, pixels)
  }

  /// Unchecked: the bytes must be as many as the size says.
  init(unchecked height: Int, _ width: Int, _ channels: Int, _ pixels: [UInt8]) {
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// Channels, height and width: the shape of the picture as a tensor.
  package var shape: Shape { [channels, height, width] }

  /// Writes the bytes as a tensor of `shape` holds them, one channel after the other. Unchecked: the target must have room for them.
  func writePlanes(to target: UnsafeMutablePointer<UInt8>) {
    pixels.withUnsafeBufferPointer { source in
      let count = height * width
      for channel in 0..<channels {
        let plane = target + channel * count
        for pixel in 0..<count { plane[pixel] = source[pixel * channels + channel] }
      }
    }
  }

  /// The picture as a tensor `u8[channels, height, width]`.
  public var tensor: HostTensor {
    let planes = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initializedCount in
      if let start = target.baseAddress { writePlanes(to: start) }
      initializedCount = pixels.count
    }
    return HostTensor(shape, planes)
  }
}
