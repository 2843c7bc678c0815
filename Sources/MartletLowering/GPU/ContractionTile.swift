import MartletGraph
import MartletLoopIR

/// How a contraction is divided: which results a block computes, how many of them each thread holds in registers, and how many points of the
/// sum are staged at a time.
struct ContractionTile: Hashable {
  /// For each result variable: positions of a block, and of a thread.
  let block: [Int]
  let thread: [Int]
  /// For each point: how many are staged together, and how many of these are written out.
  let chunk: [Int]
  let unroll: [Int]
  /// Threads that share a result: each takes every so many positions of `divided`.
  let groups: Int
  let divided: Int

  var accumulators: Int { thread.reduce(1, *) }
  /// Threads with results of their own, times the groups.
  var threads: Int { zip(block, thread).reduce(groups) { $0 * ($1.0 / $1.1) } }

  /// Positions along an axis of a factor that are staged.
  func stagedExtent(_ axis: Contraction.Axis) -> Int { extent(axis, points: chunk, results: block) }
  /// Positions that a thread holds at once.
  func heldExtent(_ axis: Contraction.Axis) -> Int { extent(axis, points: unroll, results: thread) }

  private func extent(_ axis: Contraction.Axis, points: [Int], results: [Int]) -> Int {
    axis.results.reduce(axis.point.map { points[$0] } ?? 1) { $0 + abs($1.ratio) * (results[$1.variable] - 1) }
  }

  /// The order of a factor's positions in the memory of a block: reduction axes first, then what results move along, neighbours last.
  func storage(_ factor: Contraction.Factor) -> (strides: [Int], count: Int) {
    let order = factor.axes.indices.sorted { a, b in
      let (x, y) = (factor.axes[a].results.isEmpty ? 0 : 1, factor.axes[b].results.isEmpty ? 0 : 1)
      return (x, a) < (y, b)
    }
    var strides = [Int](repeating: 0, count: order.count)
    var stride = 1
    for (position, axis) in order.reversed().enumerated() {
      strides[axis] = stride
      let extent = stagedExtent(factor.axes[axis])
      stride *= extent
      // Rows begin on 16 bytes, and not all in the same bank.
      if position == 0, order.count > 1, extent > 1 {
        stride = (stride + 3) / 4 * 4
        if stride % 8 == 0 { stride += 4 }
      }
    }
    return (strides, stride)
  }
}

extension ContractionTile {
  private static let mostAccumulators = 16
  /// Bytes that are staged for a block. The other half of its memory is for what groups of threads have to add.
  private static let mostBytes = Kernel.bytesPerBlock / 2
  private static let multiprocessors = 132

  /// Which tile is taken.
  enum Choice: Hashable {
    case none
    /// The one with the least estimated time, none where a thread an element takes less.
    case best
    /// One that has a number, counted around: tests try those that are seldom the best.
    case numbered(Int)
  }

  static func chosen(_ choice: Choice, _ contraction: Contraction) -> ContractionTile? {
    switch choice {
    case .none: return nil
    case .best: return best(contraction)
    case .numbered(let number):
      let all = candidates(contraction)
      return all.isEmpty ? nil : all[number % all.count]
    }
  }

  /// The tile with the least estimated time; nil where a thread an element takes less.
  static func best(_ contraction: Contraction) -> ContractionTile? {
    let general = generalCycles(contraction)
    let best = candidates(contraction).map { ($0, $0.cycles(contraction)) }.min { $0.1 < $1.1 }
    guard let best, best.1 < general else { return nil }
    return best.0
  }

  /// A thread an element, or several that share one, reads both factors of each product from the first-level cache and computes where they are.
  private static func generalCycles(_ contraction: Contraction) -> Double {
    let products = (contraction.results + contraction.points).reduce(1.0) { $0 * Double($1.extent) }
    return products * 36 / Double(128 * multiprocessors) + 2000
  }

