import MartletCore
import MartletLoopIR

/// Minimal filtering of a tile of outputs by three taps: products of polynomials at a few points and infinity.
///
/// For four outputs the points are 0, ±3/4, ±3/2: they keep the symmetry of the common 0, ±1, ±2, and the result is three to four times as
/// accurate, because their powers stay near 1. For two outputs they are 0, ±1, and small integers come out exactly.
///
/// A tile of fewer outputs, at the edge of an image, takes the first of the points: its filter is transformed as that of whole tiles is, and
/// what its own distances between points would change is put into the transform of the input. The order of the points is therefore that in
/// which the first of them give the smallest errors (docs/numerics.md).
/// Sources: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; B. Barabasz et al., "Error Analysis and
/// Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020.
struct WinogradTransforms {
  let filter: LinearTransform
  private let inputs: [LinearTransform]
  private let outputs: [LinearTransform]

  private static let two = WinogradTransforms(points: [0, 1, -1, nil])
  /// By how many outputs the tile at the edge has.
  private static let four = [
    WinogradTransforms(points: [0, 0.75, -0.75, 1.5, -1.5, nil]),
    WinogradTransforms(points: [0.75, -0.75, nil, 0, 1.5, -1.5]),
    WinogradTransforms(points: [0, 0.75, -0.75, nil, 1.5, -1.5]),
    WinogradTransforms(points: [0, 1.5, -1.5, 0.75, -0.75, nil]),
  ]

  /// The transforms along an axis.
  static func along(_ tiles: WinogradTiles) -> WinogradTransforms { tiles.tile == 4 ? four[tiles.rest] : two }

  /// The transform of the input of a tile of so many outputs.
  func input(_ size: Int) -> LinearTransform { inputs[size - 1] }
  /// The transform that gives a tile of so many outputs.
  func output(_ size: Int) -> LinearTransform { outputs[size - 1] }

  /// One point a frequency; nil is infinity.
  private init(points: [Double?]) {
    func distance(_ point: Double, among points: [Double?]) -> Double {
      points.reduce(1) { product, other in other.map { $0 == point ? product : product * (point - $0) } ?? product }
    }
    // The filter's value at each point over the product of the distances to the others; its leading coefficient at infinity.
    filter = LinearTransform(
      matrix: points.map { point in
        guard let point else { return [0, 0, 1] }
        let distance = distance(point, among: points)
        return [1 / distance, point / distance, point * point / distance]
      })
    let sizes = 1...points.count - 2
    // The coefficients of the product of `x - q` over all other points; of all points for infinity.
    inputs = sizes.map { size in
      let own = Array(points.prefix(size + 2))
      let finite = own.compactMap { $0 }
      return LinearTransform(
        matrix: own.map { point in
          let coefficients: [Double]
          if let point {
            let scale = distance(point, among: points) / distance(point, among: own)
            coefficients = WinogradTransforms.product(of: finite.filter { $0 != point }).map { $0 * scale }
          } else {
            coefficients = WinogradTransforms.product(of: finite)
          }
          return coefficients + [Double](repeating: 0, count: size + 2 - coefficients.count)
        })
    }
    // Powers of the points.
    outputs = sizes.map { size in
      LinearTransform(
        matrix: (0..<size).map { row in
          points.prefix(size + 2).map { point in
            guard let point else { return row == size - 1 ? 1 : 0 }
            return (0..<row).reduce(1) { power, _ in power * point }
          }
        })
    }
  }

  /// The coefficients of the product of `x - q`, constant first.
  private static func product(of points: [Double]) -> [Double] {
    points.reduce([1]) { polynomial, point in
      let shifted = [0] + polynomial
      return shifted.indices.map { shifted[$0] - (polynomial.indices.contains($0) ? point * polynomial[$0] : 0) }
    }
  }
}
