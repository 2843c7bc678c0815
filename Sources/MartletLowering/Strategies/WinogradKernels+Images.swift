import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

extension WinogradKernels {
  /// How images are transformed: vector by vector of their channels, along each axis by the transform of a tile of so many outputs.
  private struct TileTransform {
    let vectors: Int
    let lanes: Int
    let along: (_ transforms: WinogradTransforms, _ size: Int) -> LinearTransform
  }

  // MARK: To tiles

  /// Bᵀ d B of the input.
  func transformInput(_ x: Place, _ name: String) throws -> Transformed {
    let transform = TileTransform(vectors: shape.channelVectors, lanes: shape.channelLanes) { $0.input($1) }
    let grid = PaddedGrid(
      height: shape.rows.output + 2, width: shape.columns.output + 2, firstRow: -shape.rows.paddingBefore,
      firstColumn: -shape.columns.paddingBefore, image: (shape.rows.input, shape.columns.input))
    return try transformImage(x, "input_transform", newTransformed(name, shape.paddedChannels), transform, grid)
  }

  /// A dY Aᵀ of the output's gradient; what it reads is also added up for the gradient of the bias.
  func transformGradient(_ dy: Place, _ name: String, bias: ShardedSum?) throws -> Transformed {
    let transform = TileTransform(vectors: shape.outputVectors, lanes: shape.outputLanes) { $0.output($1).transposed }
    let grid = PaddedGrid(
      height: shape.rows.output, width: shape.columns.output, firstRow: 0, firstColumn: 0,
      image: (shape.rows.output, shape.columns.output))
    return try transformImage(dy, "gradient_transform", newTransformed(name, shape.paddedOutputs), transform, grid, bias: bias)
  }

  /// Copies an image into private memory with zeros around it, where some are needed, then transforms its tiles.
  private func transformImage(
    _ place: Place, _ suffix: String, _ result: Transformed, _ transform: TileTransform, _ grid: PaddedGrid, bias: ShardedSum? = nil
  ) throws -> Transformed {
    let lanes = transform.lanes
    let kernel = kernel(suffix)
    let k = kernel.builder
    let x = kernel.memory("x", .read, place)
    let v = kernel.raw("v", .write, result.storage, .worker, result.extents)
    let bias = bias.flatMap { BiasGradientSum(kernel, $0, lanes: lanes) }
    k.parallel("n") { n in
      let padded = grid.isImage ? nil : k.array(.f32, [grid.height, grid.width, lanes], "xs")
      let half = k.array(.f32, [shape.patch, transform.along(shape.transforms.down, shape.tile).inputs, lanes], "half")
      k.loop(0..<transform.vectors, .serial, "u") { u in
        if let padded {
          let zero = k.variable(.f32(lanes), .number(0), "zero").value
          grid.forEach(k) { r, l, isInside in
            let value = isInside ? x.load([n, u * lanes, r + grid.firstRow, l + grid.firstColumn], lanes: lanes) : zero
            padded.store(value, [r, l, Index(0)], lanes: lanes)
          }
        }
        let sum = bias.map { _ in k.variable(.f32(lanes), .number(0), "sum") }
        forEachTile(k) { r, l, rows, columns in
          let (down, across) = (transform.along(shape.transforms.down, rows), transform.along(shape.transforms.across, columns))
          k.loop(0..<across.inputs, .serial, "e") { e in
            let column = (0..<down.inputs).map { q in
              let (row, column) = (r * shape.tile + q, l * shape.tile + e)
              return k.let(padded?[[row, column, Index(0)], lanes: lanes] ?? x.load([n, u * lanes, row, column], lanes: lanes), "x")
            }
            // Tiles of the gradient do not overlap: each pixel comes by once.
            if let sum { sum.value = sum.value + ShardedSum.tree(column) }
            for (q, value) in down.apply(k, column, lanes: lanes, target).enumerated() {
              half.store(value, [Index(q), e, Index(0)], lanes: lanes)
            }
          }
          for own in shape.tileRows.classes(ofSize: rows) {
            k.loop(own.frequencies, .serial, "q") { q in
              let line = (0..<across.inputs).map { e in k.let(half[[q, Index(e), Index(0)], lanes: lanes], "x") }
              for (e, value) in across.apply(k, line, lanes: lanes, target).enumerated() {
                v.store(value, position(n, (q, r, own.tiles), (Index(e), l, shape.tileColumns.count(at: e))) + [u * lanes], lanes: lanes)
              }
            }
          }
        }
        if let bias, let sum { bias.add(sum.value, at: u * lanes) }
      }
    }
    try finish(kernel)
    return result
  }

