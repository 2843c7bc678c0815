import MartletCore
import MartletGraph
import MartletRuntime

/// The memory of steps that are divided into micro-batches.
extension MemoryBudget {
  /// How a batch comes into the memory that its step may take: with the fewest micro-batches, and where these do not suffice with values that are computed
  /// twice. `whole` gives the graph of the whole step, `part` the traced graph of a micro-batch of so many samples; `stateBytes` are those of the optimizer's
  /// state. Throws as `fit` does.
  package static func divided(
    _ compiler: Compiler, _ limit: MemoryLimit, samples: Int, stateBytes: Int, whole: () throws -> Graph,
    part: (_ samples: Int) throws -> Graph
  ) throws -> MemoryFit {
    // On a GPU the data stay in its memory, and steps are not divided.
    let counts = limit.target.mapsToThreads ? [1] : doublings(samples: samples)
    return try withoutActuallyEscaping(part) { part in
      func microBatch(_ samples: Int) throws -> Graph { try compiler.microBatch(part(samples)) }
      return try withoutActuallyEscaping(microBatch) { microBatch in
        try MemoryBudget(
          compiler, limit, samples: samples, microBatches: counts,
          beside: { count in
            guard count > 1 else { return 0 }
            let batches = MicroBatches(count: count, samples: samples)
            return try bytesBeside(microBatch(batches.sizes.max() ?? 1), batches, stateBytes: stateBytes)
          }
        ).fit { try $0 == samples ? whole() : microBatch($0) }
      }
    }
  }

  /// What a divided step keeps beside the program of a micro-batch: the sums that are not finished, and the optimizer's state.
  package static func bytesBeside(_ microBatch: Graph, _ batches: MicroBatches, stateBytes: Int) -> Int {
    (MicroBatchTree(batches).mostSums - 1) * TermLayout(Compiler.terms(of: microBatch)).byteCount + stateBytes
  }
}
