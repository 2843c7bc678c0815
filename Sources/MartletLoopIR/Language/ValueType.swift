import MartletCore

/// The element types of the loop IR.
package enum ElementType: String, CaseIterable, Hashable, Sendable {
  case f32, f64, i32, i64
  /// Memory only: loads widen to i32, stores truncate.
  case u8
  /// Values only: the result of a comparison.
  case mask

  package init(_ dtype: DType) {
    switch dtype {
    case .f32: self = .f32
    case .f64: self = .f64
    case .i32: self = .i32
    case .u8, .bool: self = .u8
    }
  }

  package var byteCount: Int {
    switch self {
    case .f32, .i32: 4
    case .f64, .i64: 8
    case .u8: 1
    case .mask: 0
    }
  }

  package var isFloatingPoint: Bool {
    switch self {
    case .f32, .f64: true
    case .i32, .i64, .u8, .mask: false
    }
  }

  /// What a load of this type gives.
  package var loaded: ElementType { self == .u8 ? .i32 : self }
}

/// The type of a value: a scalar (one lane) or a vector of 2, 4, 8 or 16 lanes. `f32x8`, `mask8`.
package struct ValueType: Hashable, Sendable, CustomStringConvertible {
  package static let laneCounts = [1, 2, 4, 8, 16]

  package var element: ElementType
  package var lanes: Int

  package init(_ element: ElementType, lanes: Int = 1) {
    self.element = element
    self.lanes = lanes
  }

  package static func f32(_ lanes: Int = 1) -> ValueType { ValueType(.f32, lanes: lanes) }
  package static func f64(_ lanes: Int = 1) -> ValueType { ValueType(.f64, lanes: lanes) }
  package static func i32(_ lanes: Int = 1) -> ValueType { ValueType(.i32, lanes: lanes) }
  package static func i64(_ lanes: Int = 1) -> ValueType { ValueType(.i64, lanes: lanes) }
  package static func mask(_ lanes: Int = 1) -> ValueType { ValueType(.mask, lanes: lanes) }

  package func with(_ element: ElementType) -> ValueType { ValueType(element, lanes: lanes) }
  package func with(lanes: Int) -> ValueType { ValueType(element, lanes: lanes) }

  package var description: String { lanes == 1 ? element.rawValue : element == .mask ? "mask\(lanes)" : "\(element.rawValue)x\(lanes)" }

  /// Reads `f32`, `i32x8` or `mask4`.
  package init?(text: String) {
    for element in ElementType.allCases where element != .u8 {
      for lanes in ValueType.laneCounts where ValueType(element, lanes: lanes).description == text {
        self.init(element, lanes: lanes)
        return
      }
    }
    return nil
  }
}
