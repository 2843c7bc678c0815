import MartletLoopIR

/// The accumulators of a direct convolution that stay in registers: rows x columns of pixels, `vectors` vectors of channels each.
///
/// For each input channel and row of the kernel the tile broadcasts each input pixel once and multiplies it by the weights of all taps in a
/// row. `held` taps' weights stay in registers meanwhile, the others are read from memory where they are used.
struct RegisterTile: Hashable {
  let rows: Int
  let columns: Int
  let vectors: Int
  let held: Int

  var accumulators: Int { rows * columns * vectors }
  /// Accumulators, held weights, a broadcast; one more register is for the operand that is on its way.
  var liveVectors: Int { accumulators + held * vectors + 1 }

  /// What a tile works on.
  struct Work {
    let rows: Int
    let columns: Int
    let taps: Int
    /// Input columns that a tile of one column reads.
    let span: Int
    let stride: Int
    /// Vectors of output channels, and their lanes.
    let vectors: Int
    let lanes: Int
    /// Rows and columns of a tile are multiples of these: whole pooling windows.
    let window: (rows: Int, columns: Int)
  }

  /// Cycles for one input channel and kernel row: two multiply-adds and two loads a cycle (one each of 64 bytes), a latency of four.
  func cycles(_ work: Work) -> Double {
    let products = Double(accumulators * work.taps)
    let broadcasts = Double(rows * ((columns - 1) * work.stride + work.span))
    let weights = Double(held * vectors + (work.taps - held) * accumulators)
    let rate = Target.vectorsPerCycle(lanes: work.lanes)
    return max(products / rate, broadcasts / 2 + weights / rate, Double(4 * work.taps)) + 1
  }

  /// The tile that takes the fewest cycles over the whole grid, what is left at its edges included; nil when none fits the registers.
  static func best(_ work: Work, _ target: Target) -> RegisterTile? {
    ranked(work, target).min { $0.cycles < $1.cycles }?.tile
  }

  /// The best tiles in words, the first the one that is taken, with the cycles of a sample.
  static func alternatives(_ work: Work, _ target: Target, channels: Int, kernelRows: Int) -> [String] {
    let order = ranked(work, target).enumerated().sorted { ($0.element.cycles, $0.offset) < ($1.element.cycles, $1.offset) }
    return order.prefix(5).map { entry in
      let tile = entry.element.tile
      let cycles = Int((entry.element.cycles * Double(channels * kernelRows)).rounded())
      return
        "tile of \(tile.rows) x \(tile.columns) pixels x \(tile.vectors) vectors, \(tile.held) of \(work.taps) weights held: about \(cycles) cycles a sample"
    }
  }

  /// All tiles that fit the registers, with the cycles over the grid for an input channel and kernel row.
  private static func ranked(_ work: Work, _ target: Target) -> [(tile: RegisterTile, cycles: Double)] {
    var all: [(tile: RegisterTile, cycles: Double)] = []
    for vectors in 1...min(work.vectors, 4) where work.vectors % vectors == 0 {
      for rows in stride(from: work.window.rows, through: min(work.rows, 8), by: work.window.rows) {
        for columns in stride(from: work.window.columns, through: min(work.columns, 28), by: work.window.columns) {
          for held in 0...work.taps {
            let tile = RegisterTile(rows: rows, columns: columns, vectors: vectors, held: held)
            guard tile.liveVectors <= target.vectorRegisters - 1 else { continue }
            let cycles = tile.gridCycles(work) * Double(work.vectors / vectors)
            all.append((tile, cycles))
          }
        }
      }
    }
    return all
  }

  /// The tile in words, with its loads and cycles for each input channel and kernel row.
  func description(_ work: Work) -> String {
    let products = accumulators * work.taps
    let loads = rows * ((columns - 1) * work.stride + work.span) + held * vectors + (work.taps - held) * accumulators
    return
      "tile of \(rows) x \(columns) pixels x \(vectors) vectors of \(work.lanes): \(accumulators) accumulators, \(held) of \(work.taps) weights held, "
      + "\(loads) loads for \(products) multiply-adds, about \(Int(cycles(work).rounded())) cycles"
  }

  private func gridCycles(_ work: Work) -> Double {
    var sum = 0.0
    for block in blocks(work) {
      let tile = RegisterTile(rows: block.tileRows, columns: block.tileColumns, vectors: vectors, held: held)
      let count = block.rows.count / block.tileRows * (block.columns.count / block.tileColumns)
      sum += Double(count) * tile.cycles(work)
    }
    return sum
  }

  /// A part of the grid that is covered by tiles of one size.
  struct Block {
    let rows: Range<Int>
    let columns: Range<Int>
    let tileRows: Int
    let tileColumns: Int
  }

  /// Whole tiles first; what is left to the right is covered by tall tiles, what is left below by lower ones.
  func blocks(_ work: Work) -> [Block] {
    var blocks: [Block] = []
    func cover(_ columns: Range<Int>, _ tileRows: Int, _ tileColumns: Int) {
      guard !columns.isEmpty else { return }
      let whole = work.rows / tileRows * tileRows
      if whole > 0 { blocks.append(Block(rows: 0..<whole, columns: columns, tileRows: tileRows, tileColumns: tileColumns)) }
      if whole < work.rows {
        blocks.append(Block(rows: whole..<work.rows, columns: columns, tileRows: work.rows - whole, tileColumns: tileColumns))
      }
    }
    let whole = work.columns / columns * columns
    cover(0..<whole, rows, columns)
    let rest = work.columns - whole
    if rest > 0 {
      let most = max(rows * columns / rest / work.window.rows * work.window.rows, work.window.rows)
      cover(whole..<work.columns, min(most, work.rows), rest)
    }
    return blocks
  }
}
