/// NumPy's `.npy` format, versions 1 to 3. Writes little-endian `f4`, `f8`, `i4`, `u1` and `b1` in C order, reads either byte order, either
/// order of axes, and integers and floats of all other sizes.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum Npy {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Throws for a tensor that has not as many elements as its shape holds.
  package static func encode(_ tensor: HostTensor) throws -> [UInt8] {
    try tensor.expectWhole()
    let extents = tensor.shape.extents.map { "\($0)," }.joined(separator: " ")
    let shape = tensor.shape.rank == 1 ? extents : String(extents.dropLast(extents.isEmpty ? 0 : 1))
    var header = "{'descr': '\(descriptor(tensor.dtype))', 'fortran_order': False, 'shape': (\(shape)), }"
    // Version 2 has four bytes for the length of the header instead of two: for thousands of axes.
    let isWide = header.utf8.count + 64 > Int(UInt16.max)
    let prefix = magic.count + (isWide ? 6 : 4)
    header += String(repeating: " ", count: 63 - (header.utf8.count + prefix) % 64) + "\n"
    let length = (0..<(isWide ? 4 : 2)).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    return magic + [isWide ? 2 : 1, 0] + length + Array(header.utf8) + tensor.withUnsafeBytes { Array($0) }
  }

  /// The tensor of a file of any version and order. `|u1`, `|b1`, `f4`, `f8` and `i4` stay what they are; other integers become i32, halves
  /// (`f2`) f32.
  ///
  /// Throws M105 that names `file` where the bytes are no such file, M106 for the first integer that i32 cannot hold.
  package static func decode(_ bytes: [UInt8], file: String) throws -> HostTensor {
    func malformed(_ reason: String, _ advice: String? = nil) -> MartletError {
      MartletError(
        FileErrorCode.malformedArray, "\(file) is not a .npy file that can be read: \(reason)",
        advice: advice ?? "Write it with numpy.save(file, x).")
    }
    let another = "Copy or download it again, or write it anew with numpy.save(file, x)."
    guard bytes.starts(with: magic) else {
      throw malformed(
        bytes.isEmpty ? "it is empty" : "it does not begin with the format's magic bytes",
        "Name a .npy file, as numpy.save(file, x) writes it; numpy.savez writes .npz files.")
    }
    guard bytes.count >= 12 else { throw malformed("the header is cut off", another) }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]) else { throw malformed("format version \(bytes[6]) is unknown, 1 to 3 are") }
    let headerStart = wide ? 12 : 10
    var headerLength = Int(bytes[8]) | Int(bytes[9]) << 8
    if wide { headerLength |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    guard headerStart + headerLength <= bytes.count else { throw malformed("the header is cut off", another) }
    let header: NpyHeader
    do { header = try NpyHeader(bytes[headerStart..<headerStart + headerLength]) } catch { throw malformed(error.reason, error.advice) }
    guard let elements = NpyElements(header.type) else {
      throw malformed(
        "element type '\(header.type)' is not one of \(NpyElements.Kind.allCases.map(\.rawValue).joined(separator: ", "))",
        "Save an array of floats, integers or bools: numpy.save(file, x.astype(numpy.float32)).")
    }
    guard let count = Shape.checkedElementCount(header.extents) else {
      throw malformed("the shape \(Shape(header.extents)) is not possible")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: elements.kind.byteCount)
    let data = bytes[(headerStart + headerLength)...]
    guard !overflow, data.count == size else {
      throw malformed("\(header.type)\(Shape(header.extents)) takes \(size) bytes, the file has \(data.count)", another)
    }
    let shape = Shape(header.extents)
    try MachineMemory.expect(TensorType(elements.kind.dtype, shape).byteCount, for: "the tensor of \(file)")
    return try data.withUnsafeBytes { data in
      do {
        guard header.isFortranOrder, shape.rank > 1 else { return try elements.read(data, shape, count: count) }
        try MachineMemory.expect(size, for: "the tensor of \(file) in C order")
        return try NpyElements.rowMajor(data, shape.extents, size: elements.kind.byteCount).withUnsafeBytes {
          try elements.read($0, shape, count: count)
        }
      } catch let error as NpyElements.OutOfRange {
        throw MartletError(
          FileErrorCode.elementOutOfRange,
          "\(file): element \(Shape(shape.index(ofElement: error.position))) is \(error.value); integers of type '\(header.type)' are read as i32, "
            + DType.i32.rangeDescription)
      }
    }
  }

  /// Reads a file as `decode` does. Throws M101 to M103 where the system does not give it.
  public static func read(_ path: String) throws -> HostTensor { try decode(try FileBytes.read(path), file: path) }
  /// Writes a file that `numpy.load` reads. Throws M101 and M102 where the system does not take it.
  public static func write(_ tensor: HostTensor, to path: String) throws { try FileBytes.write(try encode(tensor), to: path) }

  private static func descriptor(_ dtype: DType) -> String {
    switch dtype {
    case .f32: "<f4"
    case .f64: "<f8"
    case .i32: "<i4"
    case .u8: "|u1"
    case .bool: "|b1"
    }
  }
}
