import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Turns a graph into a program: one kernel a node (a fusion is one node), views read through, updates in place where that is safe. What can
/// run sample by sample runs depth first in batch regions; templates make the kernels of convolutions and products, general lowering those
/// of everything else.
public final class GraphLowering {
  /// How a graph is lowered.
  public struct Options: Hashable, Sendable {
    /// Whether the nodes that run sample by sample share batch regions.
    public var isDepthFirst: Bool
    /// Whether templates are asked; without them general lowering makes every kernel.
    public var usesTemplates: Bool

    public init(isDepthFirst: Bool = true, usesTemplates: Bool = true) {
      self.isDepthFirst = isDepthFirst
      self.usesTemplates = usesTemplates
    }
  }

  let graph: Graph
  let target: Target
  private let options: Options
  let valueNames: [String]
  let nodeElements: [NodeElements?]
  let isLive: [Bool]
  let batch: BatchAnalysis
  let levels: Levels
  let layouts: LayoutAssignment
  /// Samples in flight in a region.
  let tile: Int
  let shards: Int
  /// Every call's range begins and ends on a multiple of this: how many samples a kernel may work on at a time.
  let sampleMultiple: Int

  private var sources: [Int: ValueSource] = [:]
  /// Memory that holds what is computed of a value for several nodes.
  var derived: [DerivedKey: Program.Storage] = [:]
  private var converted: [Conversion: Place] = [:]
  private var temporaries: [Program.Temporary] = []
  private var kernels: [Kernel] = []
  /// For each kernel the node that it computes; -1 for what moves data.
  private var kernelNodes: [Int] = []
  private var kernelNotes: [String] = []
  /// For each level the launches over whole tensors, and the calls of each region.
  private var launches: [[Program.Launch]]
  private var calls: [[[BatchRegion.Call]]]
  private let kernelNames = NameSupply()

  struct DerivedKey: Hashable {
    var value: Value
    var kind: String
  }

  /// A value in another layout.
  private struct Conversion: Hashable {
    var value: Value
    var layout: StorageLayout
  }

  /// Throws `.lowering` that names the node when a kernel cannot be made or does not verify.
  public static func lower(_ graph: Graph, for target: Target, _ options: Options = Options()) throws -> Program {
    let kept = try graph.splittingFusions { !options.usesTemplates || !Templates.takes($0, $1.operands, target) }
    do { return try GraphLowering(kept, target, options).run() } catch is UntakenFusion {
      return try GraphLowering(try graph.splittingFusions { _, _ in true }, target, options).run()
    }
  }

  /// A fusion with results of several shapes turns out to have no template where it stands, outside of a batch region for example.
  private struct UntakenFusion: Error {}

  private init(_ graph: Graph, _ target: Target, _ options: Options) throws {
    self.graph = graph
    self.target = target
    self.options = options
    valueNames = graph.printedNames
    let isLive = graph.liveNodes
    self.isLive = isLive
    nodeElements = try graph.nodes.enumerated().map { index, node in
      guard isLive[index], (node.operation as? Fusion)?.hasOneShape ?? true else { return nil }
      return try NodeElements(node, graph)
    }
    batch = try BatchAnalysis(graph, isLive: isLive, elements: nodeElements)
    levels = Levels(
      graph, batch.roles, isLive: isLive, isView: nodeElements.map { $0?.isView ?? false }, isDepthFirst: options.isDepthFirst)
    layouts = options.usesTemplates ? LayoutAssignment(graph, batch.roles, nodeElements, target) : LayoutAssignment(rowMajor: graph, target)
    shards = BatchRegion.shardCount(samples: batch.samples ?? 1)
    tile = GraphLowering.tile(graph, batch, levels, layouts)
    let region = BatchRegion(samples: batch.samples ?? 1, shards: shards, tile: tile, calls: [])
    let bounds = [tile] + (0..<shards).map { region.samples(ofShard: $0).upperBound }
    sampleMultiple = [4, 2].first { multiple in bounds.allSatisfy { $0 % multiple == 0 } } ?? 1
    launches = [[Program.Launch]](repeating: [], count: levels.levelCount + 1)
    calls = levels.regionCounts.map { [[BatchRegion.Call]](repeating: [], count: $0) }
  }

