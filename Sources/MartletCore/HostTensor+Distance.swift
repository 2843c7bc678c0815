extension HostTensor {
  /// How far this tensor is from a reference of the same type: the largest difference of two elements, relative to the largest element of
  /// the reference. Elements that are both NaN, or the same infinity, do not differ; where only one is NaN, or an infinity has another
  /// partner, the distance is infinite. Two zeros are equal.
  package func distance(from reference: HostTensor) -> Double {
    let (own, expected) = (numbers, reference.numbers)
    guard type == reference.type else { return .infinity }
    var (largest, scale) = (0.0, 0.0)
    for (a, b) in zip(own, expected) where a != b && !(a.isNaN && b.isNaN) {
      let difference = abs(a - b)
      guard difference.isFinite else { return .infinity }
      largest = max(largest, difference)
    }
    for number in expected where number.isFinite { scale = max(scale, abs(number)) }
    return largest == 0 ? 0 : largest / max(scale, .leastNormalMagnitude)
  }
}
