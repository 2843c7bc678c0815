import MartletCompiler
import MartletTraining
import MartletCore

/// Images of a data set side by side, each with its title above it: as text for a terminal, or as a picture. Up to nine are a figure of rows of
/// three.
package struct ImageSheet {
  /// Channels, height, width.
  private let shape: Shape
  /// The images to show, one after the other.
  private let pixels: [UInt8]
  private let captions: [String]

  /// Some samples of a source whose first element is an image in bytes, with a title each. Throws M1008 where the source has no images of one
  /// or three channels, and M1021 where it does not have these samples.
  package init(_ source: any DataSource, _ samples: [Int], captions: [String]) throws {
    guard let element = source.elements.first, element.dtype == .u8, element.shape.rank == 3, element.shape[0] == 1 || element.shape[0] == 3
    else {
      throw MartletError(
        DataErrorCode.noImage,
        "the samples are not images: their input is \(source.elements.first.map { "\($0.dtype)\($0.shape)" } ?? "missing")",
        advice: "Only images of bytes with one channel or three can be drawn; data --show lists other samples as text.")
    }
    shape = element.shape
    let (size, overflow) = samples.count.multipliedReportingOverflow(by: element.byteCount)
    try MachineMemory.expect(overflow ? .max : size, for: "\(samples.count) images to draw")
    var pixels = [UInt8](repeating: 0, count: size)
    try pixels.withUnsafeMutableBytes { try source.write(0, of: samples, to: $0) }
    self.pixels = pixels
    self.captions = captions
  }

  private var count: Int { captions.count }
  private var height: Int { shape[1] }
  private var width: Int { shape[2] }
  private var channels: Int { shape[0] }

  /// A sheet of so few images is a figure.
  private static let (figure, figureColumns) = (9, 3)

  /// A channel of a pixel of a shown image.
  private func value(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
    pixels[image * shape.elementCount + (channel * height + row) * width + column]
  }

  // MARK: Text

  private static let shades = Array(" .:-=+*#%@")
  private static let gap = 2
  /// Images are drawn smaller before fewer of them stand in a row, but not below so many characters.
  private static let leastWidth = 10

  /// Three images a row, or as many as fit so many columns where there are more than nine. A character is two pixels, one above the other;
  /// images that are too wide are drawn smaller.
  package func text(columns: Int) -> String {
    guard width > 0, height > 0 else { return "" }
    func room(_ inRow: Int) -> Int { (columns - ImageSheet.gap * (inRow - 1)) / inRow }
    let fitting = max((columns + ImageSheet.gap) / (width + ImageSheet.gap), ImageSheet.figureColumns)
    var inRow = max(min(count, count <= ImageSheet.figure ? ImageSheet.figureColumns : fitting), 1)
    while inRow > 1, room(inRow) < min(width, ImageSheet.leastWidth) { inRow -= 1 }
    let drawnWidth = max(min(width, room(inRow)), 1)
    let drawnHeight = max((height * drawnWidth + width) / (2 * width), 1)
    let cell = max(drawnWidth, min(room(inRow), captions.map(\.count).max() ?? 0))
    var text = ""
    for start in stride(from: 0, to: count, by: inRow) {
      let row = start..<min(start + inRow, count)
      let titles = row.map { Caption.lines(captions[$0], width: cell) }
      let drawn = row.map { characters($0, drawnWidth, drawnHeight) }
      text += "\n"
      for line in 0..<(titles.map(\.count).max() ?? 0) {
        text += ImageSheet.line(titles.map { Caption.centered(line < $0.count ? $0[line] : "", width: cell) })
      }
      for line in 0..<drawnHeight { text += ImageSheet.line(drawn.map { Caption.centered($0[line], width: cell) }) }
    }
    return text
  }

  private static func line(_ parts: [String]) -> String {
    let joined = parts.joined(separator: String(repeating: " ", count: gap))
    guard let end = joined.lastIndex(where: { $0 != " " }) else { return "\n" }
    return joined[...end] + "\n"
  }

  /// An image as lines of characters: each is the mean of the pixels that it covers, of which those at its edges count in part.
  private func characters(_ image: Int, _ columns: Int, _ rows: Int) -> [String] {
    let across = (0..<columns).map { ImageSheet.covered($0, of: columns, size: width) }
    return (0..<rows).map { row in
      let down = ImageSheet.covered(row, of: rows, size: height)
      return String(
        across.map { pixels in
          var (sum, area) = (0.0, 0.0)
          for (y, high) in down {
            for (x, wide) in pixels {
              for channel in 0..<channels { sum += Double(value(image, channel, y, x)) * high * wide }
              area += high * wide * Double(channels)
            }
          }
          // A white area is white whatever its weights were rounded to.
          return ImageSheet.shades[min(Int(sum / area * Double(ImageSheet.shades.count - 1) / 255 + 1e-6), ImageSheet.shades.count - 1)]
        })
    }
  }

  /// The pixels of an axis that one of `count` equal parts covers, and how much of each.
  private static func covered(_ part: Int, of count: Int, size: Int) -> [(pixel: Int, weight: Double)] {
    let (start, end) = (Double(part * size) / Double(count), Double((part + 1) * size) / Double(count))
    return (part * size / count..<min(((part + 1) * size + count - 1) / count, size)).map { pixel in
      (pixel, min(end, Double(pixel + 1)) - max(start, Double(pixel)))
    }
  }

  // MARK: Picture

  /// How wide an image is at least in a figure and in a larger sheet, how often a pixel is repeated at most, and the space around all.
  private static let (figureWidth, sheetWidth, mostScale, margin) = (132, 56, 16, 12)
  private static let mostInRow = 10
  private static let (ground, ink) = (UInt8(255), UInt8(0))

  /// A PNG file on a white ground: rows of three in a figure, of ten in a larger sheet. Throws M153 where there is no memory for it, and what
  /// `PNG.encode` throws.
  package func png() throws -> [UInt8] {
    let isFigure = count <= ImageSheet.figure
    let inRow = max(min(count, isFigure ? ImageSheet.figureColumns : ImageSheet.mostInRow), 1)
    let least = isFigure ? ImageSheet.figureWidth : ImageSheet.sheetWidth
    let scale = max(min((least + width - 1) / max(width, 1), ImageSheet.mostScale), 1)
    let cell = max(width * scale, least)
    // Letters of double size where all titles fit on a line.
    let longest = captions.map { $0.unicodeScalars.count }.max() ?? 0
    let letter = longest * BitmapFont.advance * 2 <= cell ? 2 : 1
    let titles = captions.map { Caption.lines($0, width: cell / (BitmapFont.advance * letter)) }
    let lineHeight = (BitmapFont.height + 2) * letter
    let titleHeight = (titles.map(\.count).max() ?? 0) * lineHeight
    let (cellWidth, cellHeight) = (cell + ImageSheet.margin, titleHeight + height * scale + ImageSheet.margin)
    let rows = (count + inRow - 1) / inRow
    let extents = (height: rows * cellHeight + ImageSheet.margin, width: inRow * cellWidth + ImageSheet.margin)
    let size = Shape.checkedElementCount([extents.height, extents.width, channels]) ?? .max
    try MachineMemory.expect(size, for: "a picture of \(extents.width) x \(extents.height) pixels")
    var canvas = Canvas(height: extents.height, width: extents.width, channels: channels, ground: ImageSheet.ground)
    for position in 0..<count {
      let (left, top) = (ImageSheet.margin + position % inRow * cellWidth, ImageSheet.margin + position / inRow * cellHeight)
      // The last line stands right above the image.
      var y = top + titleHeight - titles[position].count * lineHeight
      for line in titles[position] {
        let wide = line.unicodeScalars.count * BitmapFont.advance * letter - letter
        canvas.write(line, left: left + max(cell - wide, 0) / 2, top: y, scale: letter, ink: ImageSheet.ink)
        y += lineHeight
      }
      let indent = (cell - width * scale) / 2
      for row in 0..<height * scale {
        for column in 0..<width * scale {
          for channel in 0..<channels {
            canvas.set(left + indent + column, top + titleHeight + row, channel, value(position, channel, row / scale, column / scale))
          }
        }
      }
    }
    return try PNG.encode(canvas.pixels, width: canvas.width, height: canvas.height, channels: channels)
  }
}
