import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

extension WinogradKernels {
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
}
