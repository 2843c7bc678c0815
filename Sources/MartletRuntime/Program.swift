import MartletCore
import MartletLoopIR

/// What a graph becomes: kernels, the launches of one execution in order, and the memory of every intermediate value. Data only; a backend
/// turns it into an executable.
package struct Program: Hashable, Sendable {
  package struct Parameter: Hashable, Sendable {
    package var name: String
    package var role: ParameterRole
    package var type: TensorType
    /// For integers that are used as an index: their exclusive upper bound. Checked before the launches.
    package var indexLimit: Int?

    package init(name: String, role: ParameterRole, type: TensorType, indexLimit: Int? = nil) {
      self.name = name
      self.role = role
      self.type = type
      self.indexLimit = indexLimit
    }
  }

  package struct Result: Hashable, Sendable {
    package var name: String
    package var type: TensorType
    /// The parameter in whose storage the result is written: it is the parameter's new value.
    package var updates: Int?

    package init(name: String, type: TensorType, updates: Int?) {
      self.name = name
      self.type = type
      self.updates = updates
    }
  }

  /// Numbers that a program brings along: a constant of the graph that is too long to stand in kernels. No launch writes to it.
  package struct Table: Hashable, Sendable {
    /// The value's name in the text of the optimized graph.
    package var name: String
    package var tensor: HostTensor

    package init(name: String, tensor: HostTensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// The memory behind a parameter of a launch.
  package enum Storage: Hashable, Sendable {
    case parameter(Int)
    case result(Int)
    /// An entry of `tables`.
    case table(Int)
    /// An entry of `temporaries`.
    case temporary(Int)
    /// A part of one of the others that moves with the loops around the launch.
    indirect case slice(of: Storage, Slice)

    /// The memory itself, of a slice the whole of it.
    package var root: Storage {
      if case .slice(let base, _) = self { return base }
      return self
    }
  }

  /// An operation of the graph, for measurements.
  package struct Operation: Hashable, Sendable {
    /// The layer and the operation, numbered where a layer has several: `conv1.0.conv2d`.
    package var name: String
    /// Multiply-adds count as two; taps on padding are counted.
    package var floatingPointOperations: Int
    /// The same without the taps on padding.
    package var realFloatingPointOperations: Int
    /// The number of the node in an earlier graph that the operation goes back to, where one was given.
    package var source: Int?
    /// The part of a step that it belongs to.
    package var stage: Stage?
    /// The path of the layer that it comes from, and the line of the program where that layer is made.
    package var layer: String?
    package var location: SourcePosition?
    /// The types of its results.
    package var types: [TensorType]

    /// The parts of a training step.
    package enum Stage: String, CaseIterable, Sendable { case forward, backward, update }

    package init(
      name: String, floatingPointOperations: Int, realFloatingPointOperations: Int, source: Int? = nil, stage: Stage? = nil,
      layer: String? = nil, location: SourcePosition? = nil, types: [TensorType] = []
    ) {
      self.source = source
      (self.stage, self.layer, self.location, self.types) = (stage, layer, location, types)
      self.name = name
      self.floatingPointOperations = floatingPointOperations
      self.realFloatingPointOperations = realFloatingPointOperations
    }
  }

  /// A fusion that passes made and lowering took apart again: no one kernel computes it.
  package struct SplitFusion: Hashable, Sendable {
    package var name: String
    /// The numbers of its nodes in an earlier graph, where they were given.
    package var sources: [Int]
    package var reason: String

    package init(name: String, sources: [Int], reason: String) {
      self.name = name
      self.sources = sources
      self.reason = reason
    }
  }

  /// An intermediate value.
  package struct Temporary: Hashable, Sendable {
    /// The value's name in the text of the optimized graph.
    package var name: String
    /// The type in memory. In worker memory the first axis is the slot of a sample in flight, in shard memory it is the shard.
    package var type: TensorType
    package var space: MemorySpace
    /// The result of a node that it holds, where the node's origin has a number: `Graph.numbered`.
    package var source: Source?

    /// A result of a node of an earlier graph.
    package struct Source: Hashable, Sendable {
      package var node: Int
      package var result: Int

      package init(node: Int, result: Int) { (self.node, self.result) = (node, result) }
    }

    package init(name: String, type: TensorType, space: MemorySpace = .global, source: Source? = nil) {
      self.name = name
      self.type = type
      self.space = space
      self.source = source
    }
  }

  package enum Launch: Hashable, Sendable {
    /// Calls a kernel over all its iterations, with one storage a parameter.
    case kernel(Int, [Storage])
    /// Copies all bytes.
    case copy(from: Storage, to: Storage)
    /// Calls several kernels tile by tile: depth first.
    case region(BatchRegion)
  }

  package var name: String
  package var parameters: [Parameter]
  package var results: [Result]
  package var kernels: [LoweredKernel]
  package var operations: [Operation]
  package var splitFusions: [SplitFusion] = []
  /// How the batch is divided, and what is computed for all samples at once instead; one sentence each.
  package var batchNotes: [String] = []
  package var launches: [Launch]
  /// Which of the launches run several times. An outer loop stands before those inside it.
  package let loops: [LaunchLoop]
  package var temporaries: [Temporary]
  package let tables: [Table]
  /// The condition of the updates; nil: none.
  package let updateGuard: UpdateGuard?
  /// The plan of temporaries in global and shard memory; the time is the phase.
  package let memory: MemoryPlan
  /// The plan of temporaries in the memory of a worker; the time is the call, counted over all regions.
  package let workerMemory: MemoryPlan
  /// For each temporary its offset in the memory of its space.
  package let offsets: [Int]
  /// Launches without dependences on each other: between two phases is a barrier of all workers.
  package let phases: [Range<Int>]
  /// For each launch the time of its first call in worker memory; the calls of regions are counted through.
  package let firstCalls: [Int]

  package init(
    name: String, parameters: [Parameter], results: [Result], kernels: [LoweredKernel], launches: [Launch], temporaries: [Temporary],
    tables: [Table] = [], operations: [Operation] = [], updateGuard: UpdateGuard? = nil, loops: [LaunchLoop] = []
  ) throws {
    self.loops = loops
    self.updateGuard = updateGuard
    self.operations = operations
    self.name = name
    self.parameters = parameters
    self.results = results
    self.kernels = kernels
    self.launches = launches
    self.temporaries = temporaries
    self.tables = tables
    let cuts = Set(loops.flatMap { [$0.launches.lowerBound, $0.launches.upperBound] } + (updateGuard.map { [$0.launch] } ?? []))
    phases = Program.phases(launches, kernels, cuts: cuts)
    var calls = 0
    firstCalls = launches.map { launch in
      guard case .region(let region) = launch else { return calls }
      defer { calls += region.calls.count }
      return calls
    }
    let lifetimes = Program.lifetimes(launches, phases, temporaries, loops)
    func plan(_ isIncluded: (MemorySpace) -> Bool) -> (plan: MemoryPlan, indices: [Int]) {
      let indices = temporaries.indices.filter { isIncluded(temporaries[$0].space) }
      return (MemoryPlan(indices.map { lifetimes[$0] }), indices)
    }
    let (shared, own) = (plan { $0 != .worker }, plan { $0 == .worker })
    memory = shared.plan
    workerMemory = own.plan
    var offsets = [Int](repeating: 0, count: temporaries.count)
    for (plan, indices) in [shared, own] {
      try plan.check()
      for (position, index) in indices.enumerated() { offsets[index] = plan.offsets[position] }
    }
    self.offsets = offsets
    try verify()
  }

  /// Cuts the launches where one touches what another one since the last cut writes, and before each of the launches `cuts`.
  private static func phases(_ launches: [Launch], _ kernels: [LoweredKernel], cuts: Set<Int>) -> [Range<Int>] {
    var phases: [Range<Int>] = []
    var start = 0
    var (touched, written): (Set<Storage>, Set<Storage>) = ([], [])
    for (index, launch) in launches.enumerated() {
      let (all, stored) = (Set(launch.storages.map(\.root)), Set(launch.written(kernels).map(\.root)))
      if index > start, cuts.contains(index) || !written.isDisjoint(with: all) || !touched.isDisjoint(with: stored) {
        phases.append(start..<index)
        start = index
        (touched, written) = ([], [])
      }
      touched.formUnion(all)
      written.formUnion(stored)
    }
    if start < launches.count { phases.append(start..<launches.count) }
    return phases
  }

  /// For each temporary when it is first and last touched: phases, or calls for worker memory.
  private static func lifetimes(
    _ launches: [Launch], _ phases: [Range<Int>], _ temporaries: [Temporary], _ loops: [LaunchLoop]
  ) -> [MemoryPlan.Request] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: temporaries.count)
    func touch(_ storages: [Storage], _ time: Int, isCall: Bool) {
      for case .temporary(let index) in storages.map(\.root) where (temporaries[index].space == .worker) == isCall {
        lifetimes[index] = min(lifetimes[index]?.lowerBound ?? time, time)...time
      }
    }
    var call = 0
    for (phase, range) in phases.enumerated() {
      for launch in launches[range] {
        touch(launch.storages, phase, isCall: false)
        guard case .region(let region) = launch else { continue }
        for inner in region.calls {
          touch(inner.storages, call, isCall: true)
          call += 1
        }
      }
    }
    // What a loop gets from outside, leaves for outside or keeps from step to step lives as long as the loop. Inner loops come first.
    for loop in loops.reversed() {
      guard let first = phases.firstIndex(where: { $0.lowerBound >= loop.launches.lowerBound }),
        let last = phases.lastIndex(where: { $0.upperBound <= loop.launches.upperBound })
      else { continue }
      var sliced: Set<Int> = []
      for launch in launches[loop.launches] {
        for case .slice(.temporary(let index), let slice) in launch.storages
        where slice.strides.indices.contains(loop.depth) && slice.strides[loop.depth] != 0 {
          sliced.insert(index)
        }
      }
      for index in temporaries.indices where temporaries[index].space != .worker {
        guard let lifetime = lifetimes[index], lifetime.overlaps(first...last) else { continue }
        guard sliced.contains(index) || lifetime.lowerBound < first || lifetime.upperBound > last else { continue }
        lifetimes[index] = min(lifetime.lowerBound, first)...max(lifetime.upperBound, last)
      }
    }
    return temporaries.enumerated().map {
      MemoryPlan.Request(name: $0.element.name, byteCount: $0.element.type.byteCount, lifetime: lifetimes[$0.offset] ?? 0...0)
    }
  }

  package func type(of storage: Storage) -> TensorType {
    switch storage {
    case .parameter(let index): parameters[index].type
    case .result(let index): results[index].type
    case .table(let index): tables[index].tensor.type
    case .temporary(let index): temporaries[index].type
    case .slice(_, let slice): slice.type
    }
  }
}

extension Program.Launch {
  package var storages: [Program.Storage] {
    switch self {
    case .kernel(_, let storages): storages
    case .copy(let source, let target): [source, target]
    case .region(let region): region.calls.flatMap(\.storages)
    }
  }

  /// What the launch stores to.
  func written(_ kernels: [LoweredKernel]) -> [Program.Storage] {
    func written(_ kernel: Int, _ storages: [Program.Storage]) -> [Program.Storage] {
      zip(kernels[kernel].kernel.parameters, storages).filter { $0.0.access != .read }.map(\.1)
    }
    return switch self {
    case .kernel(let kernel, let storages): written(kernel, storages)
    case .copy(_, let target): [target]
    case .region(let region): region.calls.flatMap { written($0.kernel, $0.storages) }
    }
  }
}
