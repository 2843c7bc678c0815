import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Makes the kernels of all nodes in the order of the schedule. Strategies reach it through `KernelSite` only.
final class KernelPhase {
  let analysis: AnalyzedGraph
  let choices: [Plans.Choice?]
  let layouts: LayoutAssignment
  let schedule: BatchSchedule
  let memory: PlannedMemory
  var graph: Graph { analysis.graph }
  var target: Target { analysis.target }

  private(set) var kernels: [LoweredKernel] = []
  private(set) var steps: [ScheduledStep] = []
  /// Those of the results, and what kernels need beside them.
  private(set) var temporaries: TemporaryList
  private(set) var tables: [Program.Table]
  /// Sums that are finished in memory of their own, and views that are stored at the end.
  private(set) var stored: [Int: Place] = [:]
  private var converted: [Conversion: Place] = [:]
  private var shared: [SharedKey: Program.Storage] = [:]
  private let kernelNames = NameSupply()
  let operations: (all: [Program.Operation], ofNode: [[Int]])

  /// Steps of the program and where the schedule has them.
  struct ScheduledStep {
    enum Content {
      case kernel(Int, [Program.Storage])
      case steps([Program.Step])
    }
    var slot: Levels.Slot
    var content: Content
  }

  /// A value in another layout.
  private struct Conversion: Hashable {
    var value: Value
    var layout: StorageLayout
  }

  /// What is computed of a value for several nodes.
  struct SharedKey: Hashable {
    var value: Value
    var kind: String
  }

  init(
    _ analysis: AnalyzedGraph, _ choices: [Plans.Choice?], _ layouts: LayoutAssignment, _ schedule: BatchSchedule, _ memory: PlannedMemory
  ) throws {
    (self.analysis, self.choices, self.layouts, self.schedule, self.memory) = (analysis, choices, layouts, schedule, memory)
    (temporaries, tables) = (memory.temporaries, memory.tables)
    operations = analysis.graph.namedOperations
    // A sum's last step, and a conversion, go to the level on which what they read is ready.
    let slots = schedule.levels.slots.compactMap { $0 }.sorted()
    for (order, slot) in slots.enumerated() {
      temporaries.order = order
      if let index = slot.node { try emit(index, at: slot) }
    }
    temporaries.order = slots.count
    try deliverResults()
  }

  private func emit(_ index: Int, at slot: Levels.Slot) throws {
    let node = graph.nodes[index]
    do {
      if let scan = node.operation as? Scan {
        try emitLoop(scan, node, slot)
      } else if let choice = choices[index] {
        let site = KernelSite(self, NodeView(analysis: analysis, index: index), slot, choice)
        try choice.plan.emit(try site.converting(choice.conversions))
      }
    } catch let error as MartletError where error.kind == .lowering && error.location == nil {
      throw MartletError(
        error, "\(node.mnemonic) (%\(node.results.map { analysis.name(of: $0) }.joined(separator: ", %"))): \(error.message)",
        at: node.origin?.location)
    }
    // A sum that is a result is finished in the result's memory.
    for value in node.results {
      guard case .sum(let sum) = memory.written(value), case .memory(let place) = memory.sources[value.id] else { continue }
      try emitCopyOfSum(sum, value, to: place, level: slot.level + 1)
    }
  }

  // MARK: Kernels

  /// Adds a kernel and the launch or call that runs it.
  func add(_ kernel: Kernel, _ storages: [Program.Storage], at slot: Levels.Slot, note: String? = nil, alternatives: [String] = []) {
    guard kernel.over > 0 else { return }
    add(
      LoweredKernel(
        kernel, note: note, alternatives: alternatives, operations: slot.node.map { operations.ofNode[$0] } ?? [], level: slot.level))
    steps.append(ScheduledStep(slot: slot, content: .kernel(kernels.count - 1, storages)))
  }

  /// Adds a kernel that steps added by the caller run.
  func add(_ kernel: LoweredKernel) { kernels.append(kernel) }

  func add(_ steps: [Program.Step], at slot: Levels.Slot) { self.steps.append(ScheduledStep(slot: slot, content: .steps(steps))) }

  func freshKernelName(_ name: String) -> String { kernelNames.fresh(name) }

  func newTemporary(_ name: String, _ type: TensorType, _ space: MemorySpace = .global) -> Program.Storage {
    temporaries.add(name, type, space)
  }

  /// Notes that the node whose kernels are made uses the memory of another node's result.
  func uses(_ storage: Program.Storage) { temporaries.moveUp(storage) }

  /// The number of a constant in memory; equal ones are there once.
  func table(_ table: Program.Table) -> Int {
    if let known = tables.firstIndex(where: { $0.tensor == table.tensor }) { return known }
    tables.append(table)
    return tables.count - 1
  }

  func name(of storage: Program.Storage) -> String {
    switch storage.root {
    case .parameter(let index): graph.parameters[index].name
    case .result(let index): analysis.name(of: graph.results[index].value)
    case .temporary(let index): temporaries.all[index].name
    case .slice: "slice"
    case .table(let index): tables[index].name
    }
  }

  // MARK: Places

  func source(of value: Value) -> ValueSource? { stored[value.id].map { .memory($0) } ?? memory.sources[value.id] }

  /// From now on a value is read from memory in which it is stored as a tensor.
  func store(_ value: Value, in place: Place) { stored[value.id] = place }

  /// The memory of a value; for a view that only regroups axes that of its operand. Nil for a view that must be computed, or a
  /// sum that is not finished.
  func place(of value: Value) -> Place? {
    switch source(of: value) {
    case .memory(let place): return place
    case .view(let index):
      let node = graph.nodes[index]
      guard node.operation is Reshape, let place = place(of: node.operands[0]) else { return nil }
      if layouts.image(of: node.operands[0]) == value {
        return Place(storage: place.storage, type: graph.type(of: value), layout: layouts.layout(value), space: place.space)
      }
      return place.layout.flattened(from: place.type.shape, to: graph.type(of: value).shape).map {
        Place(storage: place.storage, type: graph.type(of: value), layout: $0, space: place.space)
      }
    case .sum, .slices, nil: return nil
    }
  }

  /// A value that is not divided into samples, in another layout: converted once a step.
  func place(of value: Value, in layout: StorageLayout) throws -> Place {
    if case .memory(let place) = source(of: value), place.layout == layout { return place }
    let key = Conversion(value: value, layout: layout)
    if let known = converted[key] { return known }
    let type = graph.type(of: value)
    let name = analysis.name(of: value)
    let shape = Place.shape(layout, .global, tile: 0)
    let place = Place(storage: newTemporary("\(name).packed", TensorType(type.dtype, Shape(shape))), type: type, layout: layout)
    try emitCopy(of: value, to: place, at: .whole(schedule.readyLevel(value, graph)), name: "\(name).pack")
    converted[key] = place
    return place
  }

  /// The memory of what is computed of a value for several nodes: `make` is called for the first of them.
  func shared(_ key: SharedKey, _ make: () throws -> Program.Storage) throws -> Program.Storage {
    if let known = shared[key] { return known }
    let made = try make()
    shared[key] = made
    return made
  }
}
