extension DecodedImage {
  /// The part that begins at a row and column. Unchecked: the part must be inside the picture.
  func part(row: Int, column: Int, height: Int, width: Int) -> DecodedImage {
    var part: [UInt8] = []
    part.reserveCapacity(height * width * channels)
    for line in row..<row + height {
      let start = (line * self.width + column) * channels
      part += pixels[start..<start + width * channels]
    }
    return DecodedImage(unchecked: height, width, channels, part)
  }

  /// The picture in the middle of a larger one, whose other pixels have the colour `background` (a byte for each channel). Unchecked: the
  /// size must be at least the picture's.
  func padded(height: Int, width: Int, background: [UInt8]) -> DecodedImage {
    let (row, column) = ((height - self.height) / 2, (width - self.width) / 2)
    var padded = [UInt8](repeating: background[0], count: height * width * channels)
    if channels > 1 { for position in padded.indices { padded[position] = background[position % channels] } }
    for line in 0..<self.height {
      let (target, source) = (((row + line) * width + column) * channels, line * self.width * channels)
      padded.replaceSubrange(target..<target + self.width * channels, with: pixels[source..<source + self.width * channels])
    }
    return DecodedImage(unchecked: height, width, channels, padded)
  }

  /// The mean of each channel over the outermost rows and columns, rounded.
  var borderMean: [UInt8] {
    var sums = [Int](repeating: 0, count: channels)
    var count = 0
    for row in 0..<height {
      let step = row == 0 || row == height - 1 ? 1 : max(width - 1, 1)
      for column in stride(from: 0, to: width, by: step) {
        for channel in 0..<channels { sums[channel] += Int(pixels[(row * width + column) * channels + channel]) }
        count += 1
      }
    }
    return sums.map { UInt8(clamping: ($0 + count / 2) / count) }
  }

  /// The picture as it is meant to be seen, of one that a camera saved with an orientation of EXIF (1 to 8; other numbers mean 1).
  ///
  /// Source: CIPA DC-008 (EXIF 2.3), tag 274: the number says on which side row 0 and column 0 of the file are.
  func upright(orientation: Int) -> DecodedImage {
    guard (2...8).contains(orientation) else { return self }
    // 5 to 8: row 0 of the file is the left or right side.
    let isTurned = orientation >= 5
    // Where row 0 is at the bottom or on the right, and column 0 on the right or at the bottom.
    let isRowReversed = [3, 4, 6, 7].contains(orientation)
    let isColumnReversed = [2, 3, 7, 8].contains(orientation)
    let (newHeight, newWidth) = isTurned ? (width, height) : (height, width)
    let result = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, initializedCount in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<newHeight {
          for column in 0..<newWidth {
            var (fileRow, fileColumn) = isTurned ? (column, row) : (row, column)
            if isRowReversed { fileRow = height - 1 - fileRow }
            if isColumnReversed { fileColumn = width - 1 - fileColumn }
            let (to, from) = ((row * newWidth + column) * channels, (fileRow * width + fileColumn) * channels)
            for channel in 0..<channels { target[to + channel] = source[from + channel] }
          }
        }
      }
      initializedCount = pixels.count
    }
    return DecodedImage(unchecked: newHeight, newWidth, channels, result)
  }
}
