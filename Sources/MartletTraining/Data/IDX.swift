import MartletCore

/// The IDX format of MNIST: a magic number that says how many axes follow, their extents, then bytes.
///
/// Source: https://yann.lecun.com/exdb/mnist/
package enum IDX {
  /// More than this is no data set of small images.
  private static let largestFile = 2 << 30

  /// Reads a file of unsigned bytes with the given number of axes, gzipped or not.
  ///
  /// Throws `.invalidInput` that says what is wrong: another magic number, extents whose product does not fit, bytes missing or left over.
  package static func read(_ path: String, axes: Int) throws -> HostTensor {
    var bytes = try FileBytes.read(path, limit: largestFile)
    if Gzip.isCompressed(bytes) { bytes = try Gzip.decompress(bytes, file: path, limit: largestFile) }
    return try decode(bytes, axes: axes, file: path)
  }

  /// Whether a file begins as an IDX file of bytes does, or is gzipped.
  package static func isPresent(_ path: String) -> Bool {
    let beginning = FolderNames.beginning(of: path, 4)
    return Gzip.isCompressed(beginning) || beginning.starts(with: [0, 0, 8]) || beginning.isEmpty
  }

  package static func decode(_ bytes: [UInt8], axes: Int, file: String) throws -> HostTensor {
    func malformed(_ reason: String, _ advice: String? = nil) -> MartletError {
      MartletError(
        DataErrorCode.malformedIDX, "\(file) is not an IDX file of \(axes) ax\(axes == 1 ? "is" : "es"): \(reason)", advice: advice)
    }
    func word(_ position: Int) -> UInt32 { bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    let headerCount = 4 + 4 * axes
    guard bytes.count >= headerCount else { throw malformed("it has \(bytes.count) bytes, the header alone has \(headerCount)") }
    let expected = UInt32(0x0800 | axes)
    guard word(0) == expected else {
      let advice =
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0, 0, 8, 1...4): "Images have 0x00000803, labels 0x00000801: give each file the other's name, if they were exchanged."
        case (0, 0, 9...14, 1...4): "Write the elements as unsigned bytes; .npz files may have others."
        default: "It is another kind of file: copy or download it again (MNIST: Tools/setup)."
        }
      throw malformed("its magic number is 0x\(hex(word(0))), 0x\(hex(expected)) was expected", advice)
    }
    let extents = (0..<axes).map { Int(word(4 + 4 * $0)) }
    guard let count = Shape.checkedElementCount(extents), count <= largestFile else { throw malformed("extents \(extents) are too large") }
    guard bytes.count - headerCount >= count else {
      throw malformed("extents \(extents) take \(count) bytes, but only \(bytes.count - headerCount) follow the header")
    }
    guard bytes.count - headerCount == count else {
      throw malformed("\(bytes.count - headerCount - count) bytes are left over after \(extents)")
    }
    try MachineMemory.expect(count, for: "what \(file) holds")
    return HostTensor(Shape(extents), Array(bytes[headerCount...]))
  }

  private static func hex(_ word: UInt32) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
