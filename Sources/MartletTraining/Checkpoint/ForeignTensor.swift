import MartletCore

/// A tensor of a safetensors file whose element type no graph has: PyTorch's counters (`I64`), quantized weights and others.
package struct ForeignTensor: Hashable, Sendable {
  package var name: String
  /// The element type as safetensors names it, such as `I64`.
  package var code: String
  package var shape: Shape
  /// The elements as the file stores them: row-major, little-endian.
  package var bytes: [UInt8]

  /// The type of PyTorch's counters.
  static let counterCode = "I64"

  /// A scalar of type I64.
  package init(_ name: String, counting count: Int64) {
    self.init(name, ForeignTensor.counterCode, [], bytes: withUnsafeBytes(of: count.littleEndian) { [UInt8]($0) })
  }

  init(_ name: String, _ code: String, _ shape: Shape, bytes: [UInt8]) {
    self.name = name
    self.code = code
    self.shape = shape
    self.bytes = bytes
  }

  /// The elements of an I64 tensor; nil for any other type.
  package var integers: [Int64]? {
    guard code == ForeignTensor.counterCode else { return nil }
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self))
      }
    }
  }

  /// `I64[3]`, as messages name it.
  var typeText: String { "\(code)\(shape)" }
}

/// The element types of the safetensors format.
///
/// Source: https://docs.rs/safetensors/latest/safetensors/tensor/enum.Dtype.html
enum SafetensorsType {
  private static let widths = [
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64,
    "U64": 64,
  ]

  /// All names, sorted.
  static var codes: [String] { widths.keys.sorted() }

  /// The width of an element in bits; nil for a name that the format does not have.
  static func bitCount(_ code: String) -> Int? { widths[code] }

  /// The name of a type that graphs have.
  static func code(_ dtype: DType) -> String {
    switch dtype {
    case .f32: "F32"
    case .f64: "F64"
    case .i32: "I32"
    case .u8: "U8"
    case .bool: "BOOL"
    }
  }

  /// The bytes of as many elements; nil where they end inside a byte or no machine holds them.
  static func byteCount(_ code: String, elements: Int) -> Int? {
    guard let width = widths[code] else { return nil }
    let (bits, overflow) = elements.multipliedReportingOverflow(by: width)
    return overflow || bits % 8 != 0 ? nil : bits / 8
  }
}

/// Floats of 16 bits, of which every one is exact in f32.
enum HalfPrecision: String, CaseIterable {
  /// IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
  case half = "F16"
  /// The upper half of an f32.
  case brain = "BF16"

  /// The value of an element, by its bits.
  func single(_ bits: UInt16) -> Float {
    switch self {
    case .brain: return Float(bitPattern: UInt32(bits) << 16)
    case .half:
      let sign = UInt32(bits & 0x8000) << 16
      let (exponent, fraction) = (UInt32(bits >> 10) & 0x1f, UInt32(bits & 0x3ff))
      switch exponent {
      // Zero, or without the leading 1.
      case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
      case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
      default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
      }
    }
  }

  /// An f32 tensor of the elements that the bytes hold. Throws where their number is not that of the shape.
  func tensor(_ shape: Shape, bytes: UnsafeRawBufferPointer) throws -> HostTensor {
    let count = bytes.count / 2
    try MachineMemory.expect(count * MemoryLayout<Float>.size, for: "a tensor f32\(shape)")
    let elements = (0..<count).map { single(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))) }
    return try HostTensor(shape, elements: elements)
  }
}
