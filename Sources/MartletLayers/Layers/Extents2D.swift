import MartletCore

/// A number for the rows and one for the columns of a window: `3` for both, `[3, 1]`, or `.square(size)` of a variable.
public struct Extents2D: Hashable, Sendable {
  /// Rows, columns; another count is reported with the layer's line when a model is built.
  package let numbers: [Int]

  /// Rows and columns.
  public init(_ rows: Int, _ columns: Int) { numbers = [rows, columns] }

  /// The same number for rows and columns: for a number in a variable.
  public static func square(_ extent: Int) -> Extents2D { Extents2D(extent, extent) }

  /// Throws `.invalidInput` unless there are two numbers.
  func checked(_ name: String) throws -> [Int] {
    guard numbers.count == 2 else {
      throw MartletError(LayerErrorCode.configuration, "\(name) is one number or [rows, columns], found \(numbers)")
    }
    return numbers
  }

  /// The same padding before and after: top, bottom, left, right.
  func checkedPadding(_ name: String) throws -> [Int] { try checked(name).flatMap { [$0, $0] } }

  /// What a filter of so many channels adds up; 1 for numbers that make no layer.
  func fanIn(channels: Int) -> Int { max(Shape.checkedElementCount(([channels] + numbers).map { max($0, 0) }) ?? 1, 1) }

  /// As PyTorch prints it where a number may stand for both: `2` or `(2, 1)`.
  var short: String { Set(numbers).count == 1 ? "\(numbers[0])" : description }
}

extension Extents2D: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, CustomStringConvertible, Printed {
  /// `3`: for rows and columns.
  public init(integerLiteral value: Int) { self = .square(value) }
  /// `[3, 1]`: rows, columns. The layer throws M401 when it is called with another count.
  public init(arrayLiteral elements: Int...) { numbers = elements }

  package var printed: String { "(\(numbers.map(String.init).joined(separator: ", ")))" }
}
