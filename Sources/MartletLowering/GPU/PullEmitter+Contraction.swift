import MartletCore
import MartletGraph
import MartletLoopIR

// Tiles on a GPU, for sums of products of which neighbouring results share factors (`Contraction`): a block stages what its results need of
// both factors in its memory, and each thread computes several results in registers.
//
// Legal because the products are the same ones, added in a fixed order. Where a condition fails, on the padding of a convolution, a factor is
// staged as 0 and the product counts: it is 0, or NaN where the other factor is infinite. A thread that has a NaN therefore does its work
// again, point by point.
//
//   for e … { %acc = 0.0; for c, ky, kx { %acc = %acc + %x[…] * %w[…] }; %y[…] = %acc }
// =>
//   for block … block(x) { for thread in 0 ..< 256 thread(x) {
//     for c in 0 ..< 16 step 8 {
//       for s in thread ..< 1152 step 256 { %a[s] = … %x … }; the same for %b; barrier
//       for c_2 in 0 ..< 8 { let %t = %a[…]; …; %acc.0.0 = %acc.0.0 + %t * %u; … }; barrier
//     }
//     %y[…] = %acc.0.0; … } }

extension PullEmitter {
  /// The contraction that the kernel is, and the tiles for it; nil where general lowering is faster, or nothing is shared.
  func contraction(_ extents: [Int]) throws -> (Contraction, ContractionTile)? {
    guard tiles != .none else { return nil }
    let (axes, axisBounds, elements) = try plainElements(extents)
    let variables = zip(axes, extents).map { Contraction.Variable(name: $0, extent: $1) }
    guard let contraction = Contraction(elements, axes: variables, bounds: axisBounds, analysis),
      let tile = ContractionTile.chosen(tiles, contraction)
    else { return nil }
    return (contraction, tile)
  }

  func emitContraction(_ contraction: Contraction, _ tile: ContractionTile) throws -> Kernel {
    let counts = tile.blocks(contraction)
    let over = counts.reduce(1, *)
    let (begin, end) = (Index(variable: Kernel.begin), Index(variable: Kernel.end))
    try builder.loop(Index(0), end - begin, .block(.x), "block") { block in
      try builder.loop(0..<Kernel.threadsPerBlock, .thread(.x), "thread") { thread in
        try scoped {
          for variable in thread.variables { bind(variable, Interval(0, Kernel.threadsPerBlock - 1)) }
          let position = builder.index(.indexValue(.i32, begin + block), 0..<over, "tile")
          for variable in position.variables { bind(variable, Interval(0, over - 1)) }
          try ContractionEmitter(self, contraction, tile, thread: thread, block: position, counts).emit()
        }
      }
    }
    return try builder.finish(over: over)
  }
}
