/// Minimal filtering of two or four outputs by three taps: products of polynomials at a few points and infinity.
///
/// For four outputs the points are 0, ±3/4, ±3/2: they keep the symmetry of the common 0, ±1, ±2, and the result is three to four times as
/// accurate, because their powers stay near 1. For two outputs they are 0, ±1, and small integers come out exactly.
/// Sources: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; B. Barabasz et al., "Error Analysis and
/// Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020.
struct WinogradTransforms {
  let input: LinearTransform
  let filter: LinearTransform
  let output: LinearTransform

  static let two = WinogradTransforms(points: [0, 1, -1])
  static let four = WinogradTransforms(points: [0, 0.75, -0.75, 1.5, -1.5])

  /// One point fewer than frequencies: infinity is the last one.
  private init(points: [Double]) {
    let outputs = points.count - 1
    // The coefficients of the product of `x - q` over all other points; of all points for infinity.
    input = LinearTransform(
      matrix: points.indices.map { skipped in
        WinogradTransforms.product(of: points.indices.filter { $0 != skipped }.map { points[$0] }) + [0]
      } + [WinogradTransforms.product(of: points)])
    // The filter's value at each point over the product of the distances to the others, then the leading coefficient.
    filter = LinearTransform(
      matrix: points.map { point in
        let distance = points.filter { $0 != point }.reduce(1) { $0 * (point - $1) }
        return [1 / distance, point / distance, point * point / distance]
      } + [[0, 0, 1]])
    // Powers of the points.
    output = LinearTransform(
      matrix: (0..<outputs).map { row in
        points.map { point in (0..<row).reduce(1) { power, _ in power * point } } + [row == outputs - 1 ? 1 : 0]
      })
  }

  /// The coefficients of the product of `x - q`, constant first.
  private static func product(of points: [Double]) -> [Double] {
    points.reduce([1]) { polynomial, point in
      let shifted = [0] + polynomial
      return shifted.indices.map { shifted[$0] - (polynomial.indices.contains($0) ? point * polynomial[$0] : 0) }
    }
  }
}
