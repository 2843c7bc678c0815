import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletInspection
@testable import MartletTraining

/// PNG and JPEG files against Pillow, and files that are damaged.
@Suite struct ImageFiles {
  private func refuses(_ bytes: [UInt8], _ code: ImageErrorCode, _ text: String, file: String = "a/b.png") throws {
    let error = try #require(throws: MartletError.self) { try ImageDecoder.decode(bytes, file: file) }
    #expect(error.number == code.rawValue && error.message.contains(text) && error.message.contains(file), "\(error)")
  }

  /// Grey, colours, alpha, palettes, 1 and 16 bits, interlaced, with a gamma; baseline, progressive, every orientation.
  @Test func picturesAreThoseOfPillow() throws {
    let fixtures = try ImageFixtures()
    #expect(fixtures.files.count == 28)
    for name in fixtures.files {
      let image = try ImageDecoder.read(ImageFixtures.path(name))
      let expected = try fixtures.image(name)
      let difference = try #require(ImageFixtures.difference(image, expected), "\(name): \(image.shape), not \(expected.shape)")
      // Decoders of JPEG may round the cosine transform differently; composing on white rounds once here and twice in Pillow.
      let isPNG = ImageFormat(try ImageFixtures.bytes(name)) == .png
      let most = !isPNG ? 2 : ["rgba.png", "grey-alpha.png"].contains(name) ? 1 : 0
      #expect(difference <= most, "\(name): \(difference)")
    }
  }

  /// The fixtures tell the orientations apart: otherwise the comparison above would show nothing.
  @Test func orientationsDiffer() throws {
    let fixtures = try ImageFixtures()
    let images = try (1...8).map { try fixtures.image("orientation-\($0).jpg") }
    for (number, image) in images.enumerated() {
      #expect((image.height, image.width) == (number < 4 ? (8, 12) : (12, 8)))
      for other in images[..<number] { #expect(ImageFixtures.difference(image, other).map { $0 > 20 } ?? true) }
    }
  }

  @Test func transparentPixelsAreComposedOnWhite() {
    #expect(PNGDecoder.onWhite([10, 255, 10, 0, 0, 128, 100, 51], channels: 1) == [10, 255, 127, 224])
    #expect(PNGDecoder.onWhite([1, 2, 3, 255, 1, 2, 3, 0], channels: 3) == [1, 2, 3, 255, 255, 255])
  }

  @Test func otherFormatsAreNamed() throws {
    try refuses(try ImageFixtures.bytes("really-a-gif.jpg"), .unknownFormat, "is a GIF file", file: "cat.jpg")
    try refuses(try ImageFixtures.bytes("text.png"), .unknownFormat, "is neither a PNG nor a JPEG file")
    try refuses([], .unknownFormat, "is empty")
    try refuses([0, 0, 0, 24] + Array("ftypheic".utf8), .unknownFormat, "is a HEIC file")
    try refuses(Array("RIFF1234WEBPVP8 ".utf8), .unknownFormat, "is a WebP file")
    try refuses(Array("BM".utf8), .unknownFormat, "is a BMP file")
    try refuses(Array("MM\0*".utf8), .unknownFormat, "is a TIFF file")
    try refuses([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a], .unknownFormat, "neither")
  }

  @Test func damageIsFound() throws {
    for name in ["truncated.png", "damaged.png"] { try refuses(try ImageFixtures.bytes(name), .damagedImage, "no whole PNG image") }
    for name in ["truncated.jpg", "damaged.jpg"] { try refuses(try ImageFixtures.bytes(name), .damagedImage, "no whole JPEG image") }
    try refuses(try ImageFixtures.bytes("cmyk.jpg"), .unsupportedImage, "CMYK")
  }

  /// A file that ends anywhere before its end is refused.
  @Test(arguments: ["rgb.png", "interlaced.png", "baseline.jpg", "progressive.jpg", "grey.jpg"])
  func everyCutIsFound(_ name: String) throws {
    let bytes = try ImageFixtures.bytes(name)
    // After the pixels of a PNG file come the checksum of the last chunk and an empty chunk, which decoders may leave unread.
    let end = name.hasSuffix("png") ? bytes.count - 16 : bytes.count
    _ = try ImageDecoder.decode(bytes, file: name)
    for count in 0..<end {
      let error = try #require(throws: MartletError.self, "\(name): \(count) bytes") {
        try ImageDecoder.decode(Array(bytes[..<count]), file: name)
      }
      #expect([ImageErrorCode.damagedImage.rawValue, ImageErrorCode.unknownFormat.rawValue].contains(error.number), "\(count): \(error)")
    }
  }

  /// Some cameras fill the coded pixels up: the decoder says so, and the picture is whole.
  @Test func fillingIsAccepted() throws {
    let bytes = try ImageFixtures.bytes("baseline.jpg")
    let filled = Array(bytes.dropLast(2)) + [UInt8](repeating: 0, count: 40) + [0xff, 0xd9]
    #expect(try ImageDecoder.decode(filled, file: "filled") == ImageDecoder.decode(bytes, file: "baseline"))
  }

