import MartletCore

// The pass `map-to-threads`, for GPUs: each iteration of the parallel loop becomes a thread, 256 of them a block.
//
// Legal because iterations are independent. The blocks cover the range of a call whatever its length is: threads behind its end do nothing,
// so the text of a kernel does not depend on how many samples there are.
//
//   for e in begin ..< end parallel {       for block in 0 ..< (end - begin + 255) / 256 block(x) { for thread in 0 ..< 256 thread(x) {
//     %y[e] = max(0.0, %x[e])          =>     when begin + 256 * block + thread in begin ..< end {
//   }                                           let e = index(i32(begin + 256 * block + thread), 0 ..< 12544)
//                                               %y[e] = max(0.0, %x[e]) } } }

extension Kernel {
  /// Threads of a block. Eight warps hide the latency of memory, and every GPU runs several such blocks on a multiprocessor at once.
  package static let threadsPerBlock = 256

  /// The kernel with its parallel loop as blocks and threads; as it is where the target is a processor, or where it has such loops already.
  package func mappedToThreads(_ target: Target) throws -> Kernel {
    guard target.mapsToThreads else { return self }
    let names = NameSupply(reserved: names)
    var result = self
    result.body = body.flatMap { statement -> [Statement] in
      guard case .loop(let loop) = statement, loop.kind == .parallel else { return [statement] }
      return map(loop, names)
    }
    return result
  }

  private func map(_ loop: Loop, _ names: NameSupply) -> [Statement] {
    let (block, thread) = (names.fresh("block"), names.fresh("thread"))
    let (begin, end, threads) = (Index(variable: Kernel.begin), Index(variable: Kernel.end), Kernel.threadsPerBlock)
    // A loop with a step takes several iterations of the range at once: so does its thread.
    let step = loop.step.constantValue ?? 1
    let position = begin + (Index(variable: block) * threads + Index(variable: thread)) * step
    let own: [Statement] = [
      .letDataIndex(loop.variable, .indexValue(.i32, position), lower: 0, upper: over, multiple: greatestCommonDivisor(multiple, step))
    ]
    let guarded = Statement.when(.indices([IndexCondition(position, begin, end)]), own + loop.body, otherwise: [])
    let inner = Loop(thread, Index(0), Index(threads), .thread(.x), [guarded])
    let span = threads * step
    return [.loop(Loop(block, Index(0), (end - begin + (span - 1)) / span, .block(.x), [.loop(inner)]))]
  }
}
