import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Where a plan emits the kernels of a node: places, names and the builder.
package struct KernelSite {
  private let phase: KernelPhase
  package let view: NodeView
  private let slot: Levels.Slot
  private let alternatives: [String]
  /// Operands that were converted for this node.
  private var conversions: [Value: Place] = [:]

  init(_ phase: KernelPhase, _ view: NodeView, _ slot: Levels.Slot, _ choice: Plans.Choice) {
    (self.phase, self.view, self.slot, alternatives) = (phase, view, slot, choice.alternatives)
  }

  /// The site when operands have been converted that have another layout than the plan reads.
  func converting(_ demands: [LayoutDemand]) throws -> KernelSite {
    var result = self
    for demand in demands {
      let type = TensorType(view.type(of: demand.value).dtype, demand.shape)
      let name = "\(view.analysis.name(of: demand.value)).converted"
      // A call may be for more samples than a worker's memory has room for.
      let layout = demand.pattern.layout(demand.shape)
      let place = Place(
        storage: phase.newTemporary(name, TensorType(type.dtype, layout.shape)), type: type, layout: layout)
      try phase.emitCopy(of: demand.value, to: place, at: slot, name: name)
      result.conversions[demand.value] = place
    }
    return result
  }

  package var node: Node { view.node }
  package var target: Target { view.target }
  /// The samples of the batch; 0 where nothing is divided into samples.
  package var samples: Int { view.analysis.samples }
  /// Samples in flight: the slots of a worker's memory.
  package var tile: Int { phase.schedule.tile }
  /// How many samples a kernel may work on at a time: every call is for a multiple.
  package var sampleMultiple: Int { phase.schedule.sampleMultiple }
  /// The longest range of samples that a kernel is called with.
  package var longestRange: Int { phase.schedule.longestRange(at: slot) }
  /// Whether kernels are called once for all samples of a shard.
  package var isOncePerShard: Bool { slot.isOncePerShard }
  /// The parts into which the samples are divided.
  package var shards: Int { view.analysis.shards }

  // MARK: Memory

  private func missing(_ value: Value) -> MartletError {
    MartletError(LoweringErrorCode.noKernel, "%\(view.analysis.name(of: value)) is not in memory where a kernel reads it")
  }

  /// Where the node stores a result.
  package func result(_ number: Int = 0) throws -> Place {
    guard case .memory(let place) = phase.memory.written(node.results[number]) else { throw missing(node.results[number]) }
    return place
  }

  /// All results that the node stores as tensors, in order.
  package var results: [Place] { node.results.compactMap { phase.memory.written($0)?.place } }

  /// Where the node adds up a result that is a sum over the batch.
  package func sum(_ number: Int) throws -> ShardedSum {
    guard case .sum(let sum) = phase.memory.written(node.results[number]) else { throw missing(node.results[number]) }
    phase.uses(sum.storage)
    return sum
  }

  /// The memory of a value that the plan demands.
  package func place(of value: Value) throws -> Place {
    if let converted = conversions[value] { return converted }
    if case .sum = phase.source(of: value) {
      try phase.finishSum(value, level: slot.level)
    }
    guard let place = phase.place(of: value) else { throw missing(value) }
    return place
  }

  /// The same under the shape in which it is read.
  func place(of operand: OperationChain.Operand) throws -> Place {
    let place = try place(of: operand.value)
    guard place.type.shape != operand.shape else { return place }
    guard let layout = place.layout.flattened(from: place.type.shape, to: operand.shape) else { throw missing(operand.value) }
    return Place(storage: place.storage, type: TensorType(place.type.dtype, operand.shape), layout: layout, space: place.space)
  }

  /// A value that is not divided into samples, in another layout: converted once a step.
  func place(of value: Value, in layout: StorageLayout) throws -> Place { try phase.place(of: value, in: layout) }

  /// Memory for what the node's kernels hand on to each other.
  package func newTemporary(_ name: String, _ type: TensorType, _ space: MemorySpace) -> Program.Storage {
    phase.newTemporary(name, type, space)
  }

  /// The memory of what is computed of a value for several nodes: of this region, or for all where it is no sample.
  func shared(_ value: Value, _ kind: String, _ make: () throws -> Program.Storage) throws -> Program.Storage {
    let isSample = view.role(of: value) == .sample
    let key = KernelPhase.SharedKey(value: value, kind: isSample ? "\(kind) in \(slot.level).\(slot.region ?? 0)" : kind)
    return try phase.shared(key, make)
  }

  /// The sites of the nodes of the same region that read a value and have a plan of the same strategy.
  func neighbours(reading value: Value) -> [KernelSite] {
    view.graph.nodes.indices.compactMap { index in
      guard view.graph.nodes[index].operands.contains(value), let other = phase.schedule.levels.slots[index], other.level == slot.level,
        other.region == slot.region, let choice = phase.choices[index], choice.strategy == phase.choices[view.index]?.strategy
      else { return nil }
      return KernelSite(phase, NodeView(analysis: view.analysis, index: index), other, choice)
    }
  }

  // MARK: Kernels

  /// A kernel that has the name of the node's layer and operation.
  package func kernel(_ suffix: String = "") -> TemplateKernel {
    TemplateKernel(name: phase.freshKernelName(view.analysis.kernelName(node) + suffix), tile: tile)
  }

  /// Adds a kernel that runs for the samples of a call, or over `over` iterations where samples are not divided.
  package func add(
    _ kernel: TemplateKernel, over: Int? = nil, multiple: Int = 1, note: String, alternatives: [String] = []
  ) throws {
    let made =
      if let over { try kernel.builder.finish(over: over) } else {
        try kernel.builder.finish(over: samples, tile: longestRange, multiple: multiple)
      }
    phase.add(made, kernel.storages, at: slot, note: note, alternatives: alternatives.isEmpty ? [] : alternatives + self.alternatives)
  }

  /// Adds a kernel that runs once a step, as soon as a value is complete that is not divided into samples.
  func add(_ kernel: TemplateKernel, over: Int, asSoonAsReady value: Value, note: String) throws {
    let level = phase.schedule.readyLevel(value, view.graph)
    phase.add(try kernel.builder.finish(over: over), kernel.storages, at: .whole(level), note: note)
  }

  // MARK: General lowering

  func emitGeneral() throws { try phase.emitGeneral(view, slot) }
  func emitSlices(_ sum: LongSum) throws { try phase.emitSlices(view, slot, sum) }
}
