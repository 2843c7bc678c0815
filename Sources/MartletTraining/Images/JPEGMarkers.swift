/// What the markers of a JPEG file say that the decoder does not tell: how the camera was held, and whether the file has its end.
///
/// Sources: ITU-T T.81, annex B, for the markers; CIPA DC-008 (EXIF 2.3) for the orientation.
struct JPEGMarkers: Equatable {
  /// The number of EXIF, 1 to 8; 1 where there is none.
  private(set) var orientation = 1
  /// Whether the end of the image is in the file. What follows it does not count.
  private(set) var isWhole = false
  /// Whether the pixels are coded so that a block may take less than a bit: arithmetic coding, which is rare.
  private(set) var isArithmetic = false

  init(_ bytes: [UInt8]) {
    // After the start of the image.
    var position = 2
    while let marker = JPEGMarkers.nextMarker(bytes, &position) {
      switch marker {
      case 0xd9:
        isWhole = true
        return
      // Without a length.
      case 0x01, 0xd0...0xd8: continue
      case 0xc9...0xcb, 0xcd...0xcf: isArithmetic = true
      case _: break
      }
      guard bytes.count - position >= 2 else { return }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      guard length >= 2, bytes.count - position >= length else { return }
      if marker == 0xe1, let found = JPEGMarkers.orientation(bytes[(position + 2)..<(position + length)]) { orientation = found }
      position += length
    }
  }

  /// The number of the next marker; the position is set behind it. Coded pixels are passed over: in them a zero follows each 0xff.
  private static func nextMarker(_ bytes: [UInt8], _ position: inout Int) -> UInt8? {
    while position < bytes.count {
      guard let start = bytes[position...].firstIndex(of: 0xff) else { break }
      position = start
      while position < bytes.count, bytes[position] == 0xff { position += 1 }
      guard position < bytes.count else { break }
      let marker = bytes[position]
      position += 1
      if marker != 0 { return marker }
    }
    position = bytes.count
    return nil
  }

  /// The orientation in the data of an APP1 segment; nil where there is none.
  private static func orientation(_ segment: ArraySlice<UInt8>) -> Int? {
    let mark = Array("Exif\0\0".utf8)
    guard segment.starts(with: mark) else { return nil }
    let tiff = Array(segment.dropFirst(mark.count))
    let isLittleEndian: Bool
    if tiff.starts(with: "II*\0".utf8) {
      isLittleEndian = true
    } else if tiff.starts(with: "MM\0*".utf8) {
      isLittleEndian = false
    } else {
      return nil
    }
    func number(_ position: Int, bytes count: Int) -> Int? {
      guard position >= 0, tiff.count - position >= count else { return nil }
      let bytes = tiff[position..<position + count]
      return (isLittleEndian ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, bytes: 4), let count = number(directory, bytes: 2) else { return nil }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = number(start, bytes: 2) else { return nil }
      // 274 is the orientation; type 3 is a 16-bit number, which stands in the entry itself.
      guard tag == 274 else { continue }
      guard number(start + 2, bytes: 2) == 3, let value = number(start + 8, bytes: 2), (1...8).contains(value) else { return nil }
      return value
    }
    return nil
  }
}
