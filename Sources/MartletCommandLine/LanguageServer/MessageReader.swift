import MartletCore

/// Cuts what an editor sends into messages: header lines, an empty line, and as many bytes as `Content-Length` says.
///
/// Source: Language Server Protocol 3.17, "Base Protocol".
package struct MessageReader {
  package enum Event: Equatable {
    case message([UInt8])
    /// What is wrong with a header. Reading goes on at the next `Content-Length`.
    case malformed(String)
  }

  static let longestHeader = 4096
  /// Texts of graphs have some megabytes at most.
  static let largestMessage = 64 << 20
  private static let lengthName = Array("content-length".utf8)

  private var buffer: [UInt8] = []
  private var position = 0
  /// The bytes of the message whose header was read.
  private var length: Int?
  /// Whether the beginning of the next message is not known.
  private var isLost = false

  package init() {}

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    if position > 0 {
      buffer.removeSubrange(..<position)
      position = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Nil where more bytes are needed.
  package mutating func next() -> Event? {
    if isLost {
      guard findHeader() else { return nil }
      isLost = false
    }
    if length == nil {
      do {
        guard let header = try header() else { return nil }
        position = header.end
        length = header.length
      } catch {
        isLost = true
        return .malformed(error.reason)
      }
    }
    guard let count = length, buffer.count - position >= count else { return nil }
    let message = Array(buffer[position..<position + count])
    position += count
    length = nil
    return .message(message)
  }

  private struct Malformed: Error { var reason: String }

  /// The header at the current place; nil where its end has not come yet. Where it is malformed the current place is behind it.
  private mutating func header() throws(Malformed) -> (end: Int, length: Int)? {
    var (start, length) = (position, Int?.none)
    var problem: String?
    while true {
      let limit = min(buffer.count, position + MessageReader.longestHeader)
      guard let end = buffer[start..<limit].firstIndex(of: UInt8(ascii: "\n")) else {
        guard limit - position >= MessageReader.longestHeader else { return nil }
        position += 1
        throw Malformed(reason: "the header has no end within \(MessageReader.longestHeader) bytes")
      }
      var line = buffer[start..<end]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      start = end + 1
      if line.isEmpty { break }
      do throws(Malformed) {
        if let found = try MessageReader.length(line) {
          guard length ?? found == found else { throw Malformed(reason: "the header has two lengths") }
          length = found
        }
      } catch { problem = problem ?? error.reason }
    }
    guard problem == nil, let length else {
      position = start
      throw Malformed(reason: problem ?? "the header has no Content-Length")
    }
    return (start, length)
  }

  /// The length that a line of a header gives; nil for another line. Throws for a line that is none of a header.
  private static func length(_ line: ArraySlice<UInt8>) throws(Malformed) -> Int? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw Malformed(reason: "a line of the header has no ':'") }
    guard isLengthName(line[..<colon]) else { return nil }
    let value = String(decoding: line[(colon + 1)...].filter { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
      throw Malformed(reason: "Content-Length is a number of bytes")
    }
    guard let length = Int(value), length <= largestMessage, (try? MachineMemory.expect(length, for: "a message")) != nil else {
      throw Malformed(reason: "the message is longer than \(largestMessage) bytes")
    }
    return length
  }

  private static func isLengthName(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count == lengthName.count && zip(bytes, lengthName).allSatisfy { $0 | 0x20 == $1 }
  }

  /// Moves to the next `Content-Length`; without one, what cannot be the beginning of it is forgotten.
  private mutating func findHeader() -> Bool {
    let count = MessageReader.lengthName.count
    var start = position
    while start + count < buffer.count {
      if buffer[start + count] == UInt8(ascii: ":"), MessageReader.isLengthName(buffer[start..<start + count]) {
        position = start
        return true
      }
      start += 1
    }
    position = max(position, buffer.count - count)
    return false
  }
}
