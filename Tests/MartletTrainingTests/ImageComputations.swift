import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// Grey, sizes and what a model takes of a photo, against Pillow.
@Suite struct ImageComputations {
  private let fixtures: ImageFixtures

  init() throws { fixtures = try ImageFixtures() }

  private func grey(_ height: Int, _ width: Int, _ value: UInt8) throws -> DecodedImage {
    try DecodedImage(height: height, width: width, channels: 1, pixels: [UInt8](repeating: value, count: height * width))
  }

  @Test func greyIsThatOfPillow() throws {
    for name in ["rgb.png", "baseline.jpg"] {
      let image = try fixtures.image(name)
      #expect(image.converted(channels: 1) == (try fixtures.image("grey/\(name)")))
      #expect(image.converted(channels: 3) == image)
    }
    let grey = try fixtures.image("grey.png")
    let coloured = grey.converted(channels: 3)
    #expect(coloured.channels == 3 && coloured.pixels.count == 3 * grey.pixels.count && coloured.converted(channels: 1) == grey)
  }

  /// Smaller, larger, and smaller in one direction only.
  @Test func sizesAreThoseOfPillow() throws {
    for (name, key) in [("rgb.png", "resize"), ("grey.png", "resize-grey")] {
      let image = try fixtures.image(name)
      for (height, width) in [(5, 7), (4, 4), (1, 1), (11, 6), (6, 13), (28, 28), (40, 5), (12, 14)] {
        let resized = try image.resized(height: height, width: width)
        #expect(resized == (try fixtures.image("\(key)/\(height)x\(width)")), "\(key)/\(height)x\(width)")
      }
      #expect(try image.resized(height: 11, width: 13) == image)
    }
  }

  /// White stays white and black stays black, however much a picture shrinks or grows.
  @Test func flatPicturesStayFlat() throws {
    for value in [0, 255] as [UInt8] {
      for (height, width) in [(3000, 2), (1, 1), (7, 1900)] {
        for (newHeight, newWidth) in [(1, 1), (3, 5), (300, 200)] {
          let resized = try grey(height, width, value).resized(height: newHeight, width: newWidth)
          #expect(resized == (try grey(newHeight, newWidth, value)), "\(height) x \(width)")
        }
      }
    }
  }

