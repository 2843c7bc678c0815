import MartletCore

/// Memory of the interpreter: a buffer or a private array.
final class InterpreterMemory {
  let element: ElementType
  let shape: [Int]
  let strides: [Int]
  let bytes: UnsafeMutableRawBufferPointer

  /// Poisoned: floats are NaN, integers a number that kernels do not write.
  init(_ element: ElementType, _ shape: [Int]) {
    self.element = element
    self.shape = shape
    strides = Shape(shape).strides
    bytes = .allocate(byteCount: max(shape.reduce(1, *) * element.byteCount, 1), alignment: 64)
    for position in bytes.indices { bytes[position] = element.isFloatingPoint ? 0xff : 0xee }
  }

  init(_ element: ElementType, _ shape: [Int], copying tensor: HostTensor) {
    self.element = element
    self.shape = shape
    strides = Shape(shape).strides
    bytes = .allocate(byteCount: max(shape.reduce(1, *) * element.byteCount, 1), alignment: 64)
    tensor.withUnsafeBytes { bytes.copyMemory(from: $0) }
  }

  deinit { bytes.deallocate() }

  private func element<Scalar>(_ position: Int, _ type: Scalar.Type = Scalar.self) -> Scalar {
    bytes.load(fromByteOffset: position * MemoryLayout<Scalar>.size, as: Scalar.self)
  }

  private func set<Scalar>(_ position: Int, _ value: Scalar) {
    bytes.storeBytes(of: value, toByteOffset: position * MemoryLayout<Scalar>.size, as: Scalar.self)
  }

  /// `count` elements from an offset; the remaining lanes are 0.
  func load(_ offset: Int, _ count: Int, lanes: Int) -> LaneValue {
    func row<Scalar>(_ zero: Scalar) -> [Scalar] { (0..<lanes).map { $0 < count ? element(offset + $0) : zero } }
    switch element {
    case .f32: return .f32(row(0))
    case .f64: return .f64(row(0))
    case .i32, .mask: return .i32(row(0))
    case .i64: return .i64(row(0))
    case .u8: return .i32(row(UInt8(0)).map { Int32($0) })
    }
  }

  /// False when the value has another type.
  func store(_ offset: Int, _ count: Int, _ value: LaneValue) -> Bool {
    switch (element, value) {
    case (.f32, .f32(let x)): for lane in 0..<count { set(offset + lane, x[lane]) }
    case (.f64, .f64(let x)): for lane in 0..<count { set(offset + lane, x[lane]) }
    case (.i32, .i32(let x)): for lane in 0..<count { set(offset + lane, x[lane]) }
    case (.i64, .i64(let x)): for lane in 0..<count { set(offset + lane, x[lane]) }
    case (.u8, .i32(let x)): for lane in 0..<count { set(offset + lane, UInt8(truncatingIfNeeded: x[lane])) }
    default: return false
    }
    return true
  }
}