  // MARK: Back to images

  /// Aᵀ M A, then the epilogue.
  func transformOutput(_ m: Transformed, _ emitter: ChannelEmitter) throws {
    let transform = TileTransform(vectors: shape.outputVectors, lanes: shape.outputLanes) { $0.output($1) }
    try transformBack(m, emitter, transform, first: (0, 0), image: (shape.rows.output, shape.columns.output))
  }

  /// B dV Bᵀ, then the epilogue.
  func transformInputGradient(_ dv: Transformed, _ emitter: ChannelEmitter) throws {
    let transform = TileTransform(vectors: shape.channelVectors, lanes: shape.channelLanes) { $0.input($1).transposed }
    try transformBack(
      dv, emitter, transform, first: (shape.rows.paddingBefore, shape.columns.paddingBefore), image: (shape.rows.input, shape.columns.input)
    )
  }

  /// Puts the tiles together in private memory, where those that overlap are added, then runs the epilogue over the image, which begins at
  /// `first` there, row of windows by row of windows.
  private func transformBack(
    _ source: Transformed, _ emitter: ChannelEmitter, _ transform: TileTransform, first: (Int, Int), image: (rows: Int, columns: Int)
  ) throws {
    let lanes = transform.lanes
    let kernel = emitter.kernel
    let k = kernel.builder
    let memory = kernel.raw("m", .read, source.storage, .worker, source.extents)
    try emitter.prepare()
    // What a tile reaches beyond its outputs.
    let overlap = transform.along(shape.transforms.down, shape.tile).outputs - shape.tile
    let overlaps = overlap > 0
    let window = emitter.window
    // Rows and columns of the image that no tile reaches stay zero.
    let height = max(shape.rows.output + overlap, image.rows + first.0)
    let width = max(shape.columns.output + overlap, image.columns + first.1)
    k.parallel("n") { n in
      let whole = k.array(.f32, [height, width, lanes], "ys")
      let half = k.array(.f32, [transform.along(shape.transforms.down, shape.tile).outputs, shape.patch, lanes], "half")
      let zero = k.variable(.f32(lanes), .number(0), "zero").value
      let epilogue = emitter.epilogue(n) { ($0, $1) }
      k.loop(0..<transform.vectors, .serial, "u") { u in
        if overlaps {
          k.loop(0..<height, .serial, "r") { r in
            k.loop(0..<width, .serial, "l") { l in whole.store(zero, [r, l, Index(0)], lanes: lanes) }
          }
        }
        forEachTile(k) { r, l, rows, columns in
          let (down, across) = (transform.along(shape.transforms.down, rows), transform.along(shape.transforms.across, columns))
          for own in shape.tileColumns.classes(ofSize: columns) {
            k.loop(own.frequencies, .serial, "e") { e in
              let column = (0..<down.inputs).map { q in
                k.let(memory[position(n, (Index(q), r, shape.tileRows.count(at: q)), (e, l, own.tiles)) + [u * lanes], lanes: lanes], "m")
              }
              for (q, value) in down.apply(k, column, lanes: lanes, target).enumerated() {
                half.store(value, [Index(q), e, Index(0)], lanes: lanes)
              }
            }
          }
          k.loop(0..<down.outputs, .serial, "q") { q in
            let line = (0..<across.inputs).map { e in k.let(half[[q, Index(e), Index(0)], lanes: lanes], "m") }
            for (e, value) in across.apply(k, line, lanes: lanes, target).enumerated() {
              let subscripts = [r * shape.tile + q, l * shape.tile + e, Index(0)]
              whole.store(overlaps ? whole[subscripts, lanes: lanes] + value : value, subscripts, lanes: lanes)
            }
          }
        }
        let start = epilogue.initial(u)
        let initial = start.isLiteral ? nil : k.let(start, "start")
        k.loop(Index(0), Index(image.rows / window.rows * window.rows), step: Index(window.rows), .serial, "r") { r in
          let grid = Epilogue.Grid(
            row: r, column: Index(0), rows: Index(window.rows), columns: Index(image.columns / window.columns * window.columns))
          epilogue.finish(k, grid, u) { i, j in
            let value = whole[[r + i + first.0, j + first.1, Index(0)], lanes: lanes]
            return Epilogue.Pixel(value: initial.map { $0 + value } ?? value, position: nil)
          }
        }
      }
    }
    try emitter.finish(note: shape.note)
  }
}