  /// Candidate tiles. Of each factor's own axes the last one is held in registers, small ones that slide (the taps of a filter) as a whole;
  /// neighbours along the last axis are neighbouring threads.
  private static func candidates(_ contraction: Contraction) -> [ContractionTile] {
    let own = [contraction.tiled(by: 0), contraction.tiled(by: 1)]
    let wide = wideFactor(contraction)
    let (rows, columns) = (own[wide], own[1 - wide])
    guard !rows.isEmpty, !columns.isEmpty else { return [] }
    let extents = contraction.results.map(\.extent)
    var base = [Int](repeating: 1, count: extents.count)
    for variable in contraction.window { base[variable] = extents[variable] }
    let taps = rows.filter { variable in
      extents[variable] <= 5
        && contraction.factors[wide].axes.contains { $0.point != nil && $0.results.contains { $0.variable == variable } }
    }
    var starts = [base]
    if taps.reduce(1, { $0 * extents[$1] }) <= mostAccumulators, !taps.isEmpty, contraction.window.isEmpty {
      var whole = base
      for variable in taps { whole[variable] = extents[variable] }
      starts.append(whole)
    }
    var all: [ContractionTile] = []
    for start in starts {
      for row in [1, 2, 4] where row == 1 || extents[rows[rows.count - 1]] >= row && start[rows[rows.count - 1]] == 1 {
        for column in [1, 2, 4, 8] where column == 1 || extents[columns[columns.count - 1]] >= column {
          var thread = start
          if row > 1 { thread[rows[rows.count - 1]] = row }
          thread[columns[columns.count - 1]] = column
          guard thread.reduce(1, *) <= mostAccumulators else { continue }
          for groups in [1, 2, 4, 8, 16] {
            var columnThreads = 1
            while columnThreads <= Kernel.threadsPerBlock / groups {
              let block = blockExtents(
                thread, extents, rows, columns, columnThreads: columnThreads, threads: Kernel.threadsPerBlock / groups)
              if let tile = ContractionTile(block, thread, groups: groups, contraction), !all.contains(tile) { all.append(tile) }
              columnThreads *= 2
            }
          }
        }
      }
    }
    return all
  }

  /// The factor whose own axes are those of neighbouring threads: the one that a window is over.
  private static func wideFactor(_ contraction: Contraction) -> Int {
    contraction.window.contains { contraction.factors[1].depends(on: $0) } ? 1 : 0
  }

  /// The result variables along which threads differ, the fastest last.
  func threadOrder(_ contraction: Contraction) -> [Int] {
    let wide = ContractionTile.wideFactor(contraction)
    return contraction.tiled(by: 1 - wide) + contraction.tiled(by: wide)
  }

  /// Threads along the columns, then along the rows, each from the last axis on.
  private static func blockExtents(
    _ thread: [Int], _ extents: [Int], _ rows: [Int], _ columns: [Int], columnThreads: Int, threads: Int
  ) -> [Int] {
    var block = thread
    var remaining = threads
    func spread(_ variables: [Int], _ most: Int) {
      var left = most
      for variable in variables.reversed() {
        let count = min((extents[variable] + thread[variable] - 1) / thread[variable], left)
        guard count > 1 else { continue }
        block[variable] = thread[variable] * count
        left /= count
        remaining /= count
      }
    }
    spread(columns, columnThreads)
    spread(rows, remaining)
    return block
  }