  /// As many samples in flight as fill about a quarter of a second-level cache with their intermediate values, at most 16: a shard. More samples
  /// share what is read of weights and written of their gradients.
  private static func tile(_ graph: Graph, _ batch: BatchAnalysis, _ levels: Levels, _ layouts: LayoutAssignment) -> Int {
    let bytes = graph.nodes.flatMap(\.results).filter { batch.roles[$0.id] == .sample && !levels.isGlobal[$0.id] }
      .reduce(0) { sum, value in
        sum + layouts.layout(value, graph).shape.extents.dropFirst().reduce(graph.type(of: value).dtype.byteCount, *)
      }
    var tile = 16
    while tile > 1, tile * bytes > 256 * 1024 { tile /= 2 }
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
    for index in graph.nodes.indices where isLive[index] && nodeElements[index]?.isView ?? false { lowerView(index) }
    // A sum's last step, and a conversion, go to the level on which what they read is ready.
    for slot in levels.slots.compactMap({ $0 }).sorted() { try lower(slot, results, homes) }
    try deliver(results, homes)
    let limits = try graph.inputIndexLimits()
    let operations = graph.namedOperations
    return try Program(
      name: graph.name,
      parameters: graph.parameters.enumerated().map {
        Program.Parameter(name: $0.element.name, role: $0.element.role, type: $0.element.type, indexLimit: limits[$0.offset])
      },
      results: results, kernels: kernels, launches: allLaunches(), temporaries: temporaries, operations: operations.all,
      kernelOperations: kernelNodes.map { $0 < 0 ? [] : operations.ofNode[$0] }, kernelNotes: kernelNotes)
  }

  private func allLaunches() -> [Program.Launch] {
    zip(launches, calls).flatMap { launches, regions in
      Program.Launch.byDepth(launches, kernels)
        + regions.filter { !$0.isEmpty }.map { calls in
          .region(BatchRegion(samples: batch.samples ?? 0, shards: shards, tile: tile, calls: calls))
        }
    }
  }

  // MARK: Results

  /// Which value is written straight into the memory of which result: each value has one home.
  private func resultHomes(_ results: [Program.Result]) -> [Int: Int] {
    var homes: [Int: Int] = [:]
    for (position, result) in graph.results.enumerated() {
      guard case .node(let index, _) = graph.definition(of: result.value), homes[result.value.id] == nil, levels.slots[index] != nil,
        layouts.layout(result.value, graph).isRowMajor
      else { continue }
      if let parameter = results[position].updates, !canUpdateInPlace(parameter, node: index) { continue }
      homes[result.value.id] = position
    }
    return homes
  }

  /// The node may overwrite the parameter: it reads it at the element's own index only, nobody reads the old value later, and the old
  /// value is no result itself. In a region, where other samples are still to come, nobody else may read it at all.
  private func canUpdateInPlace(_ parameter: Int, node: Int) -> Bool {
    let value = graph.parameterValue(parameter)
    // A view that is a result is computed when all nodes have run.
    guard let elements = nodeElements[node], let slot = levels.slots[node],
      !graph.results.contains(where: { isView($0.value, of: value) })
    else { return false }
    for (index, other) in graph.nodes.enumerated() {
      guard let reader = levels.slots[index], index != node, slot.region != nil || reader > slot else { continue }
      if other.operands.contains(where: { isView($0, of: value) }) { return false }
    }
    let operands = graph.nodes[node].operands
    return ElementAnalysis().reads(elements.elements).allSatisfy { read in
      let operand = operands[read.operand]
      // A view of the parameter may read it anywhere.
      guard operand == value else { return !isView(operand, of: value) }
      return read.folds.isEmpty && read.index == elements.index
    }
  }

  /// Whether a value is the other one, or what is seen of it through views.
  private func isView(_ value: Value, of other: Value) -> Bool {
    if value == other { return true }
    guard case .node(let producer, _) = graph.definition(of: value), nodeElements[producer]?.isView == true else { return false }
    return graph.nodes[producer].operands.contains { isView($0, of: other) }
  }

