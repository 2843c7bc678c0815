import CZlib
import MartletCompiler
import MartletTraining
import MartletCore

/// Writes pictures as PNG: 8 bits a channel, no filter, compressed by zlib.
///
/// Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
package enum PNG {
  /// The file of a picture of `width` x `height` pixels with 1 (grey) or 3 (red, green, blue) channels, rows from the top, channels of a
  /// pixel side by side. Throws `.invalidInput` when there are not that many bytes.
  package static func encode(_ pixels: [UInt8], width: Int, height: Int, channels: Int) throws -> [UInt8] {
    guard width > 0, height > 0, channels == 1 || channels == 3, pixels.count == width * height * channels else {
      throw MartletError(
        DataErrorCode.imageShape, "\(pixels.count) bytes are no picture of \(width) x \(height) pixels with \(channels) channels")
    }
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count + height)
    for row in 0..<height {
      // The filter's number goes before each row: none.
      rows.append(0)
      rows += pixels[row * width * channels..<(row + 1) * width * channels]
    }
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    let header = bigEndian(width) + bigEndian(height) + [8, channels == 1 ? 0 : 2, 0, 0, 0]
    for (name, data) in [("IHDR", header), ("IDAT", try compressed(rows)), ("IEND", [])] { file += chunk(name, data) }
    return file
  }

  private static func bigEndian(_ number: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    let checksum = crc32(0, body, UInt32(body.count))
    return bigEndian(data.count) + body + bigEndian(Int(checksum))
  }

  private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(count))
    guard compress2(&output, &count, bytes, UInt(bytes.count), 9) == Z_OK else {
      throw MartletError(TensorErrorCode.noMemory, "zlib cannot compress \(bytes.count) bytes: it gets no memory")
    }
    return Array(output.prefix(Int(count)))
  }
}
