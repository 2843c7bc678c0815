import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// What is drawn: images as text and PNG, the confusion matrix, the plot of a run.
@Suite struct Pictures {
  /// Reads back what our own PNG files hold: one IDAT chunk, no filter.
  private static func decode(_ file: [UInt8]) throws -> (width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    func number(_ position: Int) -> Int { file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) } }
    var chunks: [(name: String, data: [UInt8])] = []
    var position = 8
    while position < file.count {
      let count = number(position)
      chunks.append((String(decoding: file[position + 4..<position + 8], as: UTF8.self), Array(file[position + 8..<position + 8 + count])))
      position += count + 12
    }
    #expect(chunks.map(\.name) == ["IHDR", "IDAT", "IEND"] && chunks[2].data.isEmpty)
    let (width, height) = (number(16), number(20))
    let channels = file[25] == 2 ? 3 : 1
    let rows = try Gzip.decompress(chunks[1].data, file: "IDAT", limit: 1 << 24)
    #expect(rows.count == (width * channels + 1) * height)
    var pixels: [UInt8] = []
    for row in 0..<height {
      let start = row * (width * channels + 1)
      #expect(rows[start] == 0)
      pixels += rows[start + 1..<start + 1 + width * channels]
    }
    return (width, height, channels, pixels)
  }

  @Test(arguments: [1, 3]) func picturesReadBack(_ channels: Int) throws {
    let (width, height) = (7, 5)
    let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let file = try PNG.encode(pixels, width: width, height: height, channels: channels)
    let read = try Pictures.decode(file)
    #expect(read.width == width && read.height == height && read.channels == channels && read.pixels == pixels)
    // The checksum of the standard's own example: an empty IEND chunk.
    #expect(Array(file.suffix(12)) == [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
    #expect(throws: MartletError.self) { try PNG.encode(pixels, width: width, height: height + 1, channels: channels) }
  }

  @Test func imagesSideBySide() throws {
    let bright = [UInt8](repeating: 255, count: 16)
    let dark = [UInt8](repeating: 0, count: 16)
    let images = try labelledImages([1, 4, 4], bright + dark + bright, [1, 2, 3])
    let sheet = try ImageSheet(images, [0, 1, 2], captions: ["one", "a long caption", "three"])
    #expect(sheet.text(columns: 10) == "\none   a lo\n@@@@\n@@@@\n\nthre\n@@@@\n@@@@\n")
    let picture = try Pictures.decode(try sheet.png())
    // Three cells of 4 x 3 pixels and margins of 6.
    #expect(picture.width == 3 * 18 + 6 && picture.height == 18 + 6 && picture.channels == 1)
    func at(_ x: Int, _ y: Int) -> UInt8 { picture.pixels[y * picture.width + x] }
    #expect(at(0, 0) == at(18, 7) && at(6, 6) == 255 && at(24, 6) == 0 && at(42, 17) == 255)
    // Colours: a red image is red in the picture.
    let red = try labelledImages([3, 1, 1], [200, 10, 20], [0])
    let coloured = try Pictures.decode(try ImageSheet(red, [0], captions: ["red"]).png())
    #expect(coloured.channels == 3)
    let start = (6 * coloured.width + 6) * 3
    #expect(Array(coloured.pixels[start..<start + 3]) == [200, 10, 20])
  }

  @Test func confusion() {
    var matrix = ConfusionMatrix(classes: 3, mostMistakes: 2)
    matrix.add(0..<2, [0, 1], HostTensor([2, 3], [5, 1, 1, 3, 2, 1] as [Float]))
    matrix.add(2..<5, [2, 2, 1], HostTensor([3, 3], [9, 0, 0, 1, 1, 4, 2, 0, 0] as [Float]))
    #expect(matrix.counts == [[1, 0, 0], [2, 0, 0], [1, 0, 1]])
    #expect(matrix.worst.map(\.image) == [2, 4] && matrix.worst[0].found == 0 && matrix.worst[0].label == 2)
    #expect(matrix.worst[0].probability < 2e-4)
    #expect(
      matrix.text(["0", "1", "2"])
        == "label   0   1   2   right\n    0   1   .   .   100.0 %\n    1   2   .   .     0.0 %\n    2   1   .   1    50.0 %\n")
  }

  @Test func plotOfARun() {
    var plot = TrainingPlot(title: "a < b & c")
    #expect(plot.isEmpty)
    for epoch in 1...3 {
      for step in 1...400 {
        plot.report(.step(epoch: epoch, step: step, of: 400))
        plot.report(.loss(epoch: epoch, step: step, loss: step == 7 ? .nan : 2 / Float(epoch * 400 + step), rate: 0.1, isLogged: false))
      }
      let result = TestResult(accuracy: 0.9 + Double(epoch) * 0.02, loss: 0.1, sampleLoss: 0.1)
      plot.report(.test(epoch: epoch, result: result, hash: ""))
    }
    #expect(!plot.isEmpty)
    let svg = plot.svg
    #expect(svg.contains("a &lt; b &amp; c") && svg.contains("98.0 %") == false && svg.contains("96.00 %"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.count(where: { $0 == "<" }) == svg.count(where: { $0 == ">" }))
    // Nothing finite, no test: still a picture.
    var empty = TrainingPlot(title: "none")
    empty.report(.loss(epoch: 1, step: 1, loss: .nan, rate: 0.1, isLogged: true))
    #expect(!empty.svg.contains("nan") && empty.svg.hasSuffix("</svg>\n"))
  }
}