  /// Copies what was not computed in place. Results that keep nothing go first; a variable whose new value is another variable's old one
  /// goes through a temporary.
  private func deliver(_ results: [Program.Result], _ homes: [Int: Int]) throws {
    var updates: [(from: Program.Storage, to: Program.Storage)] = []
    for (position, result) in graph.results.enumerated() where homes[result.value.id] != position {
      guard let updated = results[position].updates else {
        let source = try rowMajor(result.value, in: .result(position))
        if source != .result(position) { launches[levels.levelCount].append(.copy(from: source, to: .result(position))) }
        continue
      }
      let target = Program.Storage.parameter(updated)
      let source = try rowMajor(result.value, in: nil)
      guard source != target else { continue }
      guard case .parameter = source else {
        updates.append((source, target))
        continue
      }
      let temporary = newTemporary("\(result.name).new", results[position].type)
      launches[levels.levelCount].append(.copy(from: source, to: temporary))
      updates.append((temporary, target))
    }
    for update in updates { launches[levels.levelCount].append(.copy(from: update.from, to: update.to)) }
  }

  /// The memory that holds a value in the order of its elements; one that is a view or lies otherwise is computed at the end, into the
  /// memory that is offered or some of its own.
  private func rowMajor(_ value: Value, in offered: Program.Storage?) throws -> Program.Storage {
    let type = graph.type(of: value)
    if case .memory(let place) = sources[value.id], place.layout.isRowMajor { return place.storage }
    let place = Place(
      storage: offered ?? newTemporary(valueNames[value.id], type), type: type, layout: .rowMajor(type.shape))
    try emitCopy(of: value, to: place, level: levels.levelCount, name: "copy")
    sources[value.id] = .memory(place)
    return place.storage
  }

  func newTemporary(_ name: String, _ type: TensorType, _ space: MemorySpace = .global) -> Program.Storage {
    temporaries.append(Program.Temporary(name: name, type: type, space: space))
    return .temporary(temporaries.count - 1)
  }

  // MARK: Nodes

  private func lowerView(_ index: Int) {
    sources[graph.nodes[index].results[0].id] = .view(node: index)
  }

  private func lower(_ slot: Levels.Slot, _ results: [Program.Result], _ homes: [Int: Int]) throws {
    let node = graph.nodes[slot.node]
    do {
      let site = TemplateSite(lowering: self, node: node, slot: slot)
      let fresh = try node.results.map { try newSource(of: $0, at: slot, results, homes) }
      let made = try options.usesTemplates && Templates.emit(site, fresh) ? fresh : emitGeneral(slot, fresh)
      for (value, source) in zip(node.results, made) { sources[value.id] = source }
    } catch let error as MartletError where error.kind == .lowering && error.location == nil {
      throw MartletError(
        .lowering, "\(node.mnemonic) (%\(node.results.map { valueNames[$0.id] }.joined(separator: ", %"))): \(error.message)",
        at: node.origin?.location, advice: error.advice)
    }
    // A sum that is a result is finished where the result lies.
    for value in node.results {
      guard case .sum(let sum) = sources[value.id], let home = homes[value.id] else { continue }
      let storage = results[home].updates.map { Program.Storage.parameter($0) } ?? .result(home)
      let type = graph.type(of: value)
      let place = Place(storage: storage, type: type, layout: .rowMajor(type.shape))
      try emitCopyOfSum(sum, value, to: place, level: slot.level + 1)
      sources[value.id] = .memory(place)
    }
  }

