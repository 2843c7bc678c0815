import MartletCore
import MartletLoopIR
import Synchronization

/// Chooses schedules of products by estimate. The choice depends on the product and the instruction set alone: never on the number of workers.
package enum ContractionScheduler {
  package struct Choice: Hashable, Sendable {
    package let nest: ContractionNest
    package let estimate: ContractionEstimate

    package init(nest: ContractionNest, estimate: ContractionEstimate) { (self.nest, self.estimate) = (nest, estimate) }
  }

  /// Tiles that are tried with all ways of staging and dividing: those that are best without.
  private static let tilesTried = 6
  private static let mostRows = 16
  /// One row needs as many accumulators as hide the latency of a multiply-add.
  private static let mostVectors = 8
  /// Outputs of a tile whose lanes run along the sum: they do not grow with the vectors.
  private static let mostColumnsOfDots = 8
  /// Steps of a chunk of a staged factor: 256 steps of 32 columns are 32 KiB.
  private static let stagedChunk = 256
  /// Sums of as many steps or fewer are one chunk, staged or not.
  private static let longestOnlyChunk = 512
  /// What chunks may be where a sum is so long that 256 would be too many chunks.
  private static let longChunks = [256, 1024, 2048]
  private static let partCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
  /// More units than this help no number of workers that is looked at.
  private static let mostUnits = 64

  private struct Request: Hashable {
    var shape: ProductShape
    var target: Target
    var count: Int
  }

  /// A search takes about 10 ms, and a network has the same products many times.
  private static let known = Mutex<[Request: [Choice]]>([:])

  /// The best schedules, the first is the one that is taken.
  package static func ranked(_ shape: ProductShape, _ target: Target, count: Int) -> [Choice] {
    guard !target.mapsToThreads, shape.element.isFloatingPoint else { return [] }
    let request = Request(shape: shape, target: target, count: count)
    if let choices = known.withLock({ $0[request] }) { return choices }
    let choices = search(shape, target, count: count)
    known.withLock { $0[request] = choices }
    return choices
  }

  private static func search(_ shape: ProductShape, _ target: Target, count: Int) -> [Choice] {
    let search = Search(shape: shape, target: target)
    var seen: Set<ContractionSchedule> = []
    let first = search.tiles().compactMap { search.choice($0) }.sorted { $0.0.estimate.cycles < $1.0.estimate.cycles }
    return first.prefix(tilesTried).flatMap { search.variants(of: $0.1) }
      .filter { seen.insert($0.nest.schedule).inserted }
      .enumerated().sorted { ($0.element.estimate.score, $0.offset) < ($1.element.estimate.score, $1.offset) }
      .prefix(count).map(\.element)
  }

  // MARK: Search

  /// What a schedule is made of.
  private struct Candidate {
    var rows: Int
    var columns: Int
    var lanes: Int
    var alongSum = false
    var rowParts = 1
    var columnParts = 1
    var chunk: Int?
    var staged: [ContractionSchedule.Factor] = []
    var rowsAreOuter = false

    var schedule: ContractionSchedule {
      var steps: [ContractionSchedule.Step] = [.split(.i, rows), .split(.j, columns)]
      // Units of one part of columns come one after the other: they use the same panels of b.
      if columnParts > 1 { steps.append(.divide(.j, parts: columnParts)) }
      if rowParts > 1 { steps.append(.divide(.i, parts: rowParts)) }
      if let chunk { steps.append(.split(.l, chunk)) }
      steps.append(.bind(ContractionLoop(alongSum ? .l : .j, isInner: true), lanes: lanes))
      steps.append(.hold([ContractionLoop(.i, isInner: true), ContractionLoop(.j, isInner: true)]))
      steps += staged.map { .stage($0) }
      let tiles = rowsAreOuter ? [ContractionLoop(.i), ContractionLoop(.j)] : [ContractionLoop(.j), ContractionLoop(.i)]
      steps.append(.order((chunk == nil ? [] : [ContractionLoop(.l)]) + tiles))
      return ContractionSchedule(steps)
    }
  }

  private struct Search {
    let shape: ProductShape
    let target: Target

    func choice(_ candidate: Candidate) -> (Choice, Candidate)? {
      guard let nest = try? ContractionNest(shape, candidate.schedule, target) else { return nil }
      return (Choice(nest: nest, estimate: ContractionEstimate(nest, target)), candidate)
    }

    /// Tiles that fit the registers, in the plainest schedule that is legal.
    func tiles() -> [Candidate] {
      let most = target.lanes(shape.element)
      var all: [Candidate] = []
      let isTransposed = shape.b.column != 1 && shape.columns > 1
      let widest = min(most, shape.columns.nextPowerOfTwo)
      for lanes in Set([widest, max(widest / 2, 1)]).sorted(by: >) {
        for vectors in 1...ContractionScheduler.mostVectors where (vectors - 1) * lanes < shape.columns {
          for rows in 1...min(shape.rows, ContractionScheduler.mostRows) {
            var candidate = Candidate(rows: rows, columns: vectors * lanes, lanes: lanes)
            if isTransposed { candidate.staged = [.b] }
            candidate.chunk = chunk(multiple: 1, isStaged: isTransposed)
            all.append(candidate)
          }
        }
      }
      let along = min(most, shape.inner.nextPowerOfTwo)
      guard along > 1 else { return all }
      let staged = [(ContractionSchedule.Factor.a, shape.a.column), (.b, shape.b.row)].filter { $0.1 != 1 && shape.inner > 1 }.map(\.0)
      for columns in 1...min(shape.columns, ContractionScheduler.mostColumnsOfDots) {
        for rows in 1...min(shape.rows, ContractionScheduler.mostRows) {
          var candidate = Candidate(rows: rows, columns: columns, lanes: along, alongSum: true)
          candidate.staged = staged
          candidate.chunk = chunk(multiple: along, isStaged: !staged.isEmpty)
          all.append(candidate)
        }
      }
      return all
    }

    /// Nearly equal chunks; nil where the sum is one.
    private func chunk(multiple: Int, isStaged: Bool) -> Int? {
      let inner = shape.inner
      let longest = isStaged ? ContractionScheduler.longestOnlyChunk : CascadedSum.longestPlainSum
      guard inner > longest else { return nil }
      let size = ContractionScheduler.longChunks.first { $0 + inner.parts(of: $0) <= CascadedSum.longestPlainSum }
      // Squares of eight steps are what is transposed.
      let equal = inner.parts(of: inner.parts(of: size ?? ContractionScheduler.stagedChunk)).roundedUp(to: max(multiple, 8))
      return equal < inner ? equal : nil
    }

    /// A tile with all ways of staging, dividing and ordering.
    func variants(of tile: Candidate) -> [Choice] {
      var all: [Choice] = []
      for staged in stagings(tile) {
        for rowsAreOuter in [false, true] {
          var candidate = tile
          (candidate.staged, candidate.rowsAreOuter) = (staged, rowsAreOuter)
          candidate.chunk = chunk(multiple: tile.alongSum ? tile.lanes : 1, isStaged: !staged.isEmpty)
          for (rowParts, columnParts) in divisions(tile) {
            (candidate.rowParts, candidate.columnParts) = (rowParts, columnParts)
            if let choice = choice(candidate) { all.append(choice.0) }
          }
        }
      }
      return all
    }

    private func stagings(_ tile: Candidate) -> [[ContractionSchedule.Factor]] {
      guard !tile.alongSum else { return [tile.staged] }
      // All that fits the first-level cache is read in place, unless lanes cannot be.
      let bytes = (shape.rows + shape.columns) * shape.inner * shape.element.byteCount
      if bytes <= ContractionCosts.firstLevelBytes { return [tile.staged] }
      return tile.staged.isEmpty ? [[], [.a], [.b], [.a, .b]] : [tile.staged, [.a, .b]]
    }

    private func divisions(_ tile: Candidate) -> [(Int, Int)] {
      let (rows, columns) = (max(shape.rows / tile.rows, 1), max(shape.columns / tile.columns, 1))
      return ContractionScheduler.partCounts.filter { $0 <= rows }.flatMap { rowParts in
        ContractionScheduler.partCounts.filter { $0 <= columns }.map { (rowParts, $0) }
      }.filter { $0 == (1, 1) || $0.0 * $0.1 * shape.products <= ContractionScheduler.mostUnits }
    }
  }
}

extension ContractionScheduler.Choice: CustomStringConvertible {
  /// `split(i, 14) …: about 9120 thousand cycles, 3 % of them packing, 16 units`.
  package var description: String {
    let packing = Int((100 * estimate.packing / max(estimate.cycles, 1)).rounded())
    let cycles = estimate.cycles < 100_000 ? "\(Int(estimate.cycles))" : "\(Int(estimate.cycles / 1000)) thousand"
    let share = packing > 0 ? ", \(packing) % of them packing" : ""
    return "\(nest.schedule): about \(cycles) cycles\(share), \(estimate.units) \(estimate.units == 1 ? "unit" : "units")"
  }
}
