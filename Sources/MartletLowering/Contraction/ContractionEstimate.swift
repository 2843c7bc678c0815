import MartletCore
import MartletLoopIR

/// How long a scheduled product is expected to take, on one core and among several workers.
package struct ContractionEstimate: Hashable, Sendable {
  /// Cycles of the tiles: the sums, and what happens at their ends.
  package private(set) var computing = 0.0
  /// Cycles of copying to private memory.
  package private(set) var packing = 0.0
  package private(set) var units: Int
  /// The mean, over `ContractionCosts.workers`, of the time of the worker with most work over the time that each has if all are equal; 1 is perfect.
  package private(set) var imbalance = 1.0

  /// Cycles of fetching what a unit reads for the first time, as far as they do not pass beside the sums.
  package private(set) var fetching = 0.0

  /// Of one core.
  package var cycles: Double { computing + packing + fetching + Double(units) * ContractionCosts.cyclesOfUnit }
  /// What decides between schedules.
  package var score: Double { cycles * imbalance }

  package init(_ nest: ContractionNest, _ target: Target) {
    units = nest.units
    let costs = StepCosts(nest, target)
    for chunk in nest.chunkClasses {
      for row in nest.rows.classes {
        for column in nest.columns.classes {
          let count = Double(chunk.count * row.count * column.count) * Double(nest.shape.products)
          computing += count * costs.tile(height: row.size, width: column.size, steps: chunk.steps)
        }
      }
    }
    packing = costs.packing
    fetching = costs.firstTouches
    imbalance = ContractionEstimate.imbalance(nest, cycles)
  }

  private static func imbalance(_ nest: ContractionNest, _ cycles: Double) -> Double {
    let useful = max(cycles / ContractionCosts.leastCyclesOfWorker, 1)
    let workers = ContractionCosts.workers.filter { Double($0) <= useful }
    // The last part of an axis is the largest.
    let largest =
      Double(nest.rows.longestPartExtent * nest.columns.longestPartExtent) / (Double(nest.rows.extent) * Double(nest.columns.extent))
      / Double(nest.shape.products)
    let sum = workers.reduce(0.0) { sum, count in
      guard count > 1 else { return sum + 1 }
      let most = Double(nest.units.parts(of: count))
      // A worker's share is as large as its largest units at worst, and as all units together at best.
      return sum + max(min(most * largest, 1) * Double(count), 1)
    }
    return sum / Double(workers.count)
  }
}

/// The cycles of a tile and of packing, for one nest.
private struct StepCosts {
  let nest: ContractionNest
  let target: Target

  init(_ nest: ContractionNest, _ target: Target) { (self.nest, self.target) = (nest, target) }

  private var shape: ProductShape { nest.shape }
  private var elementBytes: Int { shape.element.byteCount }
  private var bytesOfVector: Int { nest.lanes * elementBytes }
  /// Vectors that begin in a cycle.
  private var rate: Double { Target.vectorsPerCycle(lanes: bytesOfVector / 4) }
  private var alongSum: Bool { nest.laneVariable == .l }

  func tile(height: Int, width: Int, steps: Int) -> Double {
    let vectors = nest.vectors(width)
    let results = Double(height * vectors)
    let count = Double(alongSum ? steps.parts(of: nest.lanes) : steps)
    var ends = ContractionCosts.cyclesOfTile + results * ContractionCosts.cyclesOfStore
    if nest.readsResult { ends += results * ContractionCosts.cyclesOfReadResult }
    if alongSum { ends += results * Double(nest.lanes.trailingZeroBitCount) * ContractionCosts.cyclesOfLaneSum }
    return count * step(height, vectors, width) + ends
  }

