import MartletCore

/// The bytes of TensorBoard's event files.
///
/// A file is a sequence of records: the length as u64, its checksum, the bytes, their checksum, all little-endian. The checksum is the
/// CRC-32 with Castagnoli's polynomial, rotated by 15 bits, plus a constant. The bytes are a message of Protocol Buffers: fields, each with a
/// number and a kind (0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes).
/// Sources: tensorflow/core/lib/io/record_writer.h and tensorflow/core/util/event.proto, as documentation of the format.
enum TensorBoardRecord {
  /// The first record of a file: `Event {wall_time = 1, file_version = 3}`.
  static func version(wallTime: Double) -> [UInt8] { framed(event(wallTime, step: 0, counted(3, Array("brain.Event:2".utf8)))) }

  /// `Event {wall_time = 1, step = 2, summary = 5: Summary {value = 1: Value {tag = 1, simple_value = 2}}}`.
  static func scalar(_ tag: String, _ value: Float, step: Int, wallTime: Double) -> [UInt8] {
    let number = [key(2, 5)] + littleEndian(value.bitPattern)
    return framed(event(wallTime, step: step, counted(5, counted(1, counted(1, Array(tag.utf8)) + number))))
  }

  private static func event(_ wallTime: Double, step: Int, _ content: [UInt8]) -> [UInt8] {
    // As in any message, a number that is 0 is left out.
    let count = step == 0 ? [] : [key(2, 0)] + varint(UInt64(bitPattern: Int64(step)))
    return [key(1, 1)] + littleEndian(wallTime.bitPattern) + count + content
  }

  // MARK: Protocol Buffers

  private static func key(_ field: UInt8, _ kind: UInt8) -> UInt8 { field << 3 | kind }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  static func varint(_ number: UInt64) -> [UInt8] {
    var (rest, bytes) = (number, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func counted(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] { [key(field, 2)] + varint(UInt64(bytes.count)) + bytes }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

  // MARK: Records

  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    let count = littleEndian(UInt64(bytes.count))
    return count + littleEndian(maskedChecksum(count)) + bytes + littleEndian(maskedChecksum(bytes))
  }

  private static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xa282_ead8
  }

  /// CRC-32C, whose polynomial is 0x1EDC6F41, here with its bits reversed.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xff)] }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82f6_3b78 : sum >> 1 }
  }
}
