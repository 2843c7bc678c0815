import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The kernels of a Winograd convolution. In transformed memory the axes are frequency, tile and channel; a tile's number is that of the
/// sample's slot times the tiles of a sample, plus its own. Tiles that lack a frequency are not counted there.
struct WinogradKernels {
  let shape: WinogradShape
  let site: KernelSite
  private var target: Target { site.target }
  private var samples: Int { site.sampleMultiple }

  /// Transformed values of the samples in flight. A line of padding keeps planes apart in the cache: their strides are no power of two.
  struct Transformed: Hashable {
    var storage: Program.Storage
    var extents: [Int]
  }

  private func newTransformed(_ name: String, _ channels: Int) -> Transformed {
    let extents = [shape.frequencies, site.tile * shape.tiles + 1, channels]
    return Transformed(storage: site.newTemporary(name, TensorType(.f32, Shape(extents)), .worker), extents: extents)
  }

  private func kernel(_ suffix: String) -> TemplateKernel { site.kernel(".\(suffix)") }

  private func finish(_ kernel: TemplateKernel, multiple: Int = 1) throws {
    try site.add(kernel, multiple: multiple, note: shape.note)
  }

  /// The number of a sample's tile at frequencies that `tiles` tiles of a sample have.
  private func number(_ n: Index, _ tile: Index, of tiles: Int) -> Index { (n - Index(variable: Kernel.begin)) * tiles + tile }

  /// A frequency of a tile, as rows, columns and the tiles that have each.
  private func position(
    _ n: Index, _ row: (frequency: Index, tile: Index, tiles: Int), _ column: (frequency: Index, tile: Index, tiles: Int)
  )
    -> [Index]
  {
    [row.frequency * shape.patch + column.frequency, number(n, row.tile * column.tiles + column.tile, of: row.tiles * column.tiles)]
  }

  /// Loops over all frequencies; the body is given how many tiles of a sample have them.
  private func forEachFrequency(_ k: KernelBuilder, _ body: (_ frequency: Index, _ tiles: Int) -> Void) {
    for rows in shape.tileRows.classes {
      for columns in shape.tileColumns.classes where rows.tiles * columns.tiles > 0 {
        k.loop(rows.frequencies, .serial, "q") { q in
          k.loop(columns.frequencies, .serial, "e") { e in body(q * shape.patch + e, rows.tiles * columns.tiles) }
        }
      }
    }
  }

  /// Loops over all tiles, those of one size together.
  private func forEachTile(_ k: KernelBuilder, _ body: (_ row: Index, _ column: Index, _ rows: Int, _ columns: Int) -> Void) {
    for rows in shape.tileRows.runs {
      for columns in shape.tileColumns.runs {
        k.loop(rows.tiles, .serial, "r") { r in
          k.loop(columns.tiles, .serial, "l") { l in body(r, l, rows.size, columns.size) }
        }
      }
    }
  }

  // MARK: Transforms of images

  /// Bᵀ d B of the input.
  func transformInput(_ x: Place, _ name: String) throws -> Transformed {
    let lanes = shape.channelLanes
    let grid = PaddedGrid(
      height: shape.rows.output + 2, width: shape.columns.output + 2, firstRow: -shape.rows.paddingBefore,
      firstColumn: -shape.columns.paddingBefore, image: (shape.rows.input, shape.columns.input))
    return try transformImage(
      x, "input_transform", newTransformed(name, shape.paddedChannels), lanes: lanes, vectors: shape.channelVectors, grid
    ) { $0.input($1) }
  }

  /// A dY Aᵀ of the output's gradient; what it reads is also added up for the gradient of the bias.
  func transformGradient(_ dy: Place, _ name: String, bias: ShardedSum?) throws -> Transformed {
    let grid = PaddedGrid(
      height: shape.rows.output, width: shape.columns.output, firstRow: 0, firstColumn: 0,
      image: (shape.rows.output, shape.columns.output))
    return try transformImage(
      dy, "gradient_transform", newTransformed(name, shape.paddedOutputs), lanes: shape.outputLanes, vectors: shape.outputVectors, grid,
      bias: bias
    ) { $0.output($1).transposed }
  }