  private func step(_ height: Int, _ vectors: Int, _ width: Int) -> Double {
    let instructions = target.hasFusedMultiplyAdd ? 1.0 : 2.0
    let products = Double(height * vectors) * instructions
    // A vector that does not begin on a line's boundary touches two lines where it is as long as one.
    let isSplit = bytesOfVector == ContractionCosts.lineBytes && !isAligned
    let ofB = Double(vectors) / rate * (isSplit ? 2 : 1)
    let ofA = alongSum ? Double(height) / rate * (isSplit ? 2 : 1) : Double(height) / ContractionCosts.broadcastsPerCycle
    let issued = (products + Double(height + vectors) + 3) / ContractionCosts.issued
    let isNarrow = nest.lanes < target.lanes(shape.element) && nest.lanes > 1
    let arithmetic = max(products / rate * (isNarrow ? ContractionCosts.narrowVectors : 1), ContractionCosts.multiplyAddLatency, issued)
    let lines = linesOfA(height) + linesOfB(width)
    return max(arithmetic, ofA + ofB, lines) + ContractionCosts.exposedShare * lines + ContractionCosts.cyclesOfStep / Double(nest.unrolled)
  }

  /// Whether vectors that are read in place begin where lines do.
  private var isAligned: Bool {
    let line = ContractionCosts.lineBytes / elementBytes
    if alongSum {
      return (nest.staged.contains(.a) || shape.a.row % line == 0) && (nest.staged.contains(.b) || shape.b.column % line == 0)
    }
    return nest.staged.contains(.b) || shape.b.row % line == 0
  }

  // MARK: Cache lines of a step

  /// Of numbers that are used again after `bytes` others.
  private func cyclesOfLine(_ bytes: Int) -> Double {
    if bytes <= ContractionCosts.firstLevelBytes / 2 { return 0 }
    return bytes <= ContractionCosts.secondLevelBytes ? ContractionCosts.cyclesOfSecondLevelLine : ContractionCosts.cyclesOfDistantLine
  }

  private var steps: Int { min(nest.chunk, shape.inner) }
  private var panelOfA: Int { min(nest.rows.size, nest.rows.extent) * steps * elementBytes }
  private var panelOfB: Int { min(nest.columns.size, nest.columns.extent) * steps * elementBytes }
  private var blockOfA: Int { nest.rows.longestPartExtent * steps * elementBytes }
  private var blockOfB: Int { nest.columns.longestPartExtent * steps * elementBytes }

  /// The tile of the inner loop uses the panel of the outer loop's factor again, and all of the inner one's comes before it comes back to its own.
  private func linesOfA(_ height: Int) -> Double {
    let reuse = cyclesOfLine(nest.rowsAreOuter ? panelOfA + panelOfB : blockOfA + panelOfB)
    guard !nest.staged.contains(.a) else { return Double(packedElements(.a) * elementBytes) / Double(ContractionCosts.lineBytes) * reuse }
    guard shape.a.row != 1 else { return lines(height) * reuse }
    guard shape.a.column == 1 else { return Double(height) * max(reuse, ContractionCosts.cyclesOfSecondLevelLine) }
    // Rows at a distance of a power of two share few sets of the cache, from which they drive each other before their next numbers are read.
    let isCrowded = height.parts(of: sets(shape.a.row * elementBytes)) >= ContractionCosts.firstLevelWays
    let share = Double(elementBytes) / Double(ContractionCosts.lineBytes) * (alongSum ? Double(nest.lanes) : 1)
    return isCrowded ? Double(height) * max(reuse, ContractionCosts.cyclesOfSecondLevelLine) : Double(height) * min(share, 1) * reuse
  }

  private func linesOfB(_ width: Int) -> Double {
    let reuse = cyclesOfLine(nest.rowsAreOuter ? blockOfB + panelOfA : panelOfA + panelOfB)
    guard !nest.staged.contains(.b), !alongSum else { return Double(width * elementBytes) / Double(ContractionCosts.lineBytes) * reuse }
    // Steps at a distance of a power of two share few sets: what the first-level cache could hold comes from the second.
    let isCrowded = steps > sets(shape.b.row * elementBytes) * ContractionCosts.firstLevelWays
    return lines(width) * (isCrowded ? max(reuse, ContractionCosts.cyclesOfSecondLevelLine) : reuse)
  }

