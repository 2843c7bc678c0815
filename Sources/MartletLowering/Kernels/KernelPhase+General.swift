import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// General lowering: kernels from the elements of nodes.

extension KernelPhase {
  /// Makes the kernel of a node by general lowering.
  func emitGeneral(_ view: NodeView, _ slot: Levels.Slot) throws {
    let node = view.node
    if case .sum(let sum) = memory.written(node.results[0]) { return try emitSum(sum, view, slot) }
    let places = node.results.compactMap { memory.written($0)?.place }
    try emit(analysis.kernelName(node), to: places, at: slot, operands: node.operands) { index, names, table in
      try self.elements(of: view.index, at: index, names, table)
    }
  }

  /// The kernel that adds what each sample gives to the sum of its shard.
  private func emitSum(_ sum: ShardedSum, _ view: NodeView, _ slot: Levels.Slot) throws {
    let place = sum.place
    try emit(analysis.kernelName(view.node), to: [place], at: slot, operands: view.node.operands, isSum: true) { index, names, table in
      let own = Array(index.dropFirst())
      let batchSum = try self.batchSum(of: view.index, own, names, table)
      let term = batchSum.term.substituting(batchSum.variable, by: index[0])
      guard let accumulator = table.number(place, self.schedule.tile) else {
        throw MartletError(LoweringErrorCode.noKernel, "a sum is read as an operand too")
      }
      return [Element(.read(operand: accumulator, place.subscripts(own)), term.dtype) + term]
    }
  }

  /// The sum over the batch in the element of a node. In the kernel operands are memory: which of them hold samples is known by their numbers.
  private func batchSum(of node: Int, _ index: [Index], _ names: NameSupply, _ table: OperandTable) throws -> BatchSum {
    let element = try elements(of: node, at: index, names, table)[0]
    guard let sum = BatchSum(element, isSample: { table.entries[$0].isSample }) else {
      throw MartletError(LoweringErrorCode.noKernel, "the sum over the batch is lost in a kernel")
    }
    return sum
  }

  /// What is done with the sum of all shards.
  private func finished(_ sum: ShardedSum, _ index: [Index], _ value: Element) throws -> Element {
    switch sum.form.lastStep {
    case .none: return value
    case .divided(let count): return value / value.constant(Double(count))
    case .elements(let node):
      // The fold that is replaced must not take the name of an index of the reader.
      let names = NameSupply(reserved: Set(index.flatMap(\.variables)))
      return try batchSum(of: node, index, names, OperandTable()).finished(value)
    }
  }

  /// The kernel of a long sum whose slices are computed side by side.
  func emitSlices(_ view: NodeView, _ slot: Levels.Slot, _ sum: LongSum) throws {
    let node = view.node
    guard case .slices(let sliced) = memory.written(node.results[0]) else { return }
    try emit(analysis.kernelName(node), to: [sliced.place], at: slot, operands: node.operands) { index, names, table in
      let element = try self.elements(of: view.index, at: Array(index.dropFirst()), names, table)[0]
      return [LongSum.slice(try LongSum.only(element), index[0], depth: sum.depth)]
    }
  }

  /// A split reduction at an index: the sum of its slices, and what is done with that.
  private func finished(_ sum: SlicedSum, _ index: [Index], _ names: NameSupply, _ read: ([Index]) -> Element) throws -> Element {
    let slice = names.fresh("z")
    let term = read([Index(variable: slice)] + index)
    let fold = Fold(
      variables: [(slice, sum.slices)], conditions: [], combination: .sum, carried: Fold.Carried(), initial: [term.constant(0)],
      steps: [term])
    let own = NameSupply(reserved: Set(index.flatMap(\.variables)))
    let element = try elements(of: sum.node, at: index, own, OperandTable())[0]
    return element.replacing(try LongSum.only(element), by: Element(.fold(fold, 0), term.dtype))
  }

  /// Copies a value to a place, in whatever layout; what pads the layout becomes 0.
  func emitCopy(of value: Value, to place: Place, at slot: Levels.Slot, name: String) throws {
    let dtype = place.type.dtype
    let shape = graph.type(of: value).shape
    try emit(name, to: [place], at: slot, operands: [value]) { index, names, table in
      let source = place.type.shape == shape ? index : Reshape.sourceIndex(index, from: shape, to: place.type.shape)
      let element = try self.read(value, source, names, table)
      let conditions = place.layout.paddingConditions(index, place.type.shape)
      guard !conditions.isEmpty else { return [element] }
      return [Element(.guarded(conditions, value: element, otherwise: .constant(0, dtype)), element.dtype)]
    }
  }

