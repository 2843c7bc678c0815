import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

extension WinogradKernels {
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
      bias?.addAll(kernel.builder, rows: shape.rows.output, columns: shape.columns.output, vectors: shape.outputVectors) {
        row, column, vector in
        memory.load([n, vector * lanes, row, column], lanes: lanes)
      }
    }
  }
}
