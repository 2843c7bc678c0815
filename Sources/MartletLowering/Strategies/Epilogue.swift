import MartletCore
import MartletLoopIR

/// What happens to a tile of pixels once it is summed, while it is still in registers. To fuse is to pass another epilogue.
struct Epilogue {
  /// The tile: its first pixel in the grid of outputs, and its extents.
  struct Grid {
    let row: Index
    let column: Index
    let rows: Index
    let columns: Index
  }

  struct Pixel {
    let value: Expr
    /// Where in its window the maximum was, once pooled.
    let position: Expr?
  }

  /// What the accumulators start from.
  let initial: (_ vector: Index) -> Expr
  /// Takes the pixels of one vector of channels, by row and column of the tile; both are constant after expand.
  let finish: (_ builder: KernelBuilder, _ grid: Grid, _ vector: Index, _ pixel: @escaping (Index, Index) -> Pixel) -> Void

  static func store(_ body: @escaping (_ row: Index, _ column: Index, _ vector: Index, _ pixel: Pixel) -> Void) -> Epilogue {
    Epilogue(initial: { _ in .literal(0, .f32) }) { builder, grid, vector, pixel in
      builder.loop(Index(0), grid.rows, .unrolled, "i") { i in
        builder.loop(Index(0), grid.columns, .unrolled, "j") { j in body(grid.row + i, grid.column + j, vector, pixel(i, j)) }
      }
    }
  }

  /// Sums start from the bias.
  static func bias(_ bias: @escaping (Index) -> Expr, then next: Epilogue) -> Epilogue { Epilogue(initial: bias, finish: next.finish) }

  /// The gradient where a relu's output was positive or NaN, else 0.
  static func masked(_ gradient: Expr, by output: Expr) -> Expr { .select(.compare(.le, output, .number(0)), .number(0), gradient) }

  /// Changes each pixel; the function is given its row and column in the grid, and its vector of channels.
  static func map(_ function: @escaping (_ row: Index, _ column: Index, _ vector: Index, Expr) -> Expr, then next: Epilogue) -> Epilogue {
    Epilogue(initial: next.initial) { builder, grid, vector, pixel in
      next.finish(builder, grid, vector) { i, j in
        let inner = pixel(i, j)
        return Pixel(value: function(grid.row + i, grid.column + j, vector, inner.value), position: inner.position)
      }
    }
  }

  /// The maximum of each window and its position in it: the first maximum wins, a NaN wins over everything [torch.nn.functional.max_pool2d].
  static func maxPool(rows: Int, columns: Int, lanes: Int, then next: Epilogue) -> Epilogue {
    Epilogue(initial: next.initial) { builder, grid, vector, pixel in
      let pooled = Grid(row: grid.row / rows, column: grid.column / columns, rows: grid.rows / rows, columns: grid.columns / columns)
      next.finish(builder, pooled, vector) { i, j in
        let best = builder.variable(.f32(lanes), pixel(i * rows, j * columns).value, "best")
        let position = builder.variable(.i32(lanes), .integer(0), "at")
        builder.loop(1..<max(rows * columns, 1), .unrolled, "q") { q in
          let z = builder.let(pixel(i * rows + q / columns, j * columns + q % columns).value, "z")
          let better = builder.let(.logicalOr(.compare(.gt, z, best.value), .isNaN(z)), "better")
          best.value = .select(better, z, best.value)
          position.value = .select(better, .literalIndex(q), position.value)
        }
        return Pixel(value: best.value, position: position.value)
      }
    }
  }
}
