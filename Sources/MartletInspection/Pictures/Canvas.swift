/// Pixels to draw on: rows from the top, the channels of a pixel side by side.
struct Canvas {
  let height: Int
  let width: Int
  let channels: Int
  private(set) var pixels: [UInt8]

  init(height: Int, width: Int, channels: Int, ground: UInt8) {
    (self.height, self.width, self.channels) = (height, width, channels)
    pixels = [UInt8](repeating: ground, count: height * width * channels)
  }

  /// Sets a channel of a pixel; what is outside is left out.
  mutating func set(_ x: Int, _ y: Int, _ channel: Int, _ value: UInt8) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    pixels[(y * width + x) * channels + channel] = value
  }

  /// Writes a line in the letters of `BitmapFont`, each of its pixels as a square of `scale` x `scale`.
  mutating func write(_ line: String, left: Int, top: Int, scale: Int, ink: UInt8) {
    for (place, letter) in line.unicodeScalars.enumerated() {
      let start = left + place * BitmapFont.advance * scale
      for y in 0..<BitmapFont.height * scale {
        for x in 0..<BitmapFont.width * scale where BitmapFont.isInk(letter, row: y / scale, column: x / scale) {
          for channel in 0..<channels { set(start + x, top + y, channel, ink) }
        }
      }
    }
  }
}
