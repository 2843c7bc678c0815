import CImages
import Glibc
import MartletCore

/// A PNG file. Source of the chunks: W3C, "Portable Network Graphics (PNG) Specification", third edition.
struct PNGDecoder {
  private let bytes: [UInt8]
  private let file: String

  init(_ bytes: [UInt8], _ file: String) {
    self.bytes = PNGDecoder.withoutGamma(bytes)
    self.file = file
  }

  func image() throws -> DecodedImage {
    try ImageLibrary.png.load()
    var header = images_png_header()
    var message: UnsafeMutablePointer<CChar>?
    guard images_png_read_header(bytes, bytes.count, &header, &message) == 0 else { throw damaged(ImageLibrary.text(message)) }
    let (height, width) = (Int(header.height), Int(header.width))
    let channels = header.has_color != 0 ? 3 : 1
    let stored = channels + (header.has_alpha != 0 ? 1 : 0)
    try expectData(height: height, width: width)
    // An interlaced picture is in memory a second time.
    let count = try ImageDecoder.expectRoom(height: height, width: width, bytesPerPixel: stored + channels + 4, file)
    var pixels = [UInt8](repeating: 0, count: count * stored)
    guard images_png_read(bytes, bytes.count, &pixels, pixels.count, &message) == 0 else { throw damaged(ImageLibrary.text(message)) }
    if stored > channels { pixels = PNGDecoder.onWhite(pixels, channels: channels) }
    return DecodedImage(unchecked: height, width, channels, pixels)
  }

  private func damaged(_ reason: String) -> MartletError { ImageDecoder.damaged("PNG", file, reason) }

  /// Throws where so few bytes cannot be compressed rows of such a size: a small file must not take gigabytes.
  private func expectData(height: Int, width: Int) throws {
    let mostExpansion = 1032  // of deflate
    guard let (_, data) = PNGDecoder.chunk(bytes, at: 8), data.count >= 13 else { return }
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][bytes[data.lowerBound + 9]] ?? 1
    guard let bits = Shape.checkedElementCount([height, width, samples, Int(bytes[data.lowerBound + 8])]) else { return }
    guard bits / 8 <= bytes.count * mostExpansion else {
      throw damaged("\(bytes.count) bytes cannot hold \(width) x \(height) pixels")
    }
  }

  /// Grey and alpha, or colours and alpha: what is seen before white.
  static func onWhite(_ pixels: [UInt8], channels: Int) -> [UInt8] {
    let count = pixels.count / (channels + 1)
    return [UInt8](unsafeUninitializedCapacity: count * channels) { target, initializedCount in
      pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<count {
          let start = pixel * (channels + 1)
          let alpha = UInt32(source[start + channels])
          for channel in 0..<channels {
            let sum = UInt32(source[start + channel]) * alpha + 255 * (255 - alpha)
            target[pixel * channels + channel] = UInt8(truncatingIfNeeded: (sum + 127) / 255)
          }
        }
      }
      initializedCount = count * channels
    }
  }

  /// The file without the chunks from which libpng would correct the numbers for a screen: they are wanted as they are stored.
  static func withoutGamma(_ bytes: [UInt8]) -> [UInt8] {
    let unwanted = ["gAMA", "cICP"].map { Array($0.utf8) }
    var (kept, start, position) = ([UInt8](), 0, 8)
    while let (name, data) = chunk(bytes, at: position), !name.elementsEqual("IDAT".utf8) {
      // Behind the data comes a checksum.
      let end = data.upperBound + 4
      if unwanted.contains(where: { name.elementsEqual($0) }) {
        kept += bytes[start..<position]
        start = end
      }
      position = end
    }
    return start == 0 ? bytes : kept + bytes[start...]
  }

  /// The name and data of the chunk that begins at a position; nil where no whole chunk is there.
  private static func chunk(_ bytes: [UInt8], at position: Int) -> (name: ArraySlice<UInt8>, data: Range<Int>)? {
    guard bytes.count - position >= 12 else { return nil }
    let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - position - 12 >= length else { return nil }
    return (bytes[position + 4..<position + 8], position + 8..<position + 8 + length)
  }
}
