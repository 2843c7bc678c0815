/// The element type of a tensor.
public enum DType: String, CaseIterable, Hashable, Sendable, CustomStringConvertible, Printed {
  /// IEEE 754 binary32: Swift's `Float`, `torch.float32`.
  case f32
  /// IEEE 754 binary64: Swift's `Double`, `torch.float64`.
  case f64
  /// Signed integers of 32 bits: `Int32`, `torch.int32`. Labels and indices have this type.
  case i32
  /// Bytes: `UInt8`, `torch.uint8`.
  case u8
  /// `Bool`, `torch.bool`: one byte in memory, 0 or 1.
  case bool

  package var printed: String { rawValue }

  /// The bytes of one element in memory: 1, 4 or 8.
  public var byteCount: Int {
    switch self {
    case .f32, .i32: 4
    case .f64: 8
    case .u8, .bool: 1
    }
  }

  /// Whether it is `f32` or `f64`: gradients are of these types only.
  public var isFloatingPoint: Bool {
    switch self {
    case .f32, .f64: true
    case .i32, .u8, .bool: false
    }
  }

  /// The number after conversion to this type: floats round once, integers truncate towards zero and saturate.
  package func rounded(_ value: Double) -> Double {
    switch self {
    case .f32: Double(Float(value))
    case .f64: value
    case .i32: Double(Int32(clamping: value))
    case .u8: Double(UInt8(clamping: value))
    case .bool: value != 0 ? 1 : 0
    }
  }

  /// The number that no other number of the type is below: what a maximum begins with.
  package var lowest: Double {
    switch self {
    case .f32, .f64: -.infinity
    case .i32: Double(Int32.min)
    case .u8, .bool: 0
    }
  }

  /// What an element becomes whose index or label, computed in the graph, is out of range: NaN where the type has it, else 0.
  package var outOfRange: Double { isFloatingPoint ? .nan : 0 }

  /// Whether a number from a text can be an element: a float may round, but a finite number stays finite; integers and booleans
  /// are exact.
  package func holds(_ value: Double) -> Bool {
    isFloatingPoint ? !value.isFinite || rounded(value).isFinite : rounded(value) == value
  }

  /// The numbers that `holds` accepts, for messages.
  package var rangeDescription: String {
    switch self {
    case .f32: "magnitudes up to \(Float.greatestFiniteMagnitude)"
    case .f64: "magnitudes up to \(Double.greatestFiniteMagnitude)"
    case .i32: "integers from \(Int32.min) to \(Int32.max)"
    case .u8: "integers from 0 to 255"
    case .bool: "false and true, or 0 and 1"
    }
  }
}

extension FixedWidthInteger {
  /// Truncates towards zero; NaN gives 0, values out of range give the nearest bound.
  package init(clamping value: Double) {
    if value.isNaN {
      self = 0
    } else if value <= Double(Self.min) {
      self = .min
    } else if value >= Double(Self.max) {
      self = .max
    } else {
      self = Self(value)
    }
  }
}
