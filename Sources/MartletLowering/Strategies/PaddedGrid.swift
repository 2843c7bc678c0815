import MartletCore
import MartletLoopIR

/// Positions around an image, as a kernel copies it into a private array: some are on the image, the others hold zeros.
struct PaddedGrid {
  let height: Int
  let width: Int
  /// The image's row and column at position (0, 0).
  let firstRow: Int
  let firstColumn: Int
  /// Positions on the image.
  private let rows: Range<Int>
  private let columns: Range<Int>

  init(height: Int, width: Int, firstRow: Int, firstColumn: Int, image: (rows: Int, columns: Int)) {
    self.height = height
    self.width = width
    self.firstRow = firstRow
    self.firstColumn = firstColumn
    func inside(_ extent: Int, _ first: Int, _ image: Int) -> Range<Int> {
      let lower = min(max(-first, 0), extent)
      return lower..<min(max(image - first, lower), extent)
    }
    rows = inside(height, firstRow, image.rows)
    columns = inside(width, firstColumn, image.columns)
  }

  /// Whether the positions are exactly those of the image: nothing is padded.
  var isImage: Bool { (firstRow, firstColumn) == (0, 0) && rows == 0..<height && columns == 0..<width }

  /// Loops over all positions, in stretches that are on the image or beside it. `kind` is that of the loops over columns.
  func forEach(
    _ k: KernelBuilder, _ kind: (_ isInside: Bool) -> LoopKind = { _ in .serial },
    _ body: (_ row: Index, _ column: Index, _ isInside: Bool) -> Void
  ) {
    func stretches(_ inside: Range<Int>, _ extent: Int) -> [(range: Range<Int>, isInside: Bool)] {
      [(0..<inside.lowerBound, false), (inside, true), (inside.upperBound..<extent, false)].filter { !$0.0.isEmpty }
    }
    for (rowRange, isRowInside) in stretches(rows, height) {
      k.loop(rowRange, .serial, "r") { r in
        // A row beside the image is one stretch.
        for (columnRange, isColumnInside) in isRowInside ? stretches(columns, width) : [(0..<width, false)] {
          let isInside = isRowInside && isColumnInside
          k.loop(columnRange, kind(isInside), "l") { l in body(r, l, isInside) }
        }
      }
    }
  }
}
