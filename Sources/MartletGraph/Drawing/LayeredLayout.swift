/// Places boxes on layers so that edges lead downwards and cross little.
///
/// Source: K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system structures", 1981: layers, then the
/// order within a layer by the mean position of neighbours, then positions. Long edges bend through a place of their own on each layer.
package struct LayeredLayout: Sendable {
  package struct Point: Hashable, Sendable {
    package var x: Double
    package var y: Double
  }

  /// Centres of the boxes.
  package private(set) var centres: [Point] = []
  /// For each edge the points that it goes through between its ends.
  package private(set) var bends: [[Point]] = []
  /// For each edge whether it spans more layers than were allowed: nothing makes way for it.
  package private(set) var isFar: [Bool] = []
  package private(set) var width = 0.0
  package private(set) var height = 0.0

  private static let (horizontalGap, verticalGap) = (18.0, 46.0)
  private static let sweeps = 12

  /// `sizes` are those of the boxes; edges lead from a box to a later one on a lower layer. Boxes without a predecessor stand right above
  /// the first that needs them. Edges that span more than `longest` layers take no room.
  package init(sizes: [(width: Double, height: Double)], edges: [(from: Int, to: Int)], longest: Int = .max) {
    let layers = LayeredLayout.layers(sizes.count, edges)
    isFar = edges.map { layers[$0.to] - layers[$0.from] > longest }
    let isFar = isFar
    var (layerOf, widths) = (layers, sizes.map(\.width))
    var links: [(from: Int, to: Int)] = []
    // A long edge becomes a chain of narrow places.
    let chains = edges.enumerated().map { number, edge -> [Int] in
      guard !isFar[number] else { return [] }
      var (chain, last) = ([Int](), edge.from)
      for layer in (layers[edge.from] + 1)..<max(layers[edge.to], layers[edge.from] + 1) {
        layerOf.append(layer)
        widths.append(2)
        links.append((last, layerOf.count - 1))
        last = layerOf.count - 1
        chain.append(last)
      }
      links.append((last, edge.to))
      return chain
    }
    var rows = [[Int]](repeating: [], count: (layerOf.max() ?? -1) + 1)
    for (vertex, layer) in layerOf.enumerated() { rows[layer].append(vertex) }
    var (above, below) = ([[Int]](repeating: [], count: layerOf.count), [[Int]](repeating: [], count: layerOf.count))
    for link in links {
      above[link.to].append(link.from)
      below[link.from].append(link.to)
    }
    LayeredLayout.order(&rows, above, below)
    // Far ends stand near one column too: parts that only they join would drift apart.
    for (edge, isFar) in zip(edges, isFar) where isFar {
      above[edge.to].append(edge.from)
      below[edge.from].append(edge.to)
    }
    let xs = LayeredLayout.positions(rows, widths, above, below)
    var ys: [Double] = []
    for row in rows {
      let tallest = row.filter { $0 < sizes.count }.map { sizes[$0].height }.max() ?? 0
      ys.append(height + tallest / 2)
      height += tallest + LayeredLayout.verticalGap
    }
    height = max(height - LayeredLayout.verticalGap, 0)
    let left = layerOf.indices.map { xs[$0] - widths[$0] / 2 }.min() ?? 0
    width = (layerOf.indices.map { xs[$0] + widths[$0] / 2 }.max() ?? 0) - left
    centres = sizes.indices.map { Point(x: xs[$0] - left, y: ys[layerOf[$0]]) }
    bends = chains.map { $0.map { Point(x: xs[$0] - left, y: ys[layerOf[$0]]) } }
  }

  /// The longest path from the top; what has no predecessor comes down to its first user.
  private static func layers(_ count: Int, _ edges: [(from: Int, to: Int)]) -> [Int] {
    var layers = [Int](repeating: 0, count: count)
    var hasPredecessor = [Bool](repeating: false, count: count)
    for edge in edges.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
      layers[edge.to] = max(layers[edge.to], layers[edge.from] + 1)
      hasPredecessor[edge.to] = true
    }
    for vertex in 0..<count where !hasPredecessor[vertex] {
      layers[vertex] = max((edges.filter { $0.from == vertex }.map { layers[$0.to] }.min() ?? 1) - 1, 0)
    }
    return layers
  }

  /// Sorts each layer by the mean place of the neighbours above, then below, and keeps the order with the fewest crossings.
  private static func order(_ rows: inout [[Int]], _ above: [[Int]], _ below: [[Int]]) {
    var place = [Double](repeating: 0, count: above.count)
    func renumber(_ row: [Int]) { for (position, vertex) in row.enumerated() { place[vertex] = Double(position) } }
    rows.forEach(renumber)
    func crossings() -> Int {
      rows.reduce(0) { sum, row in
        let ends = row.flatMap { vertex in below[vertex].map { place[$0] }.sorted() }
        return sum + ends.indices.reduce(0) { sum, i in sum + ends[..<i].count { $0 > ends[i] } }
      }
    }
    var (best, fewest) = (rows, crossings())
    for sweep in 0..<sweeps {
      let isDown = sweep % 2 == 0
      for layer in isDown ? Array(rows.indices) : rows.indices.reversed() {
        let neighbours = isDown ? above : below
        let keys = rows[layer].map { vertex in
          neighbours[vertex].isEmpty ? place[vertex] : neighbours[vertex].reduce(0) { $0 + place[$1] } / Double(neighbours[vertex].count)
        }
        rows[layer] = rows[layer].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { rows[layer][$0] }
        renumber(rows[layer])
      }
      let count = crossings()
      if count < fewest { (best, fewest) = (rows, count) }
    }
    rows = best
  }

  /// Pulls each vertex to the mean of its neighbours as far as its own on the layer allow.
  private static func positions(_ rows: [[Int]], _ widths: [Double], _ above: [[Int]], _ below: [[Int]]) -> [Double] {
    var xs = [Double](repeating: 0, count: widths.count)
    func gap(_ a: Int, _ b: Int) -> Double { (widths[a] + widths[b]) / 2 + horizontalGap }
    for row in rows {
      for (previous, vertex) in zip(row, row.dropFirst()) { xs[vertex] = xs[previous] + gap(previous, vertex) }
    }
    for sweep in 0..<sweeps * 2 {
      let isDown = sweep % 2 == 0
      for row in isDown ? rows : rows.reversed() {
        let wanted = row.map { vertex in
          let neighbours = isDown ? above[vertex] : below[vertex]
          return neighbours.isEmpty ? xs[vertex] : neighbours.reduce(0) { $0 + xs[$1] } / Double(neighbours.count)
        }
        place(row, wanted, gap, &xs)
      }
    }
    return xs
  }

  /// The places in order nearest to what is wanted, in the sense of least squares: neighbours that are too close become one block, which
  /// goes to the mean of its wishes (pool adjacent violators).
  private static func place(_ row: [Int], _ wanted: [Double], _ gap: (Int, Int) -> Double, _ xs: inout [Double]) {
    var blocks: [(start: Int, count: Int, mean: Double)] = []
    // Distances from the first vertex of the row if all were packed: wishes relative to that may only grow.
    var packed = [0.0]
    for (previous, vertex) in zip(row, row.dropFirst()) { packed.append(packed[packed.count - 1] + gap(previous, vertex)) }
    for position in row.indices {
      blocks.append((position, 1, wanted[position] - packed[position]))
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let (last, before) = (blocks.removeLast(), blocks.removeLast())
        let count = before.count + last.count
        blocks.append((before.start, count, (before.mean * Double(before.count) + last.mean * Double(last.count)) / Double(count)))
      }
    }
    for block in blocks {
      for position in block.start..<block.start + block.count { xs[row[position]] = block.mean + packed[position] }
    }
  }
}
