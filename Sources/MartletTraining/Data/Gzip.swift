import CZlib
import MartletCore

/// Compresses and decompresses gzip with zlib.
package enum Gzip {
  package static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b }

  /// Deflate makes at most so many bytes of one.
  private static let mostExpansion = 1032

  /// All bytes of a gzip file, of its members one after the other, at most `limit` of them. Zeros behind the last member are padding. Throws `.invalidInput` that names `file` when the data are damaged or cut off.
  package static func decompress(_ bytes: [UInt8], file: String, limit: Int) throws -> [UInt8] {
    func damaged(_ reason: String) -> MartletError {
      MartletError(DataErrorCode.malformedGzip, "\(file) is not a whole gzip file: \(reason)")
    }
    var stream = z_stream()
    // 15 bits of window, 32: find out whether the header is gzip's or zlib's.
    guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw MartletError(TensorErrorCode.noMemory, "zlib cannot be started: it gets no memory")
    }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    // The last four bytes say how many come out. They are not trusted with more than the format can hold in so many bytes.
    let promised = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let expected = min(promised, limit, bytes.count * mostExpansion)
    try MachineMemory.expect(expected, for: "what \(file) holds")
    output.reserveCapacity(expected)
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    try bytes.withUnsafeBufferPointer { source in
      // zlib does not write there.
      stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.avail_in = UInt32(clamping: source.count)
      var status = Z_OK
      while status != Z_STREAM_END {
        let produced = try chunk.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          status = inflate(&stream, Z_NO_FLUSH)
          guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
            throw damaged(stream.msg.map { String(cString: $0) } ?? "error \(status)")
          }
          return target.count - Int(stream.avail_out)
        }
        output.append(contentsOf: chunk[..<produced])
        guard output.count <= limit else { throw damaged("it holds more than the \(limit) bytes that make sense here") }
        if status != Z_STREAM_END, produced == 0 { throw damaged("it ends in the middle") }
        // Another member follows. Source: RFC 1952, section 2.2.
        let rest = source[(source.count - Int(stream.avail_in))...]
        if status == Z_STREAM_END, rest.starts(with: [0x1f, 0x8b]) {
          guard inflateReset2(&stream, 15 + 32) == Z_OK else { throw damaged("zlib cannot begin with its next member") }
          status = Z_OK
        }
      }
      let rest = source[(source.count - Int(stream.avail_in))...]
      guard rest.allSatisfy({ $0 == 0 }) else { throw damaged("\(rest.count) bytes follow its end") }
    }
    return output
  }

  /// The bytes as a gzip file, the same for the same bytes: the header has no time and no name.
  package static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, 16: a header of gzip's.
    guard deflateInit2_(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw MartletError(TensorErrorCode.noMemory, "zlib cannot be started: it gets no memory") }
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let count = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target -> Int? in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(clamping: source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END ? target.count - Int(stream.avail_out) : nil
      }
    }
    guard let count else { throw MartletError(TensorErrorCode.noMemory, "zlib cannot compress \(bytes.count) bytes") }
    return Array(output[..<count])
  }
}