  /// Lines that neighbours touch, wherever they begin.
  private func lines(_ neighbours: Int) -> Double {
    let bytes = Double(neighbours * elementBytes) / Double(ContractionCosts.lineBytes)
    return isAligned ? bytes.rounded(.up) : bytes + 1
  }

  /// Sets of the first-level cache that addresses at a distance of `bytes` fall in.
  private func sets(_ bytes: Int) -> Int {
    let all = ContractionCosts.firstLevelBytes / ContractionCosts.firstLevelWays / ContractionCosts.lineBytes
    let lines = bytes / ContractionCosts.lineBytes
    return bytes % ContractionCosts.lineBytes != 0 ? all : max(all >> min(lines.trailingZeroBitCount, 62), 1)
  }

  /// Elements that a step reads of packed memory.
  private func packedElements(_ factor: ContractionSchedule.Factor) -> Int {
    guard alongSum else { return nest.paddedSize(factor) }
    let axis = factor == .a ? nest.rows : nest.columns
    return min(axis.size, axis.extent) * nest.lanes
  }

  // MARK: First touches

  /// What every unit reads for the first time, from behind the second-level cache unless all of a factor stays there.
  var firstTouches: Double {
    ContractionSchedule.Factor.allCases.reduce(0) { sum, factor in
      let isA = factor == .a
      let extent = isA ? shape.rows : shape.columns
      let (along, step) = isA ? (shape.a.row, shape.a.column) : (shape.b.column, shape.b.row)
      let bytes = extent * shape.inner * elementBytes
      // Every part of the other axis reads all of this one.
      let times = Double(isA ? nest.columns.parts : nest.rows.parts) * Double(shape.products)
      // Neighbours along the axis of which a step reads a few are a page apart from step to step: nothing fetches them ahead.
      let isScattered = along == 1 && step * elementBytes >= ContractionCosts.distanceFetchedAhead && !(isA && alongSum)
      let isPacked = nest.staged.contains(factor)
      let cycles: Double
      switch bytes {
      case ...ContractionCosts.secondLevelBytes: cycles = isScattered && !isPacked ? ContractionCosts.cyclesOfSecondLevelLine : 0
      case ...ContractionCosts.thirdLevelBytes:
        cycles =
          isScattered
          ? (isPacked ? ContractionCosts.cyclesOfScatteredPackedLine : ContractionCosts.cyclesOfScatteredLine)
          : ContractionCosts.cyclesOfDistantLine
      default:
        cycles =
          isScattered
          ? 3 * (isPacked ? ContractionCosts.cyclesOfScatteredPackedLine : ContractionCosts.cyclesOfScatteredLine)
          : 2 * ContractionCosts.cyclesOfDistantLine
      }
      return sum + times * Double(bytes) / Double(ContractionCosts.lineBytes) * cycles
    }
  }

  // MARK: Packing

  var packing: Double {
    nest.staged.reduce(0) { sum, factor in
      let isA = factor == .a
      let (ofElement, ofStep) = isA ? (shape.a.row, shape.a.column) : (shape.b.column, shape.b.row)
      let (along, step) = alongSum ? (ofStep, ofElement) : (ofElement, ofStep)
      let extent = isA ? shape.rows : shape.columns
      let element =
        along == 1 || (alongSum ? shape.inner : extent) == 1
        ? ContractionCosts.cyclesOfPackedVector / Double(min(target.lanes(shape.element), nest.paddedSize(factor)))
        : step == 1 ? ContractionCosts.cyclesOfTransposedElement : ContractionCosts.cyclesOfPackedElement
      // Every part of the other axis packs all of this one.
      let times = Double(isA ? nest.columns.parts : nest.rows.parts) * Double(shape.products)
      return sum + element * Double(extent) * Double(shape.inner) * times
    }
  }
}
