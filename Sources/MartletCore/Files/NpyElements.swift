/// The element types of `.npy` files, and what they are read as.
///
/// Source: https://numpy.org/doc/stable/reference/arrays.interface.html, "typestr".
struct NpyElements {
  enum Kind: String, CaseIterable {
    case bool = "b1"
    case i8 = "i1"
    case i16 = "i2"
    case i32 = "i4"
    case i64 = "i8"
    case u8 = "u1"
    case u16 = "u2"
    case u32 = "u4"
    case u64 = "u8"
    case f16 = "f2"
    case f32 = "f4"
    case f64 = "f8"

    var byteCount: Int {
      switch self {
      case .bool, .i8, .u8: 1
      case .i16, .u16, .f16: 2
      case .i32, .u32, .f32: 4
      case .i64, .u64, .f64: 8
      }
    }

    /// Integers of other sizes are read as i32, where they fit, and f2 as f32.
    var dtype: DType {
      switch self {
      case .bool: .bool
      case .u8: .u8
      case .i8, .i16, .i32, .i64, .u16, .u32, .u64: .i32
      case .f16, .f32: .f32
      case .f64: .f64
      }
    }
  }

  let kind: Kind
  let isBigEndian: Bool

  /// A type such as `<f4`, `>i8` or `|u1`; nil where it is none of ours. `=` is the order of this machine, little-endian.
  init?(_ text: String) {
    let order = text.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    guard let kind = Kind(rawValue: String(order == nil ? text[...] : text.dropFirst())) else { return nil }
    self.kind = kind
    isBigEndian = order == ">"
  }

  /// An element that does not fit the type that it is read as.
  struct OutOfRange: Error {
    var position: Int
    var value: String
  }

  /// Reads `count` elements in row-major order. The bytes must be as many as those take. Throws an `OutOfRange`.
  func read(_ bytes: UnsafeRawBufferPointer, _ shape: Shape, count: Int) throws -> HostTensor {
    switch kind {
    case .bool, .u8: return try HostTensor(TensorType(kind.dtype, shape), bytes: bytes)
    case .f32 where !isBigEndian, .f64 where !isBigEndian, .i32 where !isBigEndian:
      return try HostTensor(TensorType(kind.dtype, shape), bytes: bytes)
    case .f32: return HostTensor(shape, words(bytes, count, UInt32.self) { Float(bitPattern: $0) })
    case .f64: return HostTensor(shape, words(bytes, count, UInt64.self) { Double(bitPattern: $0) })
    case .f16: return HostTensor(shape, words(bytes, count, UInt16.self) { NpyElements.float(half: $0) })
    case .i8: return HostTensor(shape, words(bytes, count, Int8.self) { Int32($0) })
    case .i16: return HostTensor(shape, words(bytes, count, Int16.self) { Int32($0) })
    case .u16: return HostTensor(shape, words(bytes, count, UInt16.self) { Int32($0) })
    case .i32: return HostTensor(shape, words(bytes, count, Int32.self) { $0 })
    case .i64: return HostTensor(shape, try narrowed(bytes, count, Int64.self))
    case .u32: return HostTensor(shape, try narrowed(bytes, count, UInt32.self))
    case .u64: return HostTensor(shape, try narrowed(bytes, count, UInt64.self))
    }
  }

  private func words<Word: FixedWidthInteger, Element>(
    _ bytes: UnsafeRawBufferPointer, _ count: Int, _ word: Word.Type, _ convert: (Word) throws -> Element
  ) rethrows -> [Element] {
    try (0..<count).map { position in
      let word = bytes.loadUnaligned(fromByteOffset: position * MemoryLayout<Word>.size, as: Word.self)
      return try convert(isBigEndian ? word.byteSwapped : word)
    }
  }

  private func narrowed<Word: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ word: Word.Type) throws -> [Int32] {
    var position = 0
    return try words(bytes, count, word) { value in
      guard let narrow = Int32(exactly: value) else { throw OutOfRange(position: position, value: "\(value)") }
      position += 1
      return narrow
    }
  }

  /// The number of a half, exactly. Source: IEEE 754-2008, section 3.4, binary16.
  static func float(half: UInt16) -> Float {
    let (sign, exponent, fraction) = (UInt32(half >> 15) << 31, UInt32(half >> 10 & 0x1f), UInt32(half & 0x3ff))
    switch exponent {
    case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    case _: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// Elements of `size` bytes whose first axis varies fastest, in row-major order. The bytes must be as many as the extents take.
  static func rowMajor(_ bytes: UnsafeRawBufferPointer, _ extents: [Int], size: Int) -> [UInt8] {
    guard !extents.contains(0) else { return [] }
    // The distance in bytes between neighbours along each axis.
    var strides: [Int] = []
    var stride = size
    for extent in extents {
      strides.append(stride)
      stride *= extent
    }
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, written in
      var index = [Int](repeating: 0, count: extents.count)
      var offset = 0
      for position in Swift.stride(from: 0, to: bytes.count, by: size) {
        for byte in 0..<size { target[position + byte] = bytes[offset + byte] }
        var axis = extents.count - 1
        while axis >= 0 {
          index[axis] += 1
          offset += strides[axis]
          guard index[axis] == extents[axis] else { break }
          offset -= extents[axis] * strides[axis]
          index[axis] = 0
          axis -= 1
        }
      }
      written = bytes.count
    }
  }
}
