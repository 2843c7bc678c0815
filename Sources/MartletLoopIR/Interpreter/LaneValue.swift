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
