import MartletCore

/// A value of the loop IR in the interpreter: its lanes.
enum LaneValue: Hashable, Sendable {
  case f32([Float])
  case f64([Double])
  case i32([Int32])
  case i64([Int64])
  case mask([Bool])

  /// What new cells hold, so that reading before writing shows.
  static func poison(_ type: ValueType) -> LaneValue {
    switch type.element {
    case .f32: .f32([Float](repeating: .nan, count: type.lanes))
    case .f64: .f64([Double](repeating: .nan, count: type.lanes))
    case .i32, .u8: .i32([Int32](repeating: -0x2152_4111, count: type.lanes))
    case .i64: .i64([Int64](repeating: -0x2152_4111, count: type.lanes))
    case .mask: .mask([Bool](repeating: false, count: type.lanes))
    }
  }

  static func zero(_ type: ValueType) -> LaneValue { literal(0, type) }

  static func literal(_ value: Double, _ type: ValueType) -> LaneValue {
    switch type.element {
    case .f32: .f32([Float](repeating: Float(value), count: type.lanes))
    case .f64: .f64([Double](repeating: value, count: type.lanes))
    case .i32, .u8: .i32([Int32](repeating: Int32(truncatingIfNeeded: Int64(value)), count: type.lanes))
    case .i64: .i64([Int64](repeating: Int64(value), count: type.lanes))
    case .mask: .mask([Bool](repeating: value != 0, count: type.lanes))
    }
  }

  static func integer(_ value: Int, _ type: ValueType) -> LaneValue {
    switch type.element {
    case .i32, .u8: .i32([Int32](repeating: Int32(truncatingIfNeeded: value), count: type.lanes))
    case .i64: .i64([Int64](repeating: Int64(value), count: type.lanes))
    case .f32, .f64, .mask: literal(Double(value), type)
    }
  }

  var lanes: Int {
    switch self {
    case .f32(let x): x.count
    case .f64(let x): x.count
    case .i32(let x): x.count
    case .i64(let x): x.count
    case .mask(let x): x.count
    }
  }

  /// Lanes by number; the same type.
  func picked(_ numbers: [Int]) -> LaneValue {
    switch self {
    case .f32(let x): .f32(numbers.map { x[$0] })
    case .f64(let x): .f64(numbers.map { x[$0] })
    case .i32(let x): .i32(numbers.map { x[$0] })
    case .i64(let x): .i64(numbers.map { x[$0] })
    case .mask(let x): .mask(numbers.map { x[$0] })
    }
  }

  /// The lanes of both, one after the other.
  func joined(_ other: LaneValue) -> LaneValue? {
    switch (self, other) {
    case (.f32(let x), .f32(let y)): .f32(x + y)
    case (.f64(let x), .f64(let y)): .f64(x + y)
    case (.i32(let x), .i32(let y)): .i32(x + y)
    case (.i64(let x), .i64(let y)): .i64(x + y)
    case (.mask(let x), .mask(let y)): .mask(x + y)
    default: nil
    }
  }
}

/// Memory of the interpreter: a buffer or a private array.
final class InterpreterMemory {
  let element: ElementType
  let shape: [Int]
  let strides: [Int]
  let bytes: UnsafeMutableRawBufferPointer

  /// Poisoned: floats are NaN, integers a number that nobody writes.
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