  /// Where a result of a node will lie.
  private func newSource(
    of value: Value, at slot: Levels.Slot, _ results: [Program.Result], _ homes: [Int: Int]
  ) throws -> ValueSource {
    let type = graph.type(of: value)
    let name = valueNames[value.id]
    if batch.roles[value.id] == .sum {
      var sum = ShardedSum(storage: .result(0), shards: shards, type: type, layout: sumLayout(of: value), finish: { $1 })
      transformSum(&sum, of: value, at: slot)
      sum.storage = newTemporary("\(name).shards", TensorType(type.dtype, Shape(sum.shape)), .shard)
      return .sum(sum)
    }
    if let home = homes[value.id] {
      let storage = results[home].updates.map { Program.Storage.parameter($0) } ?? .result(home)
      return .memory(Place(storage: storage, type: type, layout: .rowMajor(type.shape)))
    }
    let space: MemorySpace = slot.region == nil || levels.isGlobal[value.id] ? .global : .worker
    let layout = layouts.layout(value, graph)
    let shape = Place.shape(layout, space, tile: tile)
    return .memory(
      Place(storage: newTemporary(name, TensorType(type.dtype, Shape(shape)), space), type: type, layout: layout, space: space))
  }

  /// The filter gradient of a Winograd convolution is summed transformed.
  private func transformSum(_ sum: inout ShardedSum, of value: Value, at slot: Levels.Slot) {
    guard options.usesTemplates, let node = graph.producer(of: value), let gradient = node.operation as? Convolution2DFilterGradient,
      let shape = WinogradTemplates.shape(gradient, node.operands.map { graph.type(of: $0).shape }, graph.type(of: value).dtype, target),
      place(of: node.operands[0])?.layout.isChannelsLast(shape.channelLanes) ?? false,
      place(of: node.operands[1])?.layout.isChannelsLast(shape.outputLanes) ?? false
    else { return }
    let kernels = WinogradKernels(shape: shape, site: TemplateSite(lowering: self, node: node, slot: slot))
    sum.transformedExtents = [shape.frequencies, shape.channels, shape.paddedOutputs]
    sum.finishKernel = { try kernels.finishFilterGradient($0, $1, $2) }
  }

  /// How the shards of a sum lie: as the template of its node writes them.
  private func sumLayout(of value: Value) -> StorageLayout {
    let shape = graph.type(of: value).shape
    guard options.usesTemplates, let node = graph.producer(of: value), graph.type(of: value).dtype == .f32 else { return .rowMajor(shape) }
    switch node.operation {
    case let fusion as Fusion:
      guard let gradients = PooledGradients(fusion, node.operands), let result = node.results.firstIndex(of: value) else {
        return .rowMajor(shape)
      }
      return Templates.sumLayout(gradients, result, shape, target)
    case let gradient as Convolution2DFilterGradient where gradient.geometry.groups == 1:
      return .filterGradient(shape, lanes: target.channelLanes(shape[0]))
    case let product as MatrixMultiply where product.transposeLHS && !product.transposeRHS && shape.rank == 2:
      guard let features = place(of: node.operands[1])?.layout, features.isSamplesOfFeatures else { return .rowMajor(shape) }
      return .weights(shape, features: features, axis: 1)
    default: return .rowMajor(shape)
    }
  }

  /// Adds a kernel and the launch or call that runs it.
  func add(_ kernel: Kernel, _ storages: [Program.Storage], at slot: Levels.Slot, note: String = "") {
    guard kernel.over > 0 else { return }
    kernels.append(kernel)
    kernelNotes.append(note)
    kernelNodes.append(slot.node)
    if let region = slot.region {
      calls[slot.level][region].append(BatchRegion.Call(kernel: kernels.count - 1, storages: storages))
    } else {
      launches[slot.level].append(.kernel(kernels.count - 1, storages))
    }
  }

  /// Adds a launch over whole tensors.
  func addWhole(_ kernel: Kernel, _ storages: [Program.Storage], level: Int, note: String) {
    add(kernel, storages, at: Levels.Slot(level: level, region: nil, node: -1), note: note)
  }

  /// The layer, then what the kernel computes: `conv1.0.conv2d_add_relu`.
  func kernelName(_ node: Node) -> String {
    let operation = (node.operation as? Fusion)?.name ?? node.mnemonic
    return node.origin?.layer.map { "\($0).\(operation)" } ?? operation
  }

  func freshKernelName(_ name: String) -> String { kernelNames.fresh(name) }

