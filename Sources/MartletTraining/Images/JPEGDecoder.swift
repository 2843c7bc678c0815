import CImages
import Glibc
import MartletCore

/// A JPEG file.
struct JPEGDecoder {
  private let bytes: [UInt8]
  private let file: String

  init(_ bytes: [UInt8], _ file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// What the library says of oddities that change no pixel; everything else that it calls corrupt does.
  private static let harmless = ["extraneous bytes", "JFIF revision", "Adobe color transform", "ICC marker"]

  func image() throws -> DecodedImage {
    try ImageLibrary.jpeg.load()
    let markers = JPEGMarkers(bytes)
    guard markers.isWhole else { throw damaged("it ends in the middle") }
    var header = images_jpeg_header()
    var message: UnsafeMutablePointer<CChar>?
    guard images_jpeg_read_header(bytes, bytes.count, &header, &message) == 0 else { throw damaged(ImageLibrary.text(message)) }
    guard header.colors != IMAGES_JPEG_CMYK else {
      throw MartletError(ImageErrorCode.unsupportedImage, "\(file) is a JPEG image in the colours of printing (CMYK)")
    }
    let (height, width) = (Int(header.height), Int(header.width))
    let channels = header.colors == IMAGES_JPEG_GREY ? 1 : 3
    // A progressive picture is also there as 16-bit coefficients, and turning it upright takes a copy.
    let count = try ImageDecoder.expectRoom(height: height, width: width, bytesPerPixel: 4 * channels, file)
    // Huffman's code takes a bit or more for a block of 8 x 8 pixels: a small file must not take gigabytes.
    guard markers.isArithmetic || count / 64 <= bytes.count * 8 else {
      throw damaged("\(bytes.count) bytes cannot hold \(width) x \(height) pixels")
    }
    var pixels = [UInt8](repeating: 0, count: count * channels)
    var warning: UnsafeMutablePointer<CChar>?
    guard images_jpeg_read(bytes, bytes.count, header.width, header.height, Int32(channels), &pixels, &warning, &message) == 0 else {
      throw damaged(ImageLibrary.text(message))
    }
    if warning != nil {
      let text = ImageLibrary.text(warning)
      guard JPEGDecoder.harmless.contains(where: { text.contains($0) }) else { throw damaged(text) }
    }
    return DecodedImage(unchecked: height, width, channels, pixels).upright(orientation: markers.orientation)
  }

  private func damaged(_ reason: String) -> MartletError { ImageDecoder.damaged("JPEG", file, reason) }
}
