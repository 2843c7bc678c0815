import MartletCore
import MartletLoopIR

/// Adds the shards of a sum and stores the result row-major: vectors are loaded and added, lanes are stored one by one.
/// General lowering would load each element of each shard alone.
enum SumTemplate {
  /// Nil for what it does not apply to, before the name is evaluated: sums with a last step, tensors with the layout of their shards.
  static func kernel(_ name: @autoclosure () -> String, _ sum: ShardedSum, _ place: Place, _ target: Target) throws -> Kernel? {
    let axes = sum.layout.axes
    let lanes = min(target.generalLanes(.f32), 8)
    guard sum.isPlain, sum.shards <= ShardedSum.mostInTree, sum.type.dtype == .f32, place.layout.isRowMajor, axes.count >= 2,
      let inner = axes.last, inner.count > 1,
      sum.layout.paddingConditions(place.type.shape.extents.map { Index($0) }, place.type.shape).isEmpty
    else { return nil }
    // The longest of the outer axes is divided among the workers.
    let parallel = axes.indices.dropLast().max { (axes[$0].count, -$0) < (axes[$1].count, -$1) } ?? 0
    let builder = KernelBuilder(name: name())
    let shards = builder.parameter("shards", .read, .global, .f32, sum.shape)
    let result = builder.parameter("sum", .write, .global, .f32, place.type.shape.extents)
    let strides = Shape(sum.shardExtents).strides
    func emit(_ axis: Int, _ position: [Index]) {
      guard axis < axes.count - 1 else { return emitRow(position) }
      guard axis != parallel else { return emit(axis + 1, position) }
      builder.loop(0..<axes[axis].count, .serial, "i") { i in
        var position = position
        position[axis] = i
        emit(axis + 1, position)
      }
    }
    func emitRow(_ position: [Index]) {
      func emitVector(_ start: Index, _ count: Int) {
        var position = position
        position[axes.count - 1] = start
        let offset = zip(position, strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
        let first = count < lanes ? Index(count) : nil
        let values = (0..<sum.shards).map { shards[[Index($0), offset], lanes: lanes, first: first] }
        let total = builder.let(ShardedSum.tree(values), "total")
        for lane in 0..<count {
          position[axes.count - 1] = start + lane
          result.store(.extract(total, lane), sum.layout.index(position, rank: place.type.shape.rank))
        }
      }
      let whole = inner.count / lanes * lanes
      if whole > 0 { builder.loop(Index(0), Index(whole), step: Index(lanes), .serial, "j") { emitVector($0, lanes) } }
      if whole < inner.count { emitVector(Index(whole), inner.count - whole) }
    }
    builder.parallel("n") { n in
      var position = [Index](repeating: Index(0), count: axes.count)
      position[parallel] = n
      emit(0, position)
    }
    return try builder.finish(over: axes[parallel].count)
  }
}
