import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Turns a graph into a program: one kernel a node (a fusion is one node), views read through, updates in place where that is safe. What can
/// run sample by sample runs depth first in batch regions; templates make the kernels of convolutions and products, general lowering those
/// of everything else.
package final class GraphLowering {
  /// How a graph is lowered.
  package struct Options: Hashable, Sendable {
    /// Whether the nodes that run sample by sample share batch regions; on a GPU, whether independent kernels share launches.
    package var isDepthFirst: Bool
    /// Whether templates are used, and on a GPU tiles and split reductions; without them general lowering makes every kernel.
    package var usesTemplates: Bool
    /// The name of a scalar result, the loss: unless it is finite a run updates no variable.
    package var guardingResult: String?
    /// On a GPU: a number of a tile to take in place of the best one, for tests.
    package var tileNumber: Int?
    /// Whether the graph is a step of a loop: its inputs are not checked before it runs, and no batch is guessed.
    var isLoopBody = false

    package init(isDepthFirst: Bool = true, usesTemplates: Bool = true, guardingResult: String? = nil) {
      self.isDepthFirst = isDepthFirst
      self.usesTemplates = usesTemplates
      self.guardingResult = guardingResult
    }
  }

  let graph: Graph
  let target: Target
  let options: Options
  /// On a GPU: of which tiles sums of products are made.
  let tiles: ContractionTile.Choice
  let valueNames: [String]
  /// For each value the nodes that read it.
  let users: [[Int]]
  let nodeElements: [NodeElements?]
  let isLive: [Bool]
  /// Nodes without a kernel: their expression is inlined into each reader.
  let isReadThrough: [Bool]
  let batch: BatchAnalysis
  let levels: Levels
  let layouts: LayoutAssignment
  /// Samples in flight in a region.
  let tile: Int
  let shards: Int
  /// Samples of the longest shard.
  let longestShard: Int
  /// Every call's range begins and ends on a multiple of this: how many samples a kernel may work on at a time.
  let sampleMultiple: Int

  var sources: [Int: ValueSource] = [:]
  /// The memory that is reserved for results.
  var reserved: [Int: ValueSource] = [:]
  /// Sums that a kernel of another node makes.
  var summed: Set<Value> = []
  /// Memory that holds what is computed of a value for several nodes.
  var derived: [DerivedKey: Program.Storage] = [:]
  var converted: [Conversion: Place] = [:]
  var temporaries: [Program.Temporary] = []
  /// Constants in memory.
  var tables: [Program.Table] = []
  var kernels: [EmittedKernel] = []
  /// For each level the launches over whole tensors, and the calls of each region.
  var launches: [[Program.Step]]
  var calls: [[[BatchRegion.Call]]]
  let kernelNames = NameSupply()

  struct DerivedKey: Hashable {
    var value: Value
    var kind: String
  }

  /// A value in another layout.
  struct Conversion: Hashable {
    var value: Value
    var layout: StorageLayout
  }

  /// Throws what `verify` finds, and `.lowering` that names the node when a kernel cannot be made or does not verify.
  package static func lower(_ graph: Graph, for target: Target, _ options: Options = Options()) throws -> Program {
    try graph.verify()
    var options = options
    // Templates are made of a processor's vectors.
    let mergesLaunches = target.isGPU && options.isDepthFirst
    let tiles: ContractionTile.Choice =
      !target.isGPU || !options.usesTemplates ? .none : options.tileNumber.map { .numbered($0) } ?? .best
    if target.isGPU { options.usesTemplates = false }
    let program = try program(graph, for: target, options, tiles)
    return target.isGPU ? try program.mappedToGPU(sharesLaunches: mergesLaunches) : program
  }

  /// The program before its kernels are mapped to the threads of a GPU.
  static func program(_ graph: Graph, for target: Target, _ options: Options, _ tiles: ContractionTile.Choice) throws -> Program {
    let graph = try graph.withoutEmptyValues().withTablesOutsideFusions()
    var untaken: Set<Fusion> = []
    while true {
      var splits: [Program.SplitFusion] = []
      func reason(_ fusion: Fusion, _ operands: [Value]) -> String? {
        if target.isGPU { return "a GPU kernel computes results of one shape" }
        if !options.usesTemplates { return "no templates are used" }
        if untaken.contains(fusion) {
          return "its operands have another layout than the template needs, or it is not in a batch region"
        }
        return Templates.refusal(fusion, operands, target)
      }
      func split(_ graph: Graph) throws -> Graph {
        try graph.splittingFusions { fusion, operands in
          guard let reason = reason(fusion, operands) else { return false }
          let split = Program.SplitFusion(name: fusion.name, sources: fusion.region.nodes.compactMap(\.origin?.source), reason: reason)
          if !splits.contains(split) { splits.append(split) }
          return true
        }
      }
      // What stays together the first time may be split the second time.
      let kept = try split(try split(graph))
      do {
        var program = try GraphLowering(OrderedGraph(kept), target, options, tiles).run()
        program.splitFusions = splits
        return program
      } catch let error as UntakenFusion {
        // It is split the next time: this ends.
        untaken.insert(error.fusion)
      }
    }
  }

  /// A fusion with results of several shapes turns out to have no template where it stands, outside of a batch region for example.
  struct UntakenFusion: Error {
    var fusion: Fusion
  }

  private init(_ ordered: OrderedGraph, _ target: Target, _ options: Options, _ tiles: ContractionTile.Choice) throws {
    let graph = ordered.graph
    self.graph = graph
    self.tiles = tiles
    self.target = target
    self.options = options
    valueNames = ordered.names
    users = graph.users
    let isLive = graph.liveNodes
    self.isLive = isLive
    nodeElements = try graph.nodes.enumerated().map { index, node in
      isLive[index] ? try node.elements(in: graph) : nil
    }
    batch =
      target.isGPU
      ? BatchAnalysis(undivided: graph)
      : try BatchAnalysis(
        graph, isLive: isLive, elements: nodeElements, guesses: !options.isLoopBody)
    isReadThrough =
      target.isGPU && options.isDepthFirst
      ? try GraphLowering.inlined(graph, isLive: isLive, nodeElements, usesTiles: tiles != .none)
      : GraphLowering.readThroughViews(graph, nodeElements)
    var levels =
      options.isDepthFirst
      ? LateRegions.levels(ordered, batch.roles, isLive: isLive, isView: isReadThrough)
      : Levels(ordered, batch.roles, isLive: isLive, isView: isReadThrough, isDepthFirst: false)
    layouts =
      options.usesTemplates ? LayoutAssignment(ordered, batch.roles, nodeElements, target) : LayoutAssignment(rowMajor: graph, target)
    let sumBytes = zip(graph.types, batch.roles).reduce(0) { $0 + ($1.1 == .sum ? $1.0.byteCount : 0) }
    shards = BatchRegion.shardCount(samples: batch.samples ?? 1, sumBytes: sumBytes)
    let templateBytes = options.usesTemplates ? graph.nodes.map { WinogradTemplates.transformedByteCount($0, graph, target) }.max() ?? 0 : 0
    tile = GraphLowering.tile(graph, batch, levels, layouts, templateBytes: templateBytes)
    let region = BatchRegion(samples: batch.samples ?? 1, shards: shards, tile: tile, calls: [])
    longestShard = region.longestShard
    levels.runOncePerShard(
      OncePerShard.nodes(graph, batch, tile: tile, shard: longestShard), graph, isView: isReadThrough, hasSeveralTiles: tile < longestShard)
    self.levels = levels
    let bounds = [tile] + (0..<shards).map { region.samples(ofShard: $0).upperBound }
    sampleMultiple = [4, 2].first { multiple in bounds.allSatisfy { $0 % multiple == 0 } } ?? 1
    launches = [[Program.Step]](repeating: [], count: levels.levelCount + 1)
    calls = levels.regionCounts.map { [[BatchRegion.Call]](repeating: [], count: $0) }
  }

  /// As many samples in flight as fill about a quarter of a second-level cache with their intermediate values, or with what one kernel keeps
  /// of a sample for the next (`templateBytes`); at most 16: a shard. More samples share what is read of weights and written of their gradients.
  private static func tile(
    _ graph: Graph, _ batch: BatchAnalysis, _ levels: Levels, _ layouts: LayoutAssignment, templateBytes: Int
  ) -> Int {
    let bytes = graph.nodes.flatMap(\.results).filter { batch.roles[$0.id] == .sample && !levels.isGlobal[$0.id] }
      .reduce(0) { sum, value in
        sum + layouts.layout(value, graph).shape.extents.dropFirst().reduce(graph.type(of: value).dtype.byteCount, *)
      }
    var tile = 16
    while tile > 1, tile * max(bytes, templateBytes) > 256 * 1024 { tile /= 2 }
    return tile
  }

  private func run() throws -> Program {
    for index in graph.parameters.indices {
      let type = graph.parameters[index].type
      sources[graph.parameterValue(index).id] = .memory(Place(storage: .parameter(index), type: type, layout: .rowMajor(type.shape)))
    }
    let results = graph.results.map { result in
      Program.Result(
        name: result.name, type: graph.type(of: result.value), updates: graph.parameterIndex(named: result.name))
    }
    let homes = resultHomes(results)
    for (index, node) in graph.nodes.enumerated() where isLive[index] && isReadThrough[index] {
      sources[node.results[0].id] = try table(node) ?? .view(node: index)
    }
    // A sum's last step, and a conversion, go to the level on which what they read is ready.
    for slot in levels.slots.compactMap({ $0 }).sorted() { try lower(slot, results, homes) }
    try deliver(results, homes)
    let limits = try graph.inputIndexLimits()
    let operations = graph.namedOperations
    let kernels = kernels.map { $0.lowered(operations.ofNode) }
    let (steps, updateGuard) = try guarded(allSteps(kernels), kernels, results)
    let (launches, loops) = Program.Step.list(steps)
    var program = try Program(
      name: graph.name,
      parameters: graph.parameters.enumerated().map {
        Program.Parameter(name: $0.element.name, role: $0.element.role, type: $0.element.type, indexLimit: limits[$0.offset])
      },
      results: results, kernels: kernels, launches: launches, temporaries: temporaries, tables: tables,
      operations: operations.all, updateGuard: updateGuard, loops: loops)
    program.batchNotes = batchNotes
    return program
  }

  /// For `explain`: which inputs are divided into samples, and which nodes are not although they read samples.
  private var batchNotes: [String] {
    guard !target.isGPU else { return [] }
    guard let samples = batch.samples else {
      return ["No input is divided into samples: every kernel runs over whole tensors. Declare the batch with {batch = 0} behind an input."]
    }
    func names(_ indices: [Int]) -> String { indices.map { "%\(graph.parameters[$0].name)" }.joined(separator: ", ") }
    let divided = graph.parameters.indices.filter { batch.roles[$0] == .sample }
    let isDeclared = graph.parameters.contains { $0.batchAxis != nil }
    var notes = [
      "The batch of \(samples) samples runs in \(shards) shard\(shards == 1 ? "" : "s"): "
        + (isDeclared ? "declared by \(names(divided))." : "guessed from \(names(divided)); declare it with {batch = 0} behind an input.")
    ]
    let otherAxes = graph.parameters.indices.filter { graph.parameters[$0].batchAxis ?? 0 != 0 }
    if !otherAxes.isEmpty { notes.append("\(names(otherAxes)): samples along another axis than the first are read as a whole tensor.") }
    for (index, node) in graph.nodes.enumerated() where isLive[index] && !isReadThrough[index] {
      guard node.operands.contains(where: { batch.roles[$0.id] == .sample }), let result = node.results.first,
        batch.roles[result.id] == .whole
      else { continue }
      notes.append("\(kernelName(node)) is computed for all samples at once: a sample of its result reads other samples than its own.")
    }
    return notes
  }

  /// The steps with all updates behind the result that guards them, if the options name one.
  private func guarded(
    _ steps: [Program.Step], _ kernels: [LoweredKernel], _ results: [Program.Result]
  ) throws -> ([Program.Step], Program.UpdateGuard?) {
    guard let name = options.guardingResult, let position = results.firstIndex(where: { $0.name == name && $0.updates == nil }),
      results[position].type == TensorType(.f32, [])
    else { return (steps, nil) }
    guard let (free, held) = Program.guarding(steps, kernels, by: position) else {
      throw MartletError(
        LoweringErrorCode.updatesCannotWait,
        "graph @\(graph.name): the result \(name) is ready only when variables have been updated: it cannot guard them")
    }
    // On a GPU each kernel that changes a variable reads the result itself, so none is skipped; all of them stand behind the result too.
    let first = Program.Step.list(target.isGPU ? free + held : free).launches.count
    return (free + held, Program.UpdateGuard(result: position, launch: first))
  }

  private func allSteps(_ kernels: [LoweredKernel]) -> [Program.Step] {
    zip(launches, calls).flatMap { launches, regions in
      Program.Step.byDepth(launches, kernels)
        + regions.filter { !$0.isEmpty }.map { calls in
          .launch(.region(BatchRegion(samples: batch.samples ?? 0, shards: shards, tile: tile, calls: calls)))
        }
    }
  }

  /// `value` is what it holds, unless that is something derived from a value.
  func newTemporary(
    _ name: String, _ type: TensorType, _ space: MemorySpace = .global, holding value: Value? = nil
  ) -> Program.Storage {
    var source: Program.Temporary.Source?
    if let value, case .node(let index, let result) = graph.definition(of: value), let node = graph.nodes[index].origin?.source {
      source = Program.Temporary.Source(node: node, result: result)
    }
    temporaries.append(Program.Temporary(name: name, type: type, space: space, source: source))
    return .temporary(temporaries.count - 1)
  }

  /// The longest range of samples that a kernel is called with.
  func longestRange(at slot: Levels.Slot) -> Int { slot.isOncePerShard ? longestShard : tile }

  // MARK: Nodes

  private func lower(_ slot: Levels.Slot, _ results: [Program.Result], _ homes: [Int: Int]) throws {
    guard let number = slot.node else { return }
    let node = graph.nodes[number]
    do {
      if let scan = node.operation as? Scan {
        let made = try emitLoop(scan, node, at: slot, node.results.map { try reserve($0, at: slot, results, homes) })
        for (value, source) in zip(node.results, made) { sources[value.id] = source }
        return
      }
      if tiles != .none, let sliced = try emitSlices(of: number, at: slot) {
        sources[node.results[0].id] = .slices(sliced)
        return
      }
      let site = TemplateSite(lowering: self, node: node, slot: slot)
      let fresh = try node.results.map { try reserve($0, at: slot, results, homes) }
      var made = fresh
      if try !(options.usesTemplates && Templates.emit(site, &made)) { made = try emitGeneral(number, at: slot, fresh) }
      for (value, source) in zip(node.results, made) { sources[value.id] = source }
    } catch let error as MartletError where error.kind == .lowering && error.location == nil {
      throw MartletError(
        error, "\(node.mnemonic) (%\(node.results.map { valueNames[$0.id] }.joined(separator: ", %"))): \(error.message)",
        at: node.origin?.location)
    }
    // A sum that is a result is finished in the result's memory.
    for value in node.results {
      guard case .sum(let sum) = sources[value.id], let home = homes[value.id] else { continue }
      let storage = results[home].updates.map { Program.Storage.parameter($0) } ?? .result(home)
      let type = graph.type(of: value)
      let place = Place(storage: storage, type: type, layout: .rowMajor(type.shape))
      try emitCopyOfSum(sum, value, to: place, level: slot.level + 1)
      sources[value.id] = .memory(place)
    }
  }

  /// Adds a kernel and the launch or call that runs it.
  func add(_ kernel: Kernel, _ storages: [Program.Storage], at slot: Levels.Slot, note: String? = nil, alternatives: [String] = []) {
    guard kernel.over > 0 else { return }
    kernels.append(EmittedKernel(kernel: kernel, node: slot.node, level: slot.level, note: note, alternatives: alternatives))
    if let region = slot.region {
      calls[slot.level][region].append(
        BatchRegion.Call(kernel: kernels.count - 1, storages: storages, isOncePerShard: slot.isOncePerShard))
    } else {
      launches[slot.level].append(.launch(.kernel(kernels.count - 1, storages)))
    }
  }

  /// The layer, then what the kernel computes: `conv1.0.conv2d_add_relu`.
  func kernelName(_ node: Node) -> String {
    let operation = (node.operation as? Fusion)?.name ?? (node.operation as? Scan)?.name ?? node.mnemonic
    return node.origin?.layer.map { "\($0).\(operation)" } ?? operation
  }

  func freshKernelName(_ name: String) -> String { kernelNames.fresh(name) }
}
