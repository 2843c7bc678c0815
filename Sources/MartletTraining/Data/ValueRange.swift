import MartletCore

/// Between which values the inputs of a source are.
package struct ValueRange {
  /// Of the finite ones; nil where there are none.
  package private(set) var least: Double?
  package private(set) var largest: Double?
  /// How many are NaN or infinite.
  package private(set) var notFinite = 0

  /// Bytes that are read at a time.
  private static let chunk = 16 << 20

  /// Reads the first element of all samples, some at a time.
  package init(_ source: any DataSource) throws {
    guard let element = source.elements.first else { return }
    let together = max(ValueRange.chunk / max(element.byteCount, 1), 1)
    for start in stride(from: 0, to: source.count, by: together) {
      let tensor = try source.tensor(0, of: Array(start..<start + min(together, source.count - start)))
      // Bytes need no conversion: image sets are large.
      if let bytes: [UInt8] = tensor.elements() {
        var (low, high) = (UInt8.max, UInt8.min)
        for byte in bytes { (low, high) = (min(low, byte), max(high, byte)) }
        if !bytes.isEmpty { add(Double(low), Double(high)) }
      } else {
        for number in tensor.numbers {
          if number.isFinite { add(number, number) } else { notFinite += 1 }
        }
      }
    }
  }

  private mutating func add(_ low: Double, _ high: Double) {
    least = min(least ?? low, low)
    largest = max(largest ?? high, high)
  }
}
