import MartletCore
import MartletLoopIR

// Checks a program before it runs: every parameter of a launch fits the memory that it is given.
//
// A kernel says of each parameter whose memory it expects (`global`, `worker`, `shard`), with how many elements. The storage behind it must be
// of that kind and that size: a kernel that reads all shards of a sum is not given one of them, and none writes beyond its buffer.

extension Program.Launch {
  /// Kernels for a processor may use that buffers begin on cache lines; copies, and kernels of threads, take any address of an element.
  fileprivate func expectsAlignment(_ kernels: [LoweredKernel]) -> Bool {
    switch self {
    case .copy: return false
    case .region: return true
    case .kernel(let index, _):
      guard kernels.indices.contains(index), case .loop(let loop)? = kernels[index].kernel.body.first else { return true }
      return loop.kind != .block(.x)
    }
  }
}

extension Program {
  /// Throws `M807` that names the kernel and the parameter.
  package func verify() throws {
    try verifyTurns()
    for (index, launch) in launches.enumerated() {
      try verifySlices(launch, at: index)
      switch launch {
      case .kernel(let kernel, let storages): try verify(kernel, storages, in: nil)
      case .copy(let source, let target):
        guard exists(source), exists(target), type(of: source).byteCount == type(of: target).byteCount else {
          throw damage("a copy of other bytes than it has room for")
        }
        if case .table(let table) = target { throw damage("a copy to the constant %\(tables[table].name)") }
      case .region(let region): try verify(region)
      }
    }
  }

  /// What a run notes of each phase and step has room in memory. Throws M153.
  private func verifyTurns() throws {
    var turns = 0
    for phase in phases {
      var own = 1
      for loop in loops where loop.launches.overlaps(phase) {
        let (product, overflow) = own.multipliedReportingOverflow(by: loop.count)
        own = overflow ? .max : product
      }
      let (sum, overflow) = turns.addingReportingOverflow(own)
      turns = overflow ? .max : sum
    }
    let (bytes, overflow) = turns.multipliedReportingOverflow(by: Program.bytesOfTurn)
    try MachineMemory.expect(overflow ? .max : bytes, for: "the order in which the phases of \(loops.count) loops run")
  }

  /// About what a turn takes: its counters, and where its units are.
  private static let bytesOfTurn = 256

  /// Each part lies inside its memory, whatever the counters of the loops around the launch are.
  private func verifySlices(_ launch: Launch, at index: Int) throws {
    let around = loops.filter { $0.launches.contains(index) }
    for case .slice(let base, let slice) in launch.storages {
      var (lowest, highest) = (slice.start, slice.start)
      for (stride, loop) in zip(slice.strides, around) {
        let moved = stride * max(loop.count - 1, 0)
        (lowest, highest) = (lowest + min(moved, 0), highest + max(moved, 0))
      }
      guard slice.strides.count <= around.count, exists(base), lowest >= 0, highest + slice.type.byteCount <= type(of: base).byteCount
      else { throw damage("a part \(slice.type) that is not inside its memory") }
      guard !launch.expectsAlignment(kernels) || (slice.strides + [slice.start]).allSatisfy({ $0 % MemoryPlan.alignment == 0 }) else {
        throw damage("a part \(slice.type) that does not always begin on \(MemoryPlan.alignment) bytes")
      }
    }
  }

  private func damage(_ message: String) -> MartletError {
    MartletError(RuntimeErrorCode.damagedProgram, "program of graph @\(name): \(message)")
  }

  private func exists(_ storage: Storage) -> Bool {
    switch storage {
    case .parameter(let index): parameters.indices.contains(index)
    case .result(let index): results.indices.contains(index)
    case .table(let index): tables.indices.contains(index)
    case .temporary(let index): temporaries.indices.contains(index)
    case .slice(let base, _): base == base.root && exists(base)
    }
  }

  private func verify(_ region: BatchRegion) throws {
    guard region.samples > 0, region.tile > 0, region.shards > 0, region.shards <= region.samples else {
      throw damage("a batch region of \(region.samples) samples in \(region.shards) shards")
    }
    var (added, finished): (Set<Storage>, Set<Storage>) = ([], [])
    for call in region.calls {
      try verify(call.kernel, call.storages, in: region)
      let kernel = kernels[call.kernel].kernel
      guard kernel.over == region.samples else {
        throw damage("@\(kernel.name) runs over \(kernel.over), but its batch region has \(region.samples) samples")
      }
      for (parameter, storage) in zip(kernel.parameters, call.storages) {
        if parameter.space == .shard { added.insert(storage) } else { finished.insert(storage) }
      }
    }
    // Another shard may still be added to.
    guard added.isDisjoint(with: finished) else { throw damage("a sum is read as a whole in the batch region that adds to it") }
  }

  private func verify(_ index: Int, _ storages: [Storage], in region: BatchRegion?) throws {
    guard kernels.indices.contains(index) else { throw damage("kernel \(index) of \(kernels.count) is launched") }
    let kernel = kernels[index].kernel
    guard kernel.parameters.count == storages.count else {
      throw damage("@\(kernel.name) takes \(kernel.parameters.count) buffers, found \(storages.count)")
    }
    // Emitters promise that parameters do not overlap.
    let written = zip(kernel.parameters, storages).filter { $0.0.access != .read }.map(\.1)
    if let twice = written.first(where: { storage in storages.filter { $0 == storage }.count > 1 }) {
      throw damage("@\(kernel.name) is given \(twice) twice and writes it")
    }
    for (parameter, storage) in zip(kernel.parameters, storages) {
      guard exists(storage) else { throw damage("@\(kernel.name): no memory is behind %\(parameter.name)") }
      if case .table(let table) = storage, parameter.access != .read {
        throw damage("@\(kernel.name) writes to the constant %\(tables[table].name)")
      }
      let type = type(of: storage)
      guard ElementType(type.dtype) == parameter.element else {
        throw damage("@\(kernel.name): %\(parameter.name) is \(parameter.element), its memory is \(type)")
      }
      var space = MemorySpace.global
      if case .temporary(let temporary) = storage.root { space = temporaries[temporary].space }
      let expected: Int
      switch (parameter.space, space) {
      case (.global, .global), (.worker, .worker): expected = type.elementCount
      // All shards at once.
      case (.global, .shard): expected = type.elementCount
      case (.shard, .shard):
        guard let region, type.shape[0] == region.shards else {
          throw damage("@\(kernel.name): %\(parameter.name) is one shard, its memory \(type) has others than the launch")
        }
        guard (type.byteCount / region.shards) % MemoryPlan.alignment == 0 else {
          throw damage("the shards of \(type) behind %\(parameter.name) of @\(kernel.name) do not begin on \(MemoryPlan.alignment) bytes")
        }
        // The end of a shard may be padding that no kernel sees.
        expected = min(parameter.elementCount, type.elementCount / region.shards)
      default:
        throw damage("@\(kernel.name): %\(parameter.name) is declared in \(parameter.space) memory, but is given \(space) memory")
      }
      // A scalar may be one element of memory; memory has at least one.
      guard parameter.elementCount == expected else {
        throw damage("@\(kernel.name): %\(parameter.name) has \(parameter.elementCount) elements, its memory \(type) has \(expected)")
      }
    }
  }
}
