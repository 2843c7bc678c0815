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
    #expect(sheet.text(columns: 10) == "\none    a\n      lon…\n@@@@\n@@@@\n\nthr…\n@@@@\n@@@@\n")
    let picture = try Pictures.decode(try sheet.png())
    // Three cells of 132, in each an image of 64 x 64 pixels below a line of small letters, and margins of 12.
    #expect(picture.width == 3 * 144 + 12 && picture.height == 10 + 64 + 24 && picture.channels == 1)
    func at(_ x: Int, _ y: Int) -> UInt8 { picture.pixels[y * picture.width + x] }
    #expect(at(0, 0) == 255 && at(270, 40) == 255 && at(189, 22) == 255 && at(254, 85) == 255)
    #expect(at(190, 22) == 0 && at(253, 85) == 0)
    // Colours: a red image is red in the picture.
    let red = try labelledImages([3, 1, 1], [200, 10, 20], [0])
    let coloured = try Pictures.decode(try ImageSheet(red, [0], captions: ["red"]).png())
    #expect(coloured.channels == 3 && coloured.width == 132 + 24)
    // Large letters stand above.
    let start = ((12 + 20 + 8) * coloured.width + 78) * 3
    #expect(Array(coloured.pixels[start..<start + 3]) == [200, 10, 20])
    #expect(Array(coloured.pixels[..<3]) == [255, 255, 255])
    let four = try labelledImages([4, 1, 1], [1, 2, 3, 4], [0])
    expectError(DataErrorCode.noImage, "u8[4, 1, 1]", "one channel or three") { try ImageSheet(four, [0], captions: ["four"]) }
  }

  /// Three rows of three; a terminal that is too narrow for three images makes them smaller, and a very narrow one draws fewer in a row.
  @Test(arguments: [(200, 3, 28), (92, 3, 28), (80, 3, 25), (40, 3, 12), (34, 3, 10), (25, 2, 11), (12, 1, 12), (4, 1, 4)])
  func figureFitsTheTerminal(_ columns: Int, _ inRow: Int, _ width: Int) throws {
    let images = try labelledImages([1, 28, 28], [UInt8](repeating: 255, count: 9 * 784), [UInt8](repeating: 0, count: 9))
    let text = try ImageSheet(images, Array(0..<9), captions: (0..<9).map { "\($0)" }).text(columns: columns)
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns })
    let rows = lines.filter { $0.contains("@") }
    let row = Array(repeating: String(repeating: "@", count: width), count: inRow).joined(separator: "  ")
    #expect(rows.first.map(String.init) == row, "\(text)")
    // As high as wide: a character is two pixels high.
    let high = (width + 1) / 2
    #expect(rows.count == high * ((9 + inRow - 1) / inRow), "\(rows.count)")
    #expect(lines.count == rows.count + (9 + inRow - 1) / inRow)
  }

  /// Pixels that a character covers in part count in part.
  @Test func smallerImagesAreMeans() throws {
    // Columns of 0, 255, 255, 0, 255, 255: three to two characters.
    let pixels = Array(repeating: [0, 255, 255, 0, 255, 255] as [UInt8], count: 4).flatMap { $0 }
    let images = try labelledImages([1, 4, 6], pixels, [0])
    let two = try ImageSheet(images, [0], captions: ["x"]).text(columns: 2)
    // 2 / 3 of the shades from 0 to 9.
    #expect(two == "\nx\n**\n", "\(two)")
    // A row of a pixel and a half.
    let four = try ImageSheet(images, [0], captions: ["x"]).text(columns: 4)
    #expect(four == "\n x\n-@-@\n", "\(four)")
  }

  /// The title above an image of the figure, in the pixels of the PNG file.
  @Test func titlesInThePicture() throws {
    let dark = [UInt8](repeating: 0, count: 9 * 784)
    let images = try labelledImages([1, 28, 28], dark, [UInt8](repeating: 0, count: 9))
    let captions = ["7", "cat", "T-shirt", "3", "4", "5", "6", "7", "8"]
    let picture = try Pictures.decode(try ImageSheet(images, Array(0..<9), captions: captions).png())
    let (cell, margin, title) = (140, 12, 20)
    #expect(picture.width == 3 * (cell + margin) + margin && picture.height == 3 * (cell + title + margin) + margin)
    func isInk(_ x: Int, _ y: Int) -> Bool { picture.pixels[y * picture.width + x] == 0 }
    // "cat", 17 x 8 pixels of 2 x 2, in the middle of the second cell.
    let expected = [
      "             #   ",
      "             #   ",
      " ####  ###  #### ",
      "#         #  #   ",
      "#      ####  #   ",
      "#     #   #  #   ",
      " ####  ####   ## ",
      "                 ",
    ]
    let left = margin + (cell + margin) + (cell - 34) / 2
    for (row, line) in expected.enumerated() {
      for (column, letter) in line.enumerated() {
        for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
          #expect(isInk(left + 2 * column + x, margin + 2 * row + y) == (letter == "#"), "row \(row), column \(column)")
        }
      }
    }
    // All nine images are there, whole, and nothing between them.
    for place in 0..<9 {
      let (x, y) = (margin + place % 3 * (cell + margin), margin + title + place / 3 * (cell + title + margin))
      for (dx, dy) in [(0, 0), (139, 0), (0, 139), (139, 139)] { #expect(isInk(x + dx, y + dy)) }
      for (dx, dy) in [(-1, 0), (140, 0), (0, 140)] { #expect(!isInk(x + dx, y + dy)) }
    }
  }

  @Test func captions() {
    #expect(Caption.lines("image 123: 4, not 9", width: 12) == ["image 123:", "4, not 9"])
    #expect(Caption.lines("image 123: sandal, not boot", width: 12) == ["image 123:", "sandal, not…"])
    #expect(
      Caption.lines("unbreakable", width: 5) == ["unbr…"] && Caption.lines("", width: 5).isEmpty && Caption.lines("ab", width: 0) == ["…"])
    #expect(Caption.centered("ab", width: 5) == " ab  " && Caption.centered("abc", width: 2) == "abc")
  }

  /// Every letter differs from every other one, and what the font does not have is a box.
  @Test func letters() {
    func drawn(_ letter: Unicode.Scalar) -> [Bool] {
      (0..<8).flatMap { row in (0..<5).map { BitmapFont.isInk(letter, row: row, column: $0) } }
    }
    let all = (0x20..<0x7f).compactMap { Unicode.Scalar($0) }.map(drawn)
    #expect(Set(all).count == 95 && all[0].allSatisfy { !$0 } && all.dropFirst().allSatisfy { $0.contains(true) })
    #expect(drawn("é") == drawn("字") && !Set(all).contains(drawn("é")) && drawn("…") != drawn("é"))
    #expect(
      !BitmapFont.isInk("A", row: 8, column: 0) && !BitmapFont.isInk("A", row: 6, column: 5) && BitmapFont.isInk("A", row: 6, column: 4))
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
