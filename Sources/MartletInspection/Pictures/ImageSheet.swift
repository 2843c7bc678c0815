import MartletCompiler
import MartletTraining
import MartletCore

/// Images of a data set side by side: as text for a terminal, or as a picture.
package struct ImageSheet {
  /// Channels, height, width.
  private let shape: Shape
  /// The images to show, one after the other.
  private let pixels: [UInt8]
  private let captions: [String]

  /// Some samples of a source whose first element is an image in bytes, with captions that stand above them in the text. Throws where the
  /// source has no images, or not these samples.
  package init(_ source: any DataSource, _ samples: [Int], captions: [String]) throws {
    guard let element = source.elements.first, element.dtype == .u8, element.shape.rank == 3 else {
      throw MartletError(
        DataErrorCode.noImage,
        "the samples are not images: their input is \(source.elements.first.map { "\($0.dtype)\($0.shape)" } ?? "missing")",
        advice: "Only images of bytes can be drawn.")
    }
    shape = element.shape
    var pixels = [UInt8](repeating: 0, count: samples.count * element.byteCount)
    try pixels.withUnsafeMutableBytes { try source.write(0, of: samples, to: $0) }
    self.pixels = pixels
    self.captions = captions
  }

  private var count: Int { captions.count }
  private var height: Int { shape[1] }
  private var width: Int { shape[2] }
  private var channels: Int { shape[0] }

  /// A channel of a pixel of a shown image.
  private func value(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
    pixels[image * shape.elementCount + (channel * height + row) * width + column]
  }

  // MARK: Text

  private static let shades = Array(" .:-=+*#%@")
  private static let gap = 2

  /// As many images in a row as fit so many columns; two pixels a character, one above the other.
  package func text(columns: Int) -> String {
    let inRow = max((columns + ImageSheet.gap) / (width + ImageSheet.gap), 1)
    var text = ""
    for start in stride(from: 0, to: count, by: inRow) {
      let row = start..<min(start + inRow, count)
      text += "\n" + line(row.map { fitted(captions[$0]) })
      for y in stride(from: 0, to: height, by: 2) { text += line(row.map { position in characters(position, y) }) }
    }
    return text
  }

  private func line(_ parts: [String]) -> String {
    let joined = parts.joined(separator: String(repeating: " ", count: ImageSheet.gap))
    guard let end = joined.lastIndex(where: { $0 != " " }) else { return "\n" }
    return joined[...end] + "\n"
  }

  private func fitted(_ text: String) -> String { String(text.prefix(width)) + String(repeating: " ", count: max(width - text.count, 0)) }

  private func characters(_ image: Int, _ y: Int) -> String {
    String(
      (0..<width).map { x in
        var sum = 0
        for channel in 0..<channels {
          sum += Int(value(image, channel, y, x))
          if y + 1 < height { sum += Int(value(image, channel, y + 1, x)) }
        }
        return ImageSheet.shades[sum / (2 * channels) * (ImageSheet.shades.count - 1) / 255]
      })
  }

  // MARK: Picture

  private static let (scale, margin, mostInRow, ground) = (3, 6, 10, UInt8(0x60))

  /// A PNG file, three pixels a pixel, ten images a row. Throws what `PNG.encode` throws.
  package func png() throws -> [UInt8] {
    let colours = channels == 3 ? 3 : 1
    let inRow = min(count, ImageSheet.mostInRow)
    let rows = (count + inRow - 1) / max(inRow, 1)
    let (cellWidth, cellHeight) = (width * ImageSheet.scale + ImageSheet.margin, height * ImageSheet.scale + ImageSheet.margin)
    let (sheetWidth, sheetHeight) = (inRow * cellWidth + ImageSheet.margin, rows * cellHeight + ImageSheet.margin)
    var pixels = [UInt8](repeating: ImageSheet.ground, count: sheetWidth * sheetHeight * colours)
    for position in 0..<count {
      let (left, top) = (ImageSheet.margin + position % inRow * cellWidth, ImageSheet.margin + position / inRow * cellHeight)
      for y in 0..<height * ImageSheet.scale {
        for x in 0..<width * ImageSheet.scale {
          for colour in 0..<colours {
            pixels[((top + y) * sheetWidth + left + x) * colours + colour] = value(
              position, colour, y / ImageSheet.scale, x / ImageSheet.scale)
          }
        }
      }
    }
    return try PNG.encode(pixels, width: sheetWidth, height: sheetHeight, channels: colours)
  }
}