  // MARK: Places for templates

  /// Where a value lies; views of another shape are seen through when they only regroup axes. Nil for a view that must be computed, or a
  /// sum that is not finished.
  func place(of value: Value) -> Place? {
    switch sources[value.id] {
    case .memory(let place): return place
    case .view(let index):
      let node = graph.nodes[index]
      guard node.operation is Reshape, let place = place(of: node.operands[0]) else { return nil }
      if layouts.image(of: node.operands[0]) == value {
        return Place(storage: place.storage, type: graph.type(of: value), layout: layouts.layout(value, graph), space: place.space)
      }
      guard let layout = place.layout.flattened(from: place.type.shape, to: graph.type(of: value).shape)
      else { return nil }
      return Place(storage: place.storage, type: graph.type(of: value), layout: layout, space: place.space)
    case .sum, nil: return nil
    }
  }

  func place(of operand: OperationChain.Operand) -> Place? {
    guard let place = place(of: operand.value) else { return nil }
    guard place.type.shape != operand.shape else { return place }
    return place.layout.flattened(from: place.type.shape, to: operand.shape).map {
      Place(storage: place.storage, type: TensorType(place.type.dtype, operand.shape), layout: $0, space: place.space)
    }
  }

  /// A value that is not divided into samples, in another layout: converted once a step.
  func place(of value: Value, in layout: StorageLayout) throws -> Place {
    if case .memory(let place) = sources[value.id], place.layout == layout { return place }
    let key = Conversion(value: value, layout: layout)
    if let known = converted[key] { return known }
    let type = graph.type(of: value)
    let shape = Place.shape(layout, .global, tile: 0)
    let place = Place(
      storage: newTemporary("\(valueNames[value.id]).packed", TensorType(type.dtype, Shape(shape))), type: type, layout: layout)
    try emitCopy(of: value, to: place, level: readyLevel(value), name: "\(valueNames[value.id]).pack")
    converted[key] = place
    return place
  }

  /// The level from which on a value is complete.
  func readyLevel(_ value: Value) -> Int {
    guard case .node(let index, _) = graph.definition(of: value) else { return 0 }
    if let slot = levels.slots[index] { return slot.region == nil ? slot.level : slot.level + 1 }
    return graph.nodes[index].operands.map { readyLevel($0) }.max() ?? 0
  }

  // MARK: General lowering

  /// Makes the kernel of a node by general lowering; returns where its results come from.
  private func emitGeneral(_ slot: Levels.Slot, _ sources: [ValueSource]) throws -> [ValueSource] {
    let node = graph.nodes[slot.node]
    guard nodeElements[slot.node] != nil else { throw UntakenFusion() }
    if case .sum(let sum) = sources[0] { return [.sum(try emitSum(sum, at: slot))] }
    let places = sources.compactMap { source -> Place? in
      if case .memory(let place) = source { return place }
      return nil
    }
    try emit(kernelName(node), to: places, at: slot, operands: node.operands) { index, names, table in
      try self.elements(of: slot.node, at: index, names, table)
    }
    return sources
  }

  /// The kernel that adds what each sample gives to the sum of its shard; returns the sum with its last step.
  private func emitSum(_ sum: ShardedSum, at slot: Levels.Slot) throws -> ShardedSum {
    let node = graph.nodes[slot.node]
    func batchSum(_ index: [Index], _ names: NameSupply, _ table: OperandTable) throws -> BatchSum {
      let element = try elements(of: slot.node, at: index, names, table)[0]
      // In the kernel operands are memory: which of them hold samples is known by their numbers.
      guard let sum = BatchSum(element, isSample: { table.entries[$0].isSample }) else {
        throw MartletError(.lowering, "the sum over the batch is lost in a kernel")
      }
      return sum
    }
    let place = sum.place
    try emit(kernelName(node), to: [place], at: slot, operands: node.operands, isSum: true) { index, names, table in
      let own = Array(index.dropFirst())
      let batchSum = try batchSum(own, names, table)
      let term = batchSum.term.substituting(batchSum.variable, by: index[0])
      guard let accumulator = table.number(place, self.tile) else { throw MartletError(.lowering, "a sum is read as an operand too") }
      return [Element(.read(operand: accumulator, place.subscripts(own)), term.dtype) + term]
    }
    var finished = sum
    finished.isPlain = false
    finished.finish = { index, value in
      let table = OperandTable()
      let batchSum = try batchSum(index, NameSupply(), table)
      return batchSum.finished(value)
    }
    return finished
  }

