import MartletCore
import MartletLoopIR

extension Index {
  /// One of several numbers, chosen by an index; an arithmetic sequence is written as one.
  static func sequence(_ values: [Int], _ position: Index) -> Index {
    guard let first = values.first else { return Index(0) }
    guard values.count > 1 else { return Index(first) }
    let step = values[1] - first
    guard values.enumerated().allSatisfy({ $0.element == first + step * $0.offset }) else { return .table(values, position) }
    return position * step + first
  }
}
