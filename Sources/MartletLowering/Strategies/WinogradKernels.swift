import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The kernels of a Winograd convolution. In transformed memory the axes are frequency, tile and channel; a tile's number is that of the
/// sample's slot times the tiles of a sample, plus its own. Tiles that lack a frequency are not counted there.
struct WinogradKernels {
  let shape: WinogradShape
  let site: KernelSite
  var target: Target { site.target }
  var samples: Int { site.sampleMultiple }

  /// Transformed values of the samples in flight. A line of padding keeps planes apart in the cache: their strides are no power of two.
  struct Transformed: Hashable {
    let storage: Program.Storage
    let extents: [Int]
  }

  func newTransformed(_ name: String, _ channels: Int) -> Transformed {
    let extents = [shape.frequencies, site.tile * shape.tiles + 1, channels]
    return Transformed(storage: site.newTemporary(name, TensorType(.f32, Shape(extents)), .worker), extents: extents)
  }

  func kernel(_ suffix: String) -> TemplateKernel { site.kernel(".\(suffix)") }

  func finish(_ kernel: TemplateKernel, multiple: Int = 1) throws {
    try site.add(kernel, multiple: multiple, note: shape.note)
  }

  /// The number of a sample's tile at frequencies that `tiles` tiles of a sample have.
  func number(_ n: Index, _ tile: Index, of tiles: Int) -> Index { (n - Index(variable: Kernel.begin)) * tiles + tile }

  /// A frequency of a tile, as rows, columns and the tiles that have each.
  func position(
    _ n: Index, _ row: (frequency: Index, tile: Index, tiles: Int), _ column: (frequency: Index, tile: Index, tiles: Int)
  ) -> [Index] {
    [row.frequency * shape.patch + column.frequency, number(n, row.tile * column.tiles + column.tile, of: row.tiles * column.tiles)]
  }

  /// Loops over all frequencies; the body is given how many tiles of a sample have them.
  func forEachFrequency(_ k: KernelBuilder, _ body: (_ frequency: Index, _ tiles: Int) -> Void) {
    for rows in shape.tileRows.classes {
      for columns in shape.tileColumns.classes where rows.tiles * columns.tiles > 0 {
        k.loop(rows.frequencies, .serial, "q") { q in
          k.loop(columns.frequencies, .serial, "e") { e in body(q * shape.patch + e, rows.tiles * columns.tiles) }
        }
      }
    }
  }

  /// Loops over all tiles, those of one size together.
  func forEachTile(_ k: KernelBuilder, _ body: (_ row: Index, _ column: Index, _ rows: Int, _ columns: Int) -> Void) {
    for rows in shape.tileRows.runs {
      for columns in shape.tileColumns.runs {
        k.loop(rows.tiles, .serial, "r") { r in
          k.loop(columns.tiles, .serial, "l") { l in body(r, l, rows.size, columns.size) }
        }
      }
    }
  }
}
