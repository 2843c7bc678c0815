/// Rows or columns of a product: tiles of one size, what is left behind them, and the parts in which the tiles are divided among units of work.
package struct TiledAxis: Hashable, Sendable {
  package var extent: Int
  /// Elements of a tile.
  package var size: Int
  package var parts: Int

  /// Tiles of the whole size.
  package var whole: Int { extent / size }
  /// Elements of the tile behind them, which belongs to the last part.
  package var rest: Int { extent % size }
  /// Parts differ by one tile at most.
  package var shortestPart: Int { whole / parts }
  package var longestPart: Int { whole.parts(of: parts) }
  /// The first tile of the last part.
  var lastStart: Int { whole * (parts - 1) / parts }
  /// Places for the tiles of any one part, that of the rest included.
  var slots: Int { longestPart + (rest > 0 ? 1 : 0) }
  /// Elements of the largest part: the last one, which is no shorter than any other.
  var longestPartExtent: Int { min(longestPart * size + rest, extent) }
  /// The sizes of tiles that there are, and how many of each.
  var classes: [(size: Int, count: Int)] {
    let classes = [(size: size, count: whole), (size: rest, count: 1)]
    return classes.filter { $0.size > 0 && $0.count > 0 }
  }
}
