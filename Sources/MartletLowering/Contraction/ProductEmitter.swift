import MartletCore
import MartletLoopIR

/// Writes products of matrices as loop IR, as their schedules say: one emitter for small and large ones, whatever their strides are.
///
/// Blocks in private memory and tiles in registers as in K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008. Bits
/// depend on shape, schedule and instruction set: chunks of a sum are added in order, and no two units of work add to one result.
package struct ProductEmitter {
  /// An operand in memory, which is seen as one row of elements: where the first one of the product is.
  package struct Memory {
    package var buffer: KernelBuilder.Buffer
    package var offset: Index

    package init(_ buffer: KernelBuilder.Buffer, offset: Index = Index(0)) { (self.buffer, self.offset) = (buffer, offset) }
  }

  package struct Operands {
    package var a: Memory
    package var b: Memory
    /// An `update` parameter where `nest.readsResult`, else `write`.
    package var c: Memory

    package init(a: Memory, b: Memory, c: Memory) { (self.a, self.b, self.c) = (a, b, c) }
  }

  /// Which results a value holds: `lanes` neighbours of a row.
  package struct Place {
    /// One for each batch axis.
    package var batch: [Index]
    package var row: Index
    package var column: Index
    package var lanes: Int
    /// How many lanes count, the others must not be loaded; nil for all.
    package var first: Index?
  }

  /// What is done to results before they are stored: bias, activation, a tensor that is added, a mask. Called once for each value, with all of its sum.
  package typealias Epilogue = (_ value: Expr, _ place: Place) -> Expr

  package let nest: ContractionNest
  package let target: Target

  package init(_ nest: ContractionNest, _ target: Target) { (self.nest, self.target) = (nest, target) }

  /// Appends unit number `unit`, of `nest.units`, to a kernel: inside its parallel loop, or all units in a loop of one's own.
  package func emit(_ k: KernelBuilder, _ operands: Operands, unit: Index, _ epilogue: Epilogue? = nil) {
    let shape = nest.shape
    let first = nest.rowsAreDividedFirst ? nest.rows : nest.columns
    let second = nest.rowsAreDividedFirst ? nest.columns : nest.rows
    // The digits of the unit's number.
    var rest = unit
    var digits: [Index] = []
    for (position, extent) in (shape.extents.batch + [first.parts, second.parts]).enumerated().reversed() {
      digits.insert(extent == 1 ? Index(0) : position == 0 ? rest : rest % extent, at: 0)
      rest = rest / extent
    }
    let parts = Array(digits.suffix(2))
    let emission = ProductUnit(
      k: k, nest: nest, target: target, operands: operands, batch: Array(digits.dropLast(2)), epilogue: epilogue)
    emission.emit(
      rows: UnitPart(k, nest.rows, nest.rowsAreDividedFirst ? parts[0] : parts[1], "i"),
      columns: UnitPart(k, nest.columns, nest.rowsAreDividedFirst ? parts[1] : parts[0], "j"))
  }

  /// A kernel of its own, over `nest.units`, with the parameters `a`, `b` and `c` of as many elements as `shape.counts` says, then those that
  /// `epilogue` adds.
  package func kernel(_ name: String, epilogue: (KernelBuilder) -> Epilogue? = { _ in nil }) throws -> Kernel {
    let k = KernelBuilder(name: name)
    let counts = nest.shape.counts
    func memory(_ name: String, _ access: AccessMode, _ count: Int) -> Memory {
      Memory(k.parameter(name, access, .global, nest.shape.element, [count]))
    }
    let operands = Operands(
      a: memory("a", .read, counts.a), b: memory("b", .read, counts.b), c: memory("c", nest.readsResult ? .update : .write, counts.c))
    let epilogue = epilogue(k)
    k.parallel("n") { emit(k, operands, unit: $0, epilogue) }
    return try k.finish(over: nest.units)
  }
}

/// The tiles of rows or columns that a unit of work has.
struct UnitPart {
  let k: KernelBuilder
  let axis: TiledAxis
  private let number: Index
  private let hint: String
  private let start: Index
  private let count: Index

  /// Where the parts are not equal their bounds are computed once, as numbers whose ranges are known: the compiler proves subscripts from these.
  init(_ k: KernelBuilder, _ axis: TiledAxis, _ number: Index, _ hint: String) {
    (self.k, self.axis, self.number, self.hint) = (k, axis, number, hint)
    guard axis.whole % axis.parts != 0 else {
      start = number * (axis.whole / axis.parts)
      count = Index(axis.whole / axis.parts)
      return
    }
    let (first, next) = ((number * axis.whole) / axis.parts, ((number + 1) * axis.whole) / axis.parts)
    start = k.index(.indexValue(.i32, first), 0..<axis.lastStart + 1, "\(hint)_start")
    count = k.index(.indexValue(.i32, next - first), axis.shortestPart..<axis.longestPart + 1, "\(hint)_count")
  }

  struct Tile {
    /// Of its first element, among all rows or columns.
    var position: Index
    /// Its place in packed memory that has room for all tiles of the part.
    var slot: Index
    var size: Int
  }

  /// Calls the body for whole tiles, in a loop, and for what is left behind them, where the part is the last one.
  func forEachTile(_ body: (Tile) -> Void) {
    let size = axis.size
    if axis.whole > 0 {
      k.loop(Index(0), count, .serial, hint) { tile in body(Tile(position: (start + tile) * size, slot: tile, size: size)) }
    }
    guard axis.rest > 0 else { return }
    let rest = Tile(position: Index(axis.whole * size), slot: Index(axis.longestPart), size: axis.rest)
    guard axis.parts > 1 else { return body(rest) }
    k.when(.indices([IndexCondition(number, in: axis.parts - 1..<axis.parts)])) { body(rest) }
  }
}