  /// Copies an image into private memory with zeros around it, where some are needed, then transforms its tiles.
  private func transformImage(
    _ place: Place, _ suffix: String, _ result: Transformed, lanes: Int, vectors: Int, _ grid: PaddedGrid,
    bias: ShardedSum? = nil, _ transform: (_ transforms: WinogradTransforms, _ size: Int) -> LinearTransform
  ) throws -> Transformed {
    let kernel = kernel(suffix)
    let k = kernel.builder
    let x = kernel.memory("x", .read, place)
    let v = kernel.raw("v", .write, result.storage, .worker, result.extents)
    let bias = bias.flatMap { BiasGradientSum(kernel, $0, lanes: lanes) }
    k.parallel("n") { n in
      let padded = grid.isImage ? nil : k.array(.f32, [grid.height, grid.width, lanes], "xs")
      let half = k.array(.f32, [shape.patch, transform(shape.transforms.down, shape.tile).inputs, lanes], "half")
      k.loop(0..<vectors, .serial, "u") { u in
        if let padded {
          let zero = k.variable(.f32(lanes), .number(0), "zero").value
          grid.forEach(k) { r, l, isInside in
            let value = isInside ? x.load([n, u * lanes, r + grid.firstRow, l + grid.firstColumn], lanes: lanes) : zero
            padded.store(value, [r, l, Index(0)], lanes: lanes)
          }
        }
        let sum = bias.map { _ in k.variable(.f32(lanes), .number(0), "sum") }
        forEachTile(k) { r, l, rows, columns in
          let (down, across) = (transform(shape.transforms.down, rows), transform(shape.transforms.across, columns))
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

  // MARK: Filters

  /// G w Gᵀ of the filter, once a step, as [frequencies, rows, vectors of lanes]: lanes are output channels (`axis` 0) or input channels (1).
  func transformFilter(_ w: Value, _ filter: Shape, axis: Int) throws -> Transformed {
    let channels = axis == 0 ? shape.outputVectors * shape.outputLanes : shape.channelVectors * shape.channelLanes
    let extents = [shape.frequencies, filter[1 - axis], channels]
    let kind = "winograd filter \(axis) \(shape.tile) \(shape.tileRows.rest) \(shape.tileColumns.rest)"
    let storage = try site.shared(w, kind) { try newTransformedFilter(w, filter, axis: axis, extents) }
    return Transformed(storage: storage, extents: extents)
  }

  private func newTransformedFilter(_ w: Value, _ filter: Shape, axis: Int, _ extents: [Int]) throws -> Program.Storage {
    let lanes = axis == 0 ? shape.outputLanes : shape.channelLanes
    let vectors = axis == 0 ? shape.outputVectors : shape.channelVectors
    let others = filter[1 - axis]
    let layout = StorageLayout(axes: [
      .init(axis: 1 - axis, count: others, extent: others), .init(axis: 2, count: 3, extent: 3), .init(axis: 3, count: 3, extent: 3),
      .init(axis: axis, divisor: lanes, count: vectors, extent: vectors), .init(axis: axis, count: lanes, extent: lanes, isRemainder: true),
    ])
    let packed = try site.place(of: w, in: layout)
    let kernel = kernel("filter_transform")
    let k = kernel.builder
    let source = kernel.memory("w", .read, packed)
    let result = site.newTemporary("\(site.view.analysis.name(of: w)).transformed", TensorType(.f32, Shape(extents)), .global)
    let u = kernel.raw("u", .write, result, .global, extents)
    k.parallel("c") { c in
      let half = k.array(.f32, [shape.patch, 3, lanes], "half")
      k.loop(0..<vectors, .serial, "v") { v in
        k.loop(0..<3, .serial, "e") { e in
          let column = (0..<3).map { q in k.let(source.buffer[[c, Index(q), e, v, Index(0)], lanes: lanes], "w") }
          for (q, value) in shape.transforms.down.filter.apply(k, column, lanes: lanes, target).enumerated() {
            half.store(value, [Index(q), e, Index(0)], lanes: lanes)
          }
        }
        k.loop(0..<shape.patch, .serial, "q") { q in
          let line = (0..<3).map { e in k.let(half[[q, Index(e), Index(0)], lanes: lanes], "w") }
          for (e, value) in shape.transforms.across.filter.apply(k, line, lanes: lanes, target).enumerated() {
            u.store(value, [q * shape.patch + e, c, v * lanes], lanes: lanes)
          }
        }
      }
    }
    try site.add(kernel, over: others, asSoonAsReady: w, note: shape.note)
    return result
  }

  // MARK: Products

  /// For each frequency the product of transformed samples and a transformed filter.
  func product(_ a: Transformed, _ b: Transformed, inner: Int, vectors: Int, lanes: Int, _ name: String) throws -> Transformed {
    let result = newTransformed(name, vectors * lanes)
    let kernel = kernel("product")
    let k = kernel.builder
    let aMemory = kernel.raw("a", .read, a.storage, .worker, a.extents)
    let bMemory = kernel.raw("b", .read, b.storage, .global, b.extents)
    let cMemory = kernel.raw("c", .write, result.storage, .worker, result.extents)
    k.parallel("n", step: samples) { n in
      forEachFrequency(k) { f, tiles in
        SmallProduct(rows: samples * tiles, inner: inner, vectors: vectors, lanes: lanes, target).emit(k) { i, step in
          aMemory[[f, number(n, i, of: tiles), step]]
        } b: { step, v in
          bMemory[[f, step, v * lanes], lanes: lanes]
        } store: { i, v, sum in
          cMemory.store(sum, [f, number(n, i, of: tiles), v * lanes], lanes: lanes)
        }
      }
    }
    try finish(kernel, multiple: samples)
    return result
  }

  /// Adds the products of transformed inputs and transformed gradients, over all tiles of a call, to the shard.
  func addFilterGradient(_ v: Transformed, _ dm: Transformed, _ sum: ShardedSum) throws {
    let lanes = shape.outputLanes
    let kernel = kernel("product")
    let k = kernel.builder
    let vMemory = kernel.raw("v", .read, v.storage, .worker, v.extents)
    let dmMemory = kernel.raw("dm", .read, dm.storage, .worker, dm.extents)
    let du = kernel.raw("du", .update, sum.storage, .shard, sum.shardExtents)
    let product = SmallProduct(rows: shape.channels, inner: 0, vectors: shape.outputVectors, lanes: lanes, target)
    forEachFrequency(k) { f, tiles in
      product.emit(k) { c, tile in
        vMemory[[f, tile, c]]
      } b: { tile, o in
        dmMemory[[f, tile, o * lanes], lanes: lanes]
      } steps: { body in
        k.loop(Index(variable: Kernel.begin), Index(variable: Kernel.end), .serial, "n") { n in
          k.loop(0..<tiles, .serial, "t") { t in body(number(n, t, of: tiles)) }
        }
      } store: { c, o, value in
        du.store(du[[f, c, o * lanes], lanes: lanes] + value, [f, c, o * lanes], lanes: lanes)
      }
    }
    try finish(kernel)
  }

  /// Adds up the gradient of the output for that of a bias.
  func addBias(_ kernel: TemplateKernel, _ dy: Place, _ sum: ShardedSum) throws {
    let lanes = shape.outputLanes
    let memory = kernel.memory("dy", .read, dy)
    let bias = BiasGradientSum(kernel, sum, lanes: lanes)
    kernel.builder.parallel("n") { n in
      bias?.addAll(kernel.builder, rows: shape.rows.output, columns: shape.columns.output, vectors: shape.outputVectors) { row, column, vector in
        memory.load([n, vector * lanes, row, column], lanes: lanes)
      }
    }
  }

  /// Gᵀ dU G of the finished sum, in the order of the filter's elements.
  static func finishFilterGradient(
    _ shape: WinogradShape, _ target: Target, _ name: String, _ sum: ShardedSum, _ place: Place
  ) throws -> Kernel {
    let lanes = shape.outputLanes
    let k = KernelBuilder(name: name)
    let shards = k.parameter("du", .read, .global, .f32, sum.shape)
    let dw = k.parameter("dw", .write, .global, .f32, place.type.shape.extents)
    let strides = Shape(sum.shardExtents).strides
    let (down, across) = (shape.transforms.down.filter.transposed, shape.transforms.across.filter.transposed)
    k.parallel("c") { c in
      let half = k.array(.f32, [3, shape.patch, lanes], "half")
      let whole = k.array(.f32, [3, 3, lanes], "whole")
      k.loop(0..<shape.outputVectors, .serial, "v") { v in
        k.loop(0..<shape.patch, .serial, "e") { e in
          let column = (0..<shape.patch).map { q in
            let offset = (e + q * shape.patch) * strides[0] + c * strides[1] + v * lanes
            return k.let(ShardedSum.tree((0..<sum.shards).map { shards[[Index($0), offset], lanes: lanes] }), "u")
          }
          for (q, value) in down.apply(k, column, lanes: lanes, target).enumerated() {
            half.store(value, [Index(q), e, Index(0)], lanes: lanes)
          }
        }
        k.loop(0..<3, .serial, "q") { q in
          let line = (0..<shape.patch).map { e in k.let(half[[q, Index(e), Index(0)], lanes: lanes], "u") }
          for (e, value) in across.apply(k, line, lanes: lanes, target).enumerated() {
            whole.store(value, [q, Index(e), Index(0)], lanes: lanes)
          }
        }
        k.loop(0..<lanes, .serial, "o") { o in
          k.when(.indices([IndexCondition(v * lanes + o, in: 0..<shape.outputs)])) {
            for q in 0..<3 { for e in 0..<3 { dw.store(whole[Index(q), Index(e), o], [v * lanes + o, c, Index(q), Index(e)]) } }
          }
        }
      }
    }
    return try k.finish(over: shape.channels)
  }

  // MARK: Back to images

  /// Aᵀ M A, then the epilogue.
  func transformOutput(_ m: Transformed, _ emitter: ChannelEmitter) throws {
    try transformBack(
      m, emitter, lanes: shape.outputLanes, vectors: shape.outputVectors, first: (0, 0), image: (shape.rows.output, shape.columns.output)
    ) { $0.output($1) }
  }

  /// B dV Bᵀ, then the epilogue.
  func transformInputGradient(_ dv: Transformed, _ emitter: ChannelEmitter) throws {
    try transformBack(
      dv, emitter, lanes: shape.channelLanes, vectors: shape.channelVectors,
      first: (shape.rows.paddingBefore, shape.columns.paddingBefore), image: (shape.rows.input, shape.columns.input)
    ) { $0.input($1).transposed }
  }

  /// Puts the tiles together in private memory, where those that overlap are added, then runs the epilogue over the image, which begins at
  /// `first` there, row of windows by row of windows.
  private func transformBack(
    _ source: Transformed, _ emitter: ChannelEmitter, lanes: Int, vectors: Int, first: (Int, Int), image: (rows: Int, columns: Int),
    _ transform: (_ transforms: WinogradTransforms, _ size: Int) -> LinearTransform
  ) throws {
    let kernel = emitter.kernel
    let k = kernel.builder
    let memory = kernel.raw("m", .read, source.storage, .worker, source.extents)
    try emitter.prepare()
    // What a tile reaches beyond its outputs.
    let overlap = transform(shape.transforms.down, shape.tile).outputs - shape.tile
    let overlaps = overlap > 0
    let window = emitter.window
    // Rows and columns of the image that no tile reaches stay zero.
    let height = max(shape.rows.output + overlap, image.rows + first.0)
    let width = max(shape.columns.output + overlap, image.columns + first.1)
    k.parallel("n") { n in
      let whole = k.array(.f32, [height, width, lanes], "ys")
      let half = k.array(.f32, [transform(shape.transforms.down, shape.tile).outputs, shape.patch, lanes], "half")
      let zero = k.variable(.f32(lanes), .number(0), "zero").value
      let epilogue = emitter.epilogue(n) { ($0, $1) }
      k.loop(0..<vectors, .serial, "u") { u in
        if overlaps {
          k.loop(0..<height, .serial, "r") { r in
            k.loop(0..<width, .serial, "l") { l in whole.store(zero, [r, l, Index(0)], lanes: lanes) }
          }
        }
        forEachTile(k) { r, l, rows, columns in
          let (down, across) = (transform(shape.transforms.down, rows), transform(shape.transforms.across, columns))
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
            return Epilogue.Pixel(value: initial.map { $0 + value } ?? value)
          }
        }
      }
    }
    try emitter.finish(note: shape.note)
  }
}
