/// The tiles along an axis of a Winograd convolution: whole ones, and a smaller one at the end where outputs are left. The smaller one has
/// the first of the frequencies only.
struct WinogradTiles: Hashable {
  /// Outputs of a whole tile.
  let tile: Int
  let outputs: Int

  private var whole: Int { outputs / tile }
  /// Outputs of the smaller tile; 0 when there is none.
  var rest: Int { outputs % tile }
  var count: Int { whole + (rest > 0 ? 1 : 0) }

  /// Tiles of one size after the other.
  var runs: [(tiles: Range<Int>, size: Int)] {
    [(tiles: 0..<whole, size: tile), (tiles: whole..<whole + 1, size: rest)].filter { !$0.tiles.isEmpty && $0.size > 0 }
  }

  /// Frequencies that the same number of tiles have: the first tiles.
  var classes: [(frequencies: Range<Int>, tiles: Int)] {
    let all = 0..<tile + 2
    guard rest > 0 else { return [(frequencies: all, tiles: whole)] }
    return [(frequencies: 0..<rest + 2, tiles: whole + 1), (frequencies: rest + 2..<tile + 2, tiles: whole)]
  }

  /// The frequencies of a tile of some size, class by class.
  func classes(ofSize size: Int) -> [(frequencies: Range<Int>, tiles: Int)] {
    classes.filter { $0.frequencies.lowerBound < size + 2 }
  }

  /// Tiles that have a frequency.
  func count(at frequency: Int) -> Int { classes.first { $0.frequencies.contains(frequency) }?.tiles ?? 0 }

  /// Frequencies of all tiles together.
  var frequencies: Int { runs.reduce(0) { $0 + $1.tiles.count * ($1.size + 2) } }
}