  /// Copies a value to a place, in whatever layout; what pads the layout becomes 0.
  private func emitCopy(of value: Value, to place: Place, level: Int, name: String) throws {
    let slot = Levels.Slot(level: level, region: nil, node: -1)
    let dtype = place.type.dtype
    try emit(name, to: [place], at: slot, operands: [value]) { index, names, table in
      let element = try self.read(value, index, names, table)
      let conditions = place.layout.paddingConditions(index, place.type.shape)
      guard !conditions.isEmpty else { return [element] }
      return [Element(.guarded(conditions, value: element, otherwise: .constant(0, dtype)), element.dtype)]
    }
  }

  /// Makes one kernel by general lowering. `elements` takes an index of the tensors; for a sum, the sample stands before it.
  private func emit(
    _ name: String, to places: [Place], at slot: Levels.Slot, operands values: [Value], isSum: Bool = false,
    _ elements: @escaping ([Index], NameSupply, OperandTable) throws -> [Element]
  ) throws {
    try finishSums(values, level: slot.level)
    let walked = places[0].layout
    let rank = places[0].type.shape.rank
    func tensorIndex(_ position: [Index]) -> [Index] {
      if isSum { return [position[0]] + walked.index(Array(position.dropFirst()), rank: rank) }
      return rank == 0 ? [] : walked.index(position, rank: rank)
    }
    var extents = walked.counts
    if isSum { extents = [batch.samples ?? 0] + extents } else if extents.isEmpty { extents = [1] }
    // A first run finds out which memory is read.
    let first = OperandTable()
    _ = try elements(tensorIndex(extents.indices.map { Index(variable: "i\($0)") }), NameSupply(), first)
    let entries = first.entries
    var kernelOperands = entries.map {
      PullKernel.Operand(name: self.name(of: $0.storage), dtype: $0.dtype, shape: $0.shape, space: $0.space)
    }
    let results = places.enumerated().map { position, place -> PullKernel.Result in
      let updates = entries.firstIndex { $0.storage == place.storage }
      if let updates { kernelOperands[updates].updatedBy = position }
      return PullKernel.Result(
        name: self.name(of: place.storage), dtype: place.type.dtype, shape: place.shape(tile: tile), space: place.space, updates: updates,
        subscripts: { place.subscripts(Array(tensorIndex($0).dropFirst(isSum ? 1 : 0))) },
        isPlain: !isSum && place.layout == walked && walked.isPlain && place.space == .global)
    }
    let pull = PullKernel(
      name: freshKernelName(name), operands: kernelOperands, results: results, extents: extents, tile: slot.region == nil ? nil : tile
    ) { index, names in try elements(tensorIndex(index), names, OperandTable(entries)) }
    let kernel = try PullEmitter(pull, target).emit()
    let fresh = places.map(\.storage).filter { storage in !entries.contains { $0.storage == storage } }
    add(kernel, entries.map(\.storage) + fresh, at: slot)
  }

  /// Finishes the sums that a kernel reads and that do not lie in the order of their elements: reading them in place would be slow.
  private func finishSums(_ values: [Value], level: Int) throws {
    for value in values {
      switch sources[value.id] {
      case .view(let node): try finishSums(graph.nodes[node].operands, level: level)
      case .sum(let sum) where !sum.layout.isRowMajor || sum.finishKernel != nil:
        let type = graph.type(of: value)
        let name = "\(valueNames[value.id]).sum"
        let place = Place(storage: newTemporary(name, type), type: type, layout: .rowMajor(type.shape))
        try emitCopyOfSum(sum, value, to: place, level: level)
        sources[value.id] = .memory(place)
      case .sum, .memory, nil: continue
      }
    }
  }

