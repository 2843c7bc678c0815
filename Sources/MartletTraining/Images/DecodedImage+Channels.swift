extension DecodedImage {
  /// The picture with 1 or 3 channels; the same where it has them already.
  ///
  /// Grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), rounded as Pillow's `convert("L")` rounds. A grey picture becomes a
  /// coloured one with three equal channels.
  public func converted(channels: Int) -> DecodedImage {
    if channels == 1, self.channels == 3 { return grey }
    if channels == 3, self.channels == 1 { return coloured }
    return self
  }

  private var grey: DecodedImage {
    let count = height * width
    let result = [UInt8](unsafeUninitializedCapacity: count) { target, initializedCount in
      pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<count {
          // In units of 1/65536; the three factors add up to one, so that white stays white.
          let red = 19595 * UInt32(source[3 * pixel])
          let green = 38470 * UInt32(source[3 * pixel + 1])
          let blue = 7471 * UInt32(source[3 * pixel + 2])
          target[pixel] = UInt8(truncatingIfNeeded: (red &+ green &+ blue &+ 32768) >> 16)
        }
      }
      initializedCount = count
    }
    return DecodedImage(unchecked: height, width, 1, result)
  }

  private var coloured: DecodedImage {
    let count = pixels.count
    let result = [UInt8](unsafeUninitializedCapacity: 3 * count) { target, initializedCount in
      for (pixel, value) in pixels.enumerated() {
        target[3 * pixel] = value
        target[3 * pixel + 1] = value
        target[3 * pixel + 2] = value
      }
      initializedCount = 3 * count
    }
    return DecodedImage(unchecked: height, width, 3, result)
  }

  /// Black becomes white.
  package var inverted: DecodedImage { DecodedImage(unchecked: height, width, channels, pixels.map { 255 - $0 }) }
}
