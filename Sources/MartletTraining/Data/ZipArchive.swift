import CZlib
import MartletCore

/// A ZIP archive whose members are stored or deflated, as `numpy.savez` writes it. The central directory says what is there.
///
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10.
package struct ZipArchive {
  /// A member as the central directory describes it.
  package struct Member: Hashable, Sendable {
    package var name: String
    /// Of the data once decompressed, in bytes.
    package var byteCount: Int
    fileprivate var method: Int
    fileprivate var compressedByteCount: Int
    fileprivate var checksum: UInt32
    fileprivate var header: Int
  }

  package let file: String
  package let members: [Member]
  private let bytes: [UInt8]

  /// All members together have at most so many bytes.
  private static let largestContents = 16 << 30
  private static let mostMembers = 1 << 16
  private static let (stored, deflated) = (0, 8)
  /// Deflate makes at most so many bytes of one.
  private static let mostExpansion = 1032

  /// Whether the bytes begin as those of an archive do; an empty one has nothing but its end.
  package static func isArchive(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
  }

  /// Reads the central directory. Throws M1024 that names `file` and what is damaged or not supported.
  package init(_ bytes: [UInt8], file: String) throws {
    self.file = file
    self.bytes = bytes
    members = try bytes.withUnsafeBytes { try Directory(bytes: $0, file: file).members() }
  }

  /// The bytes of a member, with their checksum compared. Throws M1024 where they are damaged, M153 where they are more than the machine gives.
  package func contents(of member: Member) throws -> [UInt8] {
    func damaged(_ reason: String) -> MartletError { ZipArchive.damaged(file, "its member '\(member.name)' \(reason)") }
    return try bytes.withUnsafeBytes { bytes in
      let reader = ZipFields(bytes)
      guard let signature = reader.number(at: member.header, bytes: 4), signature == 0x0403_4b50,
        let nameLength = reader.number(at: member.header + 26, bytes: 2), let extraLength = reader.number(at: member.header + 28, bytes: 2)
      else { throw damaged("has no header where the directory says") }
      let start = member.header + 30 + nameLength + extraLength
      guard start <= bytes.count, member.compressedByteCount <= bytes.count - start else { throw damaged("is cut off") }
      let data = UnsafeRawBufferPointer(rebasing: bytes[start..<start + member.compressedByteCount])
      try MachineMemory.expect(member.byteCount, for: "'\(member.name)' of \(file)")
      let contents: [UInt8]
      if member.method == ZipArchive.stored {
        guard data.count == member.byteCount else { throw damaged("is stored in \(data.count) bytes and has \(member.byteCount)") }
        contents = Array(data)
      } else {
        // A size that these bytes cannot give is not reserved.
        guard member.byteCount / ZipArchive.mostExpansion <= data.count else {
          throw damaged("cannot have \(member.byteCount) bytes in \(data.count) compressed ones")
        }
        contents = try ZipArchive.inflated(data, count: member.byteCount, damaged)
      }
      let checksum = contents.withUnsafeBytes { Checksum.crc32($0) }
      guard checksum == member.checksum else { throw damaged("has another checksum than the directory says: it is damaged") }
      return contents
    }
  }

  private static func damaged(_ file: String, _ reason: String) -> MartletError {
    MartletError(
      DataErrorCode.malformedArchive, "\(file) is not an archive that can be read: \(reason)",
      advice: file.hasSuffix(".npz")
        ? nil : "It begins as .npz files and spreadsheets do: save arrays with numpy.savez, a spreadsheet as CSV.")
  }

  /// Decompresses raw deflate to exactly `count` bytes.
  private static func inflated(_ data: UnsafeRawBufferPointer, count: Int, _ damaged: (String) -> MartletError) throws -> [UInt8] {
    var stream = z_stream()
    // Negative: no header around the data.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw MartletError(TensorErrorCode.noMemory, "zlib cannot be started: it gets no memory")
    }
    defer { inflateEnd(&stream) }
    var spare: UInt8 = 0
    return try [UInt8](unsafeUninitializedCapacity: count) { target, written in
      var (read, made) = (0, 0)
      let source = data.bindMemory(to: UInt8.self)
      while true {
        // zlib counts in 32 bits, and writes nothing to its input.
        stream.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + read) }
        stream.avail_in = UInt32(clamping: source.count - read)
        let room = UInt32(clamping: count - made)
        // One byte more than there should be tells that there is more.
        let (before, status) = withUnsafeMutablePointer(to: &spare) { spare in
          stream.next_out = room == 0 ? spare : target.baseAddress.map { $0 + made }
          stream.avail_out = room == 0 ? 1 : room
          let before = (stream.avail_in, stream.avail_out)
          return (before, inflate(&stream, Z_NO_FLUSH))
        }
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
          throw damaged("is damaged: \(stream.msg.map { String(cString: $0) } ?? "error \(status)")")
        }
        read += Int(before.0 - stream.avail_in)
        let produced = Int(before.1 - stream.avail_out)
        guard room > 0 || produced == 0 else { throw damaged("has more than the \(count) bytes that the directory says") }
        made += produced
        if status == Z_STREAM_END { break }
        guard produced > 0 || before.0 != stream.avail_in else { throw damaged("ends in the middle") }
      }
      guard made == count else { throw damaged("has \(made) bytes, the directory says \(count)") }
      guard read == source.count else { throw damaged("has \(source.count - read) bytes behind its end") }
      written = made
    }
  }

  /// Little-endian numbers of an archive.
  private struct ZipFields {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Nil where the file is too short, or the number for an Int.
    func number(at position: Int, bytes count: Int) -> Int? {
      guard position >= 0, position <= bytes.count - count else { return nil }
      return Int(exactly: (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) })
    }

    func text(at position: Int, bytes count: Int) -> String? {
      guard position >= 0, count >= 0, position <= bytes.count - count else { return nil }
      return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
  }

  /// The list of members at the end of the file.
  private struct Directory {
    let bytes: UnsafeRawBufferPointer
    let file: String
    private var fields: ZipFields { ZipFields(bytes) }

    init(bytes: UnsafeRawBufferPointer, file: String) {
      self.bytes = bytes
      self.file = file
    }

    private func damaged(_ reason: String) -> MartletError { ZipArchive.damaged(file, reason) }

    func members() throws -> [Member] {
      guard let end = position(ofEnd: bytes) else { throw damaged("it has no directory at its end: it is cut off, or no ZIP file") }
      guard var count = fields.number(at: end + 10, bytes: 2), var size = fields.number(at: end + 12, bytes: 4),
        var offset = fields.number(at: end + 16, bytes: 4), let disk = fields.number(at: end + 4, bytes: 2)
      else { throw damaged("its end is cut off") }
      guard disk == 0 || disk == 0xffff else { throw damaged("it is part of an archive of several files") }
      var directoryEnd = end
      // Zip64: larger numbers stand in a record of their own, which a locator names.
      if fields.number(at: end - 20, bytes: 4) == 0x0706_4b50, let place = fields.number(at: end - 12, bytes: 8) {
        guard fields.number(at: place, bytes: 4) == 0x0606_4b50, let wideCount = fields.number(at: place + 32, bytes: 8),
          let wideSize = fields.number(at: place + 40, bytes: 8), let wideOffset = fields.number(at: place + 48, bytes: 8)
        else { throw damaged("its zip64 record is not where the file says") }
        (count, size, offset, directoryEnd) = (wideCount, wideSize, wideOffset, place)
      }
      guard count <= ZipArchive.mostMembers else { throw damaged("it has \(count) members, more than \(ZipArchive.mostMembers)") }
      // Whatever stands before the archive moves all positions.
      guard size <= directoryEnd, offset <= directoryEnd - size else { throw damaged("its directory is not where the file says") }
      let shift = directoryEnd - size - offset
      var (position, total) = (offset + shift, 0)
      var members: [Member] = []
      var names: Set<String> = []
      for number in 0..<count {
        let member = try self.member(&position, number, shift: shift)
        let (sum, overflow) = total.addingReportingOverflow(member.byteCount)
        guard !overflow, sum <= ZipArchive.largestContents else {
          throw damaged("its members have more than the \(ZipArchive.largestContents) bytes that make sense here")
        }
        total = sum
        guard names.insert(member.name).inserted else { throw damaged("two members are named '\(member.name)'") }
        members.append(member)
      }
      guard position == directoryEnd else {
        throw damaged("its directory has \(directoryEnd - position) bytes more than its \(count) members")
      }
      return members
    }

    /// The last record that can be the end: its comment reaches to the end of the file.
    private func position(ofEnd bytes: UnsafeRawBufferPointer) -> Int? {
      let recordByteCount = 22
      guard bytes.count >= recordByteCount else { return nil }
      let last = bytes.count - recordByteCount
      for position in stride(from: last, through: max(0, last - 0xffff), by: -1)
      where bytes[position] == 0x50 && fields.number(at: position, bytes: 4) == 0x0605_4b50 {
        if fields.number(at: position + 20, bytes: 2) == last - position { return position }
      }
      return nil
    }

    private func member(_ position: inout Int, _ number: Int, shift: Int) throws -> Member {
      let start = position
      guard fields.number(at: start, bytes: 4) == 0x0201_4b50, let flags = fields.number(at: start + 8, bytes: 2),
        let method = fields.number(at: start + 10, bytes: 2), let checksum = fields.number(at: start + 16, bytes: 4),
        let compressed = fields.number(at: start + 20, bytes: 4), let size = fields.number(at: start + 24, bytes: 4),
        let nameLength = fields.number(at: start + 28, bytes: 2), let extraLength = fields.number(at: start + 30, bytes: 2),
        let commentLength = fields.number(at: start + 32, bytes: 2), let header = fields.number(at: start + 42, bytes: 4),
        let name = fields.text(at: start + 46, bytes: nameLength)
      else { throw damaged("entry \(number) of its directory is damaged") }
      guard flags & 1 == 0 else { throw damaged("its member '\(name)' is encrypted") }
      guard method == ZipArchive.stored || method == ZipArchive.deflated else {
        throw damaged("its member '\(name)' is compressed by method \(method); stored (0) and deflated (8) can be read")
      }
      position = start + 46 + nameLength + extraLength + commentLength
      guard position <= bytes.count else { throw damaged("entry \(number) of its directory is cut off") }
      var member = Member(
        name: name, byteCount: size, method: method, compressedByteCount: compressed, checksum: UInt32(truncatingIfNeeded: checksum),
        header: header)
      try widen(&member, extra: start + 46 + nameLength, extraLength)
      let (place, overflow) = member.header.addingReportingOverflow(shift)
      guard !overflow, place < bytes.count else { throw damaged("its member '\(name)' begins behind the end of the file") }
      member.header = place
      return member
    }

    /// Numbers that have no room in 32 bits stand, in this order, in an extra field.
    private func widen(_ member: inout Member, extra start: Int, _ length: Int) throws {
      let full = 0xffff_ffff
      let wanted: [WritableKeyPath<Member, Int>] = [\.byteCount, \.compressedByteCount, \.header].filter { member[keyPath: $0] == full }
      guard !wanted.isEmpty else { return }
      var position = start
      while position <= start + length - 4, let kind = fields.number(at: position, bytes: 2),
        let size = fields.number(at: position + 2, bytes: 2), position + 4 + size <= start + length
      {
        if kind == 1, size >= 8 * wanted.count {
          for (place, key) in wanted.enumerated() {
            guard let number = fields.number(at: position + 4 + 8 * place, bytes: 8) else { break }
            member[keyPath: key] = number
          }
          return
        }
        position += 4 + size
      }
      throw damaged("its member '\(member.name)' has no zip64 sizes")
    }
  }
}

/// zlib's checksums.
private enum Checksum {
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let bytes = bytes.bindMemory(to: UInt8.self)
    return UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress, bytes.count))
  }
}