  private func emitCopyOfSum(_ sum: ShardedSum, _ value: Value, to place: Place, level: Int) throws {
    let slot = Levels.Slot(level: level, region: nil, node: -1)
    let name = freshKernelName("\(valueNames[value.id]).sum")
    if let finish = sum.finishKernel { return add(try finish(name, sum, place), [sum.storage, place.storage], at: slot) }
    if options.usesTemplates, let kernel = try SumTemplate.kernel(name, sum, place, target) {
      return add(kernel, [sum.storage, place.storage], at: slot)
    }
    try emit("\(valueNames[value.id]).sum", to: [place], at: slot, operands: []) { index, names, table in
      [try self.read(value, index, names, table)]
    }
  }

  private func name(of storage: Program.Storage) -> String {
    switch storage {
    case .parameter(let index): graph.parameters[index].name
    case .result(let index): valueNames[graph.results[index].value.id]
    case .temporary(let index): temporaries[index].name
    }
  }

  // MARK: Elements

  /// The memory that a kernel reads, each once and under one shape.
  private final class OperandTable {
    struct Entry {
      var storage: Program.Storage
      var dtype: DType
      var shape: [Int]
      var space: MemorySpace
      var isSample: Bool
    }

    private(set) var entries: [Entry]

    init(_ entries: [Entry] = []) { self.entries = entries }

    /// The number of an operand, or nil if the same memory is read under another shape already.
    func number(_ storage: Program.Storage, _ dtype: DType, _ shape: [Int], _ space: MemorySpace, isSample: Bool) -> Int? {
      if let position = entries.firstIndex(where: { $0.storage == storage }) { return entries[position].shape == shape ? position : nil }
      entries.append(Entry(storage: storage, dtype: dtype, shape: shape, space: space, isSample: isSample))
      return entries.count - 1
    }

    func number(_ place: Place, _ tile: Int, isSample: Bool = false) -> Int? {
      number(place.storage, place.type.dtype, place.shape(tile: tile), place.space, isSample: isSample)
    }

    func entry(of storage: Program.Storage) -> (number: Int, shape: [Int])? {
      entries.firstIndex { $0.storage == storage }.map { ($0, entries[$0].shape) }
    }
  }

  private func elements(of index: Int, at elementIndex: [Index], _ names: NameSupply, _ table: OperandTable) throws -> [Element] {
    let node = graph.nodes[index]
    let readers = node.operands.map { operand in { (position: [Index]) in try self.read(operand, position, names, table) } }
    let context = ElementContext(operandTypes: node.operands.map { graph.type(of: $0) }, readers: readers, names: names)
    return try node.operation.elements(context, at: elementIndex)
  }

  private func read(_ value: Value, _ position: [Index], _ names: NameSupply, _ table: OperandTable) throws -> Element {
    let type = graph.type(of: value)
    let dtype = type.dtype == .u8 ? DType.i32 : type.dtype
    switch sources[value.id] {
    case .memory(let place):
      let subscripts = place.subscripts(position)
      let isSample = batch.roles[value.id] == .sample
      if let operand = table.number(place, tile, isSample: isSample) { return Element(.read(operand: operand, subscripts), dtype) }
      // The memory is there under another shape: go by the offset.
      guard let known = table.entry(of: place.storage) else { break }
      let source = Reshape.sourceIndex(subscripts, from: Shape(known.shape), to: Shape(place.shape(tile: tile)))
      return Element(.read(operand: known.number, source), dtype)
    case .view(let node): return try elements(of: node, at: position, names, table)[0]
    case .sum(let sum):
      guard let operand = table.number(sum.storage, type.dtype, sum.shape, .global, isSample: false) else { break }
      let partial = (0..<sum.shards).map { Element(.read(operand: operand, sum.subscripts(shard: $0, position)), dtype) }
      return try sum.finish(position, ShardedSum.tree(partial))
    case nil: break
    }
    throw MartletError(.lowering, "value %\(valueNames[value.id]) is used before it is computed")
  }
}
