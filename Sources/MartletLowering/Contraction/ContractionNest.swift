import MartletCore
import MartletLoopIR

/// A schedule that is legal for a product and a target, as the numbers that the emitter works with. To make one is to verify.
package struct ContractionNest: Hashable, Sendable {
  package let shape: ProductShape
  package let schedule: ContractionSchedule
  package let rows: TiledAxis
  package let columns: TiledAxis
  /// Whose neighbours are lanes: j or l.
  package let laneVariable: ContractionLoop.Variable
  package let lanes: Int
  /// Steps of the sum between two additions to the result in memory.
  package let chunk: Int
  package let staged: Set<ContractionSchedule.Factor>
  /// Steps of the sum that are written out.
  package let unrolled: Int
  /// `order(i, j)`: the tiles of a row of tiles come one after the other.
  package let rowsAreOuter: Bool
  /// Whether units are numbered by parts of rows first.
  package let rowsAreDividedFirst: Bool

  /// Bytes of packed memory that a unit may have. It is on the stack of a worker, of which there are 8 MiB, and should stay in the second-level cache.
  package static let mostPackedBytes = 512 * 1024
  /// Steps of the sum that may be written out: more would leave the cache of decoded instructions.
  package static let mostUnrolled = 16

  /// Throws the reason why the schedule cannot be used.
  package init(_ shape: ProductShape, _ schedule: ContractionSchedule, _ target: Target) throws(ContractionRefusal) {
    let parts = try ContractionSteps(schedule)
    self.shape = shape
    self.schedule = schedule
    rows = TiledAxis(extent: shape.rows, size: parts.rowTile, parts: parts.parts[.i] ?? 1)
    columns = TiledAxis(extent: shape.columns, size: parts.columnTile, parts: parts.parts[.j] ?? 1)
    (laneVariable, lanes) = (parts.lanes.loop.variable, parts.lanes.count)
    chunk = parts.chunk ?? shape.inner
    staged = parts.staged
    unrolled = parts.unrolled
    rowsAreOuter = parts.rowsAreOuter
    rowsAreDividedFirst = parts.rowsAreDividedFirst
    try check(parts, target)
  }

  // MARK: Numbers

  /// Units of work: the iterations of the kernel's parallel loop.
  package var units: Int { shape.products * rows.parts * columns.parts }
  package var chunks: Int { shape.inner.parts(of: chunk) }
  /// The lengths of chunks that there are, and how many of each.
  var chunkClasses: [(steps: Int, count: Int)] {
    let classes = [(steps: chunk, count: shape.inner / chunk), (steps: shape.inner % chunk, count: 1)]
    return classes.filter { $0.steps > 0 && $0.count > 0 }
  }
  /// Whether the result is read, not only written: an `update` parameter of the kernel.
  package var readsResult: Bool { chunks > 1 }
  /// Vectors of a tile's row.
  package func vectors(_ columns: Int) -> Int { laneVariable == .j ? columns.parts(of: lanes) : columns }

  /// Registers of a tile: accumulators, what is held of one factor, a value of the other; without fused multiply-adds the product as well.
  package func registers(_ target: Target) -> Int {
    let (height, width) = (min(rows.size, rows.extent), vectors(min(columns.size, columns.extent)))
    return height * width + (laneVariable == .j ? width : height) + 1 + (target.hasFusedMultiplyAdd ? 0 : 1)
  }

  /// The shape of a factor's packed memory: panels, steps, elements of a step; with lanes along the sum panels, elements, steps of an element. A panel
  /// at a time of the factor of the outer loop.
  func packedShape(_ factor: ContractionSchedule.Factor) -> [Int] {
    let axis = factor == .a ? rows : columns
    let isPanel = (factor == .a) == rowsAreOuter
    let lines = laneVariable == .l ? min(axis.size, axis.extent) : min(chunk, shape.inner)
    return [isPanel ? 1 : axis.slots, lines, paddedSize(factor)]
  }

  /// Elements of a step in packed memory: whole vectors, which b is read in and both are written in.
  func paddedSize(_ factor: ContractionSchedule.Factor) -> Int {
    guard laneVariable == .j else { return min(chunk, shape.inner).roundedUp(to: lanes) }
    switch factor {
    case .a:
      let size = min(rows.size, rows.extent)
      return size.roundedUp(to: min(lanes, size.nextPowerOfTwo))
    case .b: return min(columns.size, columns.extent).roundedUp(to: lanes)
    }
  }

  package var packedBytes: Int { staged.reduce(0) { $0 + packedShape($1).reduce(1, *) * shape.element.byteCount } }

  /// How often one number takes part in an addition: in its lane and chunk, when lanes are added up, when chunks are.
  package var additions: Int {
    let inLane = laneVariable == .l ? min(chunk, shape.inner).parts(of: lanes) : min(chunk, shape.inner)
    return inLane + (laneVariable == .l ? lanes.trailingZeroBitCount : 0) + chunks - 1
  }

  // MARK: Verifying

  private func check(_ steps: ContractionSteps, _ target: Target) throws(ContractionRefusal) {
    guard !target.mapsToThreads else {
      throw ContractionRefusal(nil, "schedules of products are for processors", "Leave it out for a GPU.")
    }
    guard shape.element.isFloatingPoint, ([shape.rows, shape.columns, shape.inner] + shape.extents.batch).allSatisfy({ $0 >= 1 }) else {
      throw ContractionRefusal(nil, "the product is of \(shape.element.rawValue) or empty", "Schedule products of floating-point numbers.")
    }
    try checkLanes(steps.lanes.step, target)
    try checkRegisters(steps.hold, target)
    for (variable, axis) in [(ContractionLoop.Variable.i, rows), (.j, columns)] where axis.parts > max(axis.whole, 1) {
      throw ContractionRefusal(
        .divide(variable, parts: axis.parts), "\(variable.rawValue) has \(axis.whole) whole tiles", "Divide it in that many parts or fewer."
      )
    }
    try checkSum(steps)
    guard packedBytes <= ContractionNest.mostPackedBytes else {
      throw ContractionRefusal(
        staged.contains(rowsAreOuter ? .b : .a) ? .stage(rowsAreOuter ? .b : .a) : nil,
        "\(packedBytes) bytes are packed for a unit, the most are \(ContractionNest.mostPackedBytes)",
        "Divide i or j in more parts, or split l in smaller chunks.")
    }
  }

  private func checkLanes(_ step: ContractionSchedule.Step, _ target: Target) throws(ContractionRefusal) {
    let most = target.lanes(shape.element)
    guard lanes >= 1, lanes.nonzeroBitCount == 1, lanes <= most else {
      throw ContractionRefusal(step, "\(target) has vectors of \(most) lanes or a power of two below", "Bind as many lanes.")
    }
    guard lanes > 1 else { return }
    guard laneVariable == .j else {
      for (factor, stride) in [(ContractionSchedule.Factor.a, shape.a.column), (.b, shape.b.row)] {
        guard stride == 1 || shape.inner == 1 || staged.contains(factor) else {
          throw ContractionRefusal(
            step, "neighbours along l are \(stride) elements apart in \(factor.rawValue)", "Add stage(\(factor.rawValue)), or bind j.in.")
        }
      }
      return
    }
    guard columns.size % lanes == 0 else {
      throw ContractionRefusal(step, "tiles of \(columns.size) columns are no whole vectors", "Split j by a multiple of \(lanes).")
    }
    guard columns.extent > 1 else { return }
    guard shape.b.column == 1 || staged.contains(.b) else {
      throw ContractionRefusal(step, "neighbours along j are \(shape.b.column) elements apart in b", "Add stage(b).")
    }
    guard shape.c.column == 1 else {
      throw ContractionRefusal(
        step, "neighbours along j are \(shape.c.column) elements apart in the result", "Transpose the product: give b's transpose as a.")
    }
  }

  private func checkRegisters(_ step: ContractionSchedule.Step, _ target: Target) throws(ContractionRefusal) {
    let needed = registers(target)
    guard needed <= target.vectorRegisters - 1 else {
      throw ContractionRefusal(
        step, "the tile takes \(needed) registers, \(target) has \(target.vectorRegisters - 1) and one for what is on its way",
        "Split i or j in smaller tiles.")
    }
  }

  private func checkSum(_ steps: ContractionSteps) throws(ContractionRefusal) {
    if let chunk = steps.chunk {
      guard chunk < shape.inner else {
        throw ContractionRefusal(.split(.l, chunk), "the sum has \(shape.inner) steps, which are one chunk", "Leave it out.")
      }
      guard laneVariable == .j || chunk % lanes == 0 else {
        throw ContractionRefusal(.split(.l, chunk), "chunks are no whole vectors along l", "Split l by a multiple of \(lanes).")
      }
    }
    guard additions <= CascadedSum.longestPlainSum else {
      throw ContractionRefusal(
        steps.chunk.map { .split(.l, $0) },
        "a number takes part in \(additions) additions, the most are \(CascadedSum.longestPlainSum) (docs/numerics.md)",
        steps.chunk == nil ? "Add split(l, 256)." : "Split l near the square root of \(shape.inner).")
    }
  }
}