  @Test func impossibleSizesAreRefused() throws {
    let image = try grey(2, 2, 7)
    for (height, width) in [(0, 1), (1, 0), (-1, 1), (1, 65537), (65536, 65536), (.max, .max)] {
      let error = try #require(throws: MartletError.self) { try image.resized(height: height, width: width) }
      #expect(error.number == 1087)
    }
    for shape in [[], [28, 28], [2, 28, 28], [1, 0, 28], [1, 28, 28, 1], [1, 1 << 20, 1]] as [Shape] {
      let error = try #require(throws: MartletError.self) { try PhotoPreparation(for: shape) }
      #expect(error.number == 1087)
    }
    for (height, width, channels, count) in [(2, 2, 1, 3), (2, 2, 2, 8), (0, 2, 1, 0), (-1, -4, 1, 4), (.max, .max, 1, 1)] {
      let error = try #require(throws: MartletError.self) {
        try DecodedImage(height: height, width: width, channels: channels, pixels: [UInt8](repeating: 0, count: count))
      }
      #expect(error.number == 1086)
    }
  }

  @Test func channelsBecomePlanes() throws {
    let image = try DecodedImage(height: 2, width: 2, channels: 3, pixels: Array(0..<12))
    #expect(image.shape == [3, 2, 2])
    #expect(image.tensor == HostTensor([3, 2, 2], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11] as [UInt8]))
  }

  @Test func photosBecomeWhatADigitModelTakes() throws {
    let dark = try PhotoPreparation(for: [1, 28, 28], darkBackground: true)
    let light = try dark.prepare(try ImageDecoder.read(ImageFixtures.path("photo-light.png")))
    #expect(light.image == (try fixtures.image("prepared/light")))
    #expect(
      light.summary == "cut from 40 x 56 to its middle 40 x 40, made grey, resized from 40 x 40 to 28 x 28, inverted: its border is light")
    let inverted = try dark.prepare(try ImageDecoder.read(ImageFixtures.path("photo-dark.png")))
    #expect(inverted.image == (try fixtures.image("prepared/dark")))
    #expect(inverted.steps.count == 3 && inverted.steps[2] == "resized from 40 x 40 to 28 x 28")
    // Paper is dark and ink is light in both.
    for image in [light.image, inverted.image] { #expect(image.borderMean[0] < 40 && (image.pixels.max() ?? 0) > 150) }
    #expect(light.pixels.type == TensorType(.u8, [1, 28, 28]))
  }

  /// A border of 127 is dark, one of 128 is light; other models' photos are never inverted.
  @Test func inversionHasABound() throws {
    let preparation = try PhotoPreparation(for: [1, 4, 4], darkBackground: true)
    #expect(try preparation.prepare(try grey(4, 4, 127)).summary == "taken as it is")
    let light = try preparation.prepare(try grey(4, 4, 128))
    #expect(light.steps == ["inverted: its border is light"])
    #expect(try light.image == grey(4, 4, 127))
    #expect(try PhotoPreparation(for: [1, 4, 4]).prepare(try grey(4, 4, 255)).steps.isEmpty)
    let coloured = try PhotoPreparation(for: [3, 4, 4], darkBackground: true).prepare(try grey(4, 4, 255))
    #expect(coloured.steps == ["its grey copied to three channels"])
  }

  @Test func theBorderIsOnlyTheBorder() throws {
    var pixels = [UInt8](repeating: 10, count: 5 * 4)
    for row in 1..<4 { for column in 1..<3 { pixels[row * 4 + column] = 250 } }
    #expect(try DecodedImage(height: 5, width: 4, channels: 1, pixels: pixels).borderMean == [10])
    #expect(try DecodedImage(height: 1, width: 2, channels: 1, pixels: [10, 21]).borderMean == [16])
    #expect(try DecodedImage(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 3, 4, 5]).borderMean == [2, 3, 4])
  }

  @Test func ratiosAreKeptOrNot() throws {
    // Columns 0, 10, …, 70 in 4 rows.
    let photo = try DecodedImage(height: 4, width: 8, channels: 1, pixels: (0..<32).map { UInt8($0 % 8 * 10) })
    let cut = try PhotoPreparation(for: [1, 4, 4]).prepare(photo)
    #expect(cut.image.pixels == [20, 30, 40, 50, 20, 30, 40, 50, 20, 30, 40, 50, 20, 30, 40, 50])
    #expect(cut.steps == ["cut from 8 x 4 to its middle 4 x 4"])
    let padded = try PhotoPreparation(for: [1, 8, 8], fit: .pad).prepare(photo)
    // The border's mean is 35: columns in the mean, as often as each other in rows 0 and 3, and 0 and 70 once more each in rows 1 and 2.
    #expect(padded.image.pixels[..<16].allSatisfy { $0 == 35 } && padded.image.pixels[48...].allSatisfy { $0 == 35 })
    #expect(Array(padded.image.pixels[16..<48]) == photo.pixels)
    #expect(padded.steps == ["padded to 8 x 8 with the colour of its border"])
    let smaller = try PhotoPreparation(for: [1, 4, 4], fit: .pad).prepare(photo)
    #expect(smaller.steps == ["resized from 8 x 4 to 4 x 2", "padded to 4 x 4 with the colour of its border"])
    let stretched = try PhotoPreparation(for: [1, 4, 4], fit: .stretch).prepare(photo)
    #expect(stretched.steps == ["resized from 8 x 4 to 4 x 4"])
    #expect(try stretched.image == photo.resized(height: 4, width: 4))
    // Lines keep a pixel.
    for fit in ImageFit.allCases {
      let line = try PhotoPreparation(for: [1, 3, 3], fit: fit).prepare(try grey(1, 60, 9))
      #expect(line.image == (try grey(3, 3, 9)), "\(fit)")
    }
  }
}