  /// With as many points in a chunk as fit; nil when a group would have nothing to do.
  private init?(_ block: [Int], _ thread: [Int], groups: Int, _ contraction: Contraction) {
    let extents = contraction.points.map(\.extent)
    let slides = extents.indices.map { point in
      contraction.factors.contains { $0.axes.contains { $0.point == point && !$0.results.isEmpty } }
    }
    var chunk = extents.map { _ in 1 }
    var unroll = chunk
    func tile(divided: Int = 0) -> ContractionTile {
      ContractionTile(block: block, thread: thread, chunk: chunk, unroll: unroll, groups: groups, divided: divided)
    }
    var isWhole = true
    for point in extents.indices.reversed() where isWhole {
      // A chunk that slides ends where the points end; another one may be longer, and is 0 there.
      let sizes = (1...extents[point]).reversed().filter { extents[point] % $0 == 0 || !slides[point] && $0 % 8 == 0 }
      chunk[point] =
        sizes.first { size in
          chunk[point] = size
          return tile().staged(contraction) * contraction.elementBytes <= ContractionTile.mostBytes
        } ?? 1
      isWhole = chunk[point] == extents[point]
    }
    // Small loops are written out, of a long one a few points.
    var written = 1
    for point in extents.indices.reversed() {
      guard let count = [chunk[point], 4, 2].first(where: { chunk[point] % $0 == 0 && written * $0 <= 9 }) else { break }
      unroll[point] = count
      written *= count
      guard count == chunk[point] else { break }
    }
    guard groups > 1 else {
      self = tile()
      return
    }
    guard let divided = extents.indices.first(where: { chunk[$0] / unroll[$0] >= groups }) else { return nil }
    self = tile(divided: divided)
    guard accumulators * threads * contraction.elementBytes <= ContractionTile.mostBytes else { return nil }
  }

  private func staged(_ contraction: Contraction) -> Int { contraction.factors.reduce(0) { $0 + storage($1).count } }

  /// Blocks of the launch.
  func blocks(_ contraction: Contraction) -> [Int] {
    contraction.results.indices.map { (contraction.results[$0].extent + block[$0] - 1) / block[$0] }
  }

  /// How many numbers all blocks together stage of a factor.
  func stagedNumbers(_ contraction: Contraction, _ factor: Int) -> Int {
    let chunks = zip(contraction.points, chunk).reduce(1) { $0 * (($1.0.extent + $1.1 - 1) / $1.1) }
    return blocks(contraction).reduce(1, *) * chunks * contraction.factors[factor].axes.reduce(1) { $0 * stagedExtent($1) }
  }

  /// Cycles of a launch on a GPU like an H100, estimated: 132 multiprocessors that issue four instructions a cycle, up to four blocks on each.
  /// A load from the block's memory costs as much as two multiply-adds, staging a number 14 instructions, waiting for memory 600 cycles.
  func cycles(_ contraction: Contraction) -> Double {
    let blocks = Double(blocks(contraction).reduce(1, *))
    let warps = Double((threads + 31) / 32)
    let (chunks, steps, written) = contraction.points.indices.reduce((1.0, 1.0, 1.0)) { sum, point in
      let parts =
        (chunk[point] / unroll[point] + (groups > 1 && point == divided ? groups - 1 : 0)) / (groups > 1 && point == divided ? groups : 1)
      return (
        sum.0 * Double((contraction.points[point].extent + chunk[point] - 1) / chunk[point]), sum.1 * Double(parts),
        sum.2 * Double(unroll[point])
      )
    }
    let loads = contraction.factors.reduce(0.0) { sum, factor in sum + factor.axes.reduce(1.0) { $0 * Double(heldExtent($1)) } }
    let step = written * Double(accumulators) + 2 * loads + 6
    let staging = Double((staged(contraction) + Kernel.threadsPerBlock - 1) / Kernel.threadsPerBlock) * 14
    let finish = Double(accumulators) * (8 + (groups > 1 ? 2 * Double(groups) : 0)) + 40
    let issue = chunks * (steps * step * warps / 4 + staging * 2) + finish * warps / 4
    let wait = chunks * (steps * step * 2 + 700) + finish * 2 + 400
    let rounds = (blocks / Double(ContractionTile.multiprocessors)).rounded(.up)
    return max(rounds * issue, (rounds / 4).rounded(.up) * wait)
  }

  /// The tile in words.
  func note(_ contraction: Contraction) -> String {
    func text(_ extents: [Int]) -> String {
      let names = zip(contraction.results, extents).filter { $0.1 > 1 }.map { "\($0.1) \($0.0.name)" }
      return names.isEmpty ? "1" : names.joined(separator: " x ")
    }
    let points = zip(contraction.points, chunk).map { "\($1) \($0.name)" }.joined(separator: " x ")
    return "tiles of \(text(block)) in a block, \(text(thread)) a thread, \(points) staged at a time"
      + (groups > 1 ? ", \(groups) threads share a sum" : "")
  }
}
