/// NumPy's `.npy` format, versions 1 to 3: little-endian `f4`, `f8`, `i4`, `u1` and `b1` in C order.
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

  /// Throws `.invalidInput` that names `file` when the bytes are not a tensor of ours.
  package static func decode(_ bytes: [UInt8], file: String) throws -> HostTensor {
    func malformed(_ reason: String) -> MartletError {
      MartletError(
        FileErrorCode.malformedArray, "\(file) is not a .npy file that can be read: \(reason)",
        advice: "Write it with numpy.save(file, numpy.ascontiguousarray(x)) as float32, float64, int32, uint8 or bool.")
    }
    guard bytes.count >= 12, Array(bytes[..<6]) == magic else { throw malformed("it does not begin with the format's magic bytes") }
    let wide = bytes[6] >= 2
    guard (1...3).contains(bytes[6]) else { throw malformed("format version \(bytes[6]) is unknown, 1 to 3 are") }
    let headerStart = wide ? 12 : 10
    var headerLength = Int(bytes[8]) | Int(bytes[9]) << 8
    if wide { headerLength |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    guard headerStart + headerLength <= bytes.count else { throw malformed("the header is cut off") }
    let header = String(decoding: bytes[headerStart..<headerStart + headerLength], as: UTF8.self)
    guard let code = quotedValue(of: "descr", in: header) else { throw malformed("the header has no descr") }
    guard let dtype = DType.allCases.first(where: { descriptor($0) == code }) else {
      throw malformed("element type '\(code)' is not one of \(DType.allCases.map { "'\(descriptor($0))'" }.joined(separator: ", "))")
    }
    guard header.contains("'fortran_order': False") else { throw malformed("it is in Fortran order, C order is needed") }
    guard let extents = shape(in: header), let count = Shape.checkedElementCount(extents) else {
      throw malformed("the header's shape cannot be read")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
    let data = bytes[(headerStart + headerLength)...]
    guard !overflow, data.count == size else {
      throw malformed("\(TensorType(dtype, Shape(extents))) takes \(size) bytes, the file has \(data.count)")
    }
    return try data.withUnsafeBytes { try HostTensor(TensorType(dtype, Shape(extents)), bytes: $0) }
  }

  package static func read(_ path: String) throws -> HostTensor { try decode(try FileBytes.read(path), file: path) }
  package static func write(_ tensor: HostTensor, to path: String) throws { try FileBytes.write(try encode(tensor), to: path) }

  private static func descriptor(_ dtype: DType) -> String {
    switch dtype {
    case .f32: "<f4"
    case .f64: "<f8"
    case .i32: "<i4"
    case .u8: "|u1"
    case .bool: "|b1"
    }
  }

  private static func quotedValue(of key: String, in header: String) -> String? {
    guard let rest = text(after: "'\(key)':", in: header) else { return nil }
    let parts = rest.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].allSatisfy({ $0 == " " }) else { return nil }
    return String(parts[1])
  }

  private static func shape(in header: String) -> [Int]? {
    guard let rest = text(after: "'shape':", in: header), let open = rest.firstIndex(of: "("), let close = rest.firstIndex(of: ")"),
      open < close, rest[..<open].allSatisfy({ $0 == " " })
    else { return nil }
    var extents: [Int] = []
    for part in rest[rest.index(after: open)..<close].split(separator: ",") {
      guard let extent = Int(String(part.filter { $0 != " " })) else { return nil }
      extents.append(extent)
    }
    return extents
  }

  private static func text(after marker: String, in header: String) -> Substring? {
    var start = header.startIndex
    while start < header.endIndex {
      if header[start...].hasPrefix(marker) { return header[header.index(start, offsetBy: marker.count)...] }
      start = header.index(after: start)
    }
    return nil
  }
}