  /// The decoder tells its first warning only: behind a harmless one, of a version of JFIF that it does not know, the end is missed all the same.
  @Test func endsAreMissedBehindOtherWarnings() throws {
    var bytes = try ImageFixtures.bytes("baseline.jpg")
    try #require(bytes[6...].starts(with: Array("JFIF\0".utf8)))
    bytes[11] = 9
    #expect(try ImageDecoder.decode(bytes, file: "new") == ImageDecoder.read(ImageFixtures.path("baseline.jpg")))
    try refuses(Array(bytes.dropLast(60)), .damagedImage, "it ends in the middle")
  }

  /// Sizes that a small file cannot have are refused before memory is taken for them.
  @Test func hugeSizesAreRefused() throws {
    let huge = try ImageFixtures.bytes("huge.png")
    try refuses(huge, .damagedImage, "69 bytes cannot hold 16000 x 16000 pixels")
    var jpeg = try ImageFixtures.bytes("baseline.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xff, 0xc0]) })
    jpeg[frame + 5] = 0x30
    jpeg[frame + 7] = 0x30
    try refuses(jpeg, .damagedImage, "pixels")
    for position in 5...8 { jpeg[frame + position] = 0xf0 }
    try refuses(jpeg, .tooManyPixels, "61680 x 61680")
    #expect(throws: MartletError.self) { try ImageDecoder.expectRoom(height: .max, width: .max, bytesPerPixel: 9, "x") }
  }

  /// A segment that claims more than follows, one of length 0, and a directory outside the segment.
  @Test func markersAreReadWithinTheirBounds() throws {
    #expect(JPEGMarkers([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 1]) == JPEGMarkers([]))
    #expect(!JPEGMarkers([0xff, 0xd8, 0xff, 0xe1, 0, 0, 0xff, 0xd9]).isWhole)
    #expect(JPEGMarkers([0xff, 0xd8, 0xff, 0xff, 0xd9]).isWhole && !JPEGMarkers([0xff, 0xd8, 0xff]).isWhole)
    // 0xff 0 and restarts are part of the coded pixels.
    #expect(!JPEGMarkers([0xff, 0xd8, 0xff, 0, 0xd9, 0xff, 0xd0]).isWhole)
    func orientation(_ tiff: [UInt8]) -> Int {
      let segment = Array("Exif\0\0".utf8) + tiff
      return JPEGMarkers([0xff, 0xd8, 0xff, 0xe1, 0, UInt8(segment.count + 2)] + segment).orientation
    }
    let whole: [UInt8] = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
    #expect(orientation(whole) == 6)
    for count in 0..<20 { #expect(orientation(Array(whole[..<count])) == 1) }
    for (position, value) in [(0, 0x49), (4, 0xff), (7, 30), (9, 0), (13, 4), (19, 9), (19, 0)] as [(Int, UInt8)] {
      var changed = whole
      changed[position] = value
      #expect(orientation(changed) == 1, "\(position)")
    }
  }

  /// libpng would correct the numbers; other chunks and files without them stay as they are.
  @Test func gammaIsLeftOut() throws {
    let (plain, corrected) = (try ImageFixtures.bytes("rgb.png"), try ImageFixtures.bytes("gamma.png"))
    #expect(PNGDecoder.withoutGamma(plain) == plain)
    let without = PNGDecoder.withoutGamma(corrected)
    #expect(without.count == corrected.count - 16 && PNGDecoder.withoutGamma(without) == without)
  }

  @Test func librariesThatAreMissingAreNamed() throws {
    for library in ImageLibrary.allCases {
      let package = library == .png ? "libpng16-16" : "libturbojpeg0"
      // A file that is missing, and a library that is another one.
      for path in ["/none.so", "libm.so.6"] {
        let error = try #require(throws: MartletError.self) { try library.load(path: path) }
        #expect(error.number == 1081 && error.exitCode == 5, "\(error)")
        #expect(error.message.hasPrefix(path) && error.advice?.contains(package) == true, "\(error)")
      }
    }
    // What was loaded before is not lost.
    _ = try ImageDecoder.read(ImageFixtures.path("rgb.png"))
    _ = try ImageDecoder.read(ImageFixtures.path("baseline.jpg"))
  }

  @Test func filesThatAreMissingAreNamed() throws {
    let error = try #require(throws: MartletError.self) { try ImageDecoder.read("/none/cat.png") }
    #expect(error.number == 101 && error.message.contains("/none/cat.png"))
  }

  /// Our own pictures are read back.
  @Test func writtenPicturesAreRead() throws {
    let fixtures = try ImageFixtures()
    for name in ["rgb.png", "grey.png"] {
      let image = try fixtures.image(name)
      let bytes = try PNG.encode(image.pixels, width: image.width, height: image.height, channels: image.channels)
      #expect(try ImageDecoder.decode(bytes, file: name) == image)
    }
  }
}