  /// Makes one kernel by general lowering. `elements` takes an index of the tensors; for a sum, the sample stands before it.
  func emit(
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
    if isSum { extents = [analysis.samples] + extents } else if extents.isEmpty { extents = [1] }
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
        name: self.name(of: place.storage), dtype: place.type.dtype, shape: place.shape(tile: schedule.tile), space: place.space,
        updates: updates,
        subscripts: { place.subscripts(Array(tensorIndex($0).dropFirst(isSum ? 1 : 0))) },
        isPlain: !isSum && place.layout == walked && walked.isPlain && place.space == .global)
    }
    let pull = PullKernel(
      name: freshKernelName(name), operands: kernelOperands, results: results, extents: extents,
      tile: slot.region == nil ? nil : schedule.longestRange(at: slot)
    ) { index, names in try elements(tensorIndex(index), names, OperandTable(entries)) }
    let (kernel, note) = try PullEmitter.kernel(pull, target, tiles: analysis.options.tiles(for: target))
    let fresh = places.map(\.storage).filter { storage in !entries.contains { $0.storage == storage } }
    add(kernel, entries.map(\.storage) + fresh, at: slot, note: note)
  }

  /// Finishes the sums that a kernel reads and that are not stored row-major: reading them in place would be slow.
  private func finishSums(_ values: [Value], level: Int) throws {
    for value in values {
      switch source(of: value) {
      case .view(let node): try finishSums(graph.nodes[node].operands, level: level)
      case .sum(let sum) where !sum.layout.isRowMajor || sum.form.transform != nil: try finishSum(value, level: level)
      case .sum, .memory, .slices, nil: continue
      }
    }
  }

  /// Stores a sum as a tensor.
  func finishSum(_ value: Value, level: Int) throws {
    guard case .sum(let sum) = source(of: value) else { return }
    let type = graph.type(of: value)
    let place = Place(storage: newTemporary("\(analysis.name(of: value)).sum", type), type: type, layout: .rowMajor(type.shape))
    try emitCopyOfSum(sum, value, to: place, level: level)
    store(value, in: place)
  }

  func emitCopyOfSum(_ sum: ShardedSum, _ value: Value, to place: Place, level: Int) throws {
    let slot = Levels.Slot.whole(level)
    let title = "\(analysis.describedName(value)).sum"
    if let transform = sum.form.transform {
      return add(try transform.finish(freshKernelName(title), sum, place), [sum.storage, place.storage], at: slot)
    }
    if analysis.options.usesTemplates, let kernel = try SumTemplate.kernel(freshKernelName(title), sum, place, target) {
      return add(kernel, [sum.storage, place.storage], at: slot, note: "sum of \(sum.shards) shards, vectors at a time")
    }
    try emit(title, to: [place], at: slot, operands: []) { index, names, table in
      [try self.read(.sum(sum), of: value, index, names, table)]
    }
  }

  func elements(of index: Int, at elementIndex: [Index], _ names: NameSupply, _ table: OperandTable) throws -> [Element] {
    let node = graph.nodes[index]
    // A node that reads a value twice, a square for example, reads one element twice: what is read through is not written once for each.
    var known: [ElementPosition: Element] = [:]
    let readers = node.operands.map { operand in
      { (position: [Index]) in
        guard self.target.recomputesPointwise else { return try self.read(operand, position, names, table) }
        let key = ElementPosition(value: operand, index: position)
        if let element = known[key] { return element }
        let element = try self.read(operand, position, names, table)
        known[key] = element
        return element
      }
    }
    let context = ElementContext(operandTypes: node.operands.map { graph.type(of: $0) }, readers: readers, names: names)
    let elements = try node.operation.elements(context, at: elementIndex)
    return target.recomputesPointwise ? Element.withoutSinglePoints(elements) : elements
  }

  func read(_ value: Value, _ position: [Index], _ names: NameSupply, _ table: OperandTable) throws -> Element {
    guard let source = source(of: value) else { throw unread(value) }
    return try read(source, of: value, position, names, table)
  }

  private func unread(_ value: Value) -> MartletError {
    MartletError(LoweringErrorCode.noKernel, "value %\(analysis.name(of: value)) is used before it is computed")
  }

  /// The element of a value whose memory is known.
  private func read(
    _ source: ValueSource, of value: Value, _ position: [Index], _ names: NameSupply, _ table: OperandTable
  ) throws -> Element {
    let type = graph.type(of: value)
    let dtype = type.dtype == .u8 ? DType.i32 : type.dtype
    switch source {
    case .memory(let place):
      let subscripts = place.subscripts(position)
      let isSample = analysis.batch.roles[value.id] == .sample
      if let operand = table.number(place, schedule.tile, isSample: isSample) { return Element(.read(operand: operand, subscripts), dtype) }
      // The memory is there under another shape: go by the offset.
      guard let known = table.entry(of: place.storage) else { break }
      let source = Reshape.sourceIndex(subscripts, from: Shape(known.shape), to: Shape(place.shape(tile: schedule.tile)))
      return Element(.read(operand: known.number, source), dtype)
    case .view(let node): return try elements(of: node, at: position, names, table)[0]
    case .sum(let sum):
      let dtype = sum.type.dtype
      guard let operand = table.number(sum.storage, dtype, sum.shape, .global, isSample: false) else { break }
      func partial(_ shard: Index) -> Element { Element(.read(operand: operand, sum.subscripts(shard: shard, position)), dtype) }
      guard sum.shards > ShardedSum.mostInTree else {
        return try finished(sum, position, ShardedSum.tree((0..<sum.shards).map { partial(Index($0)) }))
      }
      let shard = names.fresh("shard")
      let all = Fold(
        variables: [(shard, sum.shards)], conditions: [], combination: .sum, carried: Fold.Carried(), initial: [.constant(0, dtype)],
        steps: [partial(Index(variable: shard))])
      return try finished(sum, position, Element(.fold(all, 0), dtype))
    case .slices(let sum):
      guard let operand = table.number(sum.place, schedule.tile) else { break }
      return try finished(sum, position, names) { Element(.read(operand: operand, sum.place.subscripts($0)), dtype) }
    }
    throw unread(value)
  }
}

/// An element of a value.
struct ElementPosition: Hashable {
  var value: Value
  var index: [Index]
}
