import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// General lowering: kernels from the elements of nodes.

extension GraphLowering {
  /// Makes the kernel of a node by general lowering; returns where its results come from.
  func emitGeneral(_ number: Int, at slot: Levels.Slot, _ sources: [ValueSource]) throws -> [ValueSource] {
    let node = graph.nodes[number]
    if let fusion = node.operation as? Fusion, !fusion.hasOneShape { throw UntakenFusion(fusion: fusion) }
    if case .sum(let sum) = sources[0] { return [.sum(try emitSum(sum, of: number, at: slot))] }
    try emit(kernelName(node), to: sources.compactMap(\.place), at: slot, operands: node.operands) { index, names, table in
      try self.elements(of: number, at: index, names, table)
    }
    return sources
  }

  /// The kernel that adds what each sample gives to the sum of its shard; returns the sum with its last step.
  private func emitSum(_ sum: ShardedSum, of number: Int, at slot: Levels.Slot) throws -> ShardedSum {
    let node = graph.nodes[number]
    func batchSum(_ index: [Index], _ names: NameSupply, _ table: OperandTable) throws -> BatchSum {
      let element = try elements(of: number, at: index, names, table)[0]
      // In the kernel operands are memory: which of them hold samples is known by their numbers.
      guard let sum = BatchSum(element, isSample: { table.entries[$0].isSample }) else {
        throw MartletError(LoweringErrorCode.noKernel, "the sum over the batch is lost in a kernel")
      }
      return sum
    }
    let place = sum.place
    try emit(kernelName(node), to: [place], at: slot, operands: node.operands, isSum: true) { index, names, table in
      let own = Array(index.dropFirst())
      let batchSum = try batchSum(own, names, table)
      let term = batchSum.term.substituting(batchSum.variable, by: index[0])
      guard let accumulator = table.number(place, self.tile) else {
        throw MartletError(LoweringErrorCode.noKernel, "a sum is read as an operand too")
      }
      return [Element(.read(operand: accumulator, place.subscripts(own)), term.dtype) + term]
    }
    var finished = sum
    finished.isPlain = false
    finished.finish = { index, value in
      let table = OperandTable()
      // The fold that is replaced must not take the name of an index of the reader.
      let batchSum = try batchSum(index, NameSupply(reserved: Set(index.flatMap(\.variables))), table)
      return batchSum.finished(value)
    }
    return finished
  }

  /// Copies a value to a place, in whatever layout; what pads the layout becomes 0.
  func emitCopy(of value: Value, to place: Place, level: Int, name: String) throws {
    let dtype = place.type.dtype
    try emit(name, to: [place], at: .whole(level), operands: [value]) { index, names, table in
      let element = try self.read(value, index, names, table)
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
      name: freshKernelName(name), operands: kernelOperands, results: results, extents: extents,
      tile: slot.region == nil ? nil : longestRange(at: slot)
    ) { index, names in try elements(tensorIndex(index), names, OperandTable(entries)) }
    let (kernel, note) = try PullEmitter.kernel(pull, target, tiles: tiles)
    let fresh = places.map(\.storage).filter { storage in !entries.contains { $0.storage == storage } }
    add(kernel, entries.map(\.storage) + fresh, at: slot, note: note)
  }

  /// Finishes the sums that a kernel reads and that are not stored row-major: reading them in place would be slow.
  func finishSums(_ values: [Value], level: Int) throws {
    for value in values {
      switch sources[value.id] {
      case .view(let node): try finishSums(graph.nodes[node].operands, level: level)
      case .sum(let sum) where !sum.layout.isRowMajor || sum.finishKernel != nil:
        let type = graph.type(of: value)
        let name = "\(valueNames[value.id]).sum"
        let place = Place(storage: newTemporary(name, type), type: type, layout: .rowMajor(type.shape))
        try emitCopyOfSum(sum, value, to: place, level: level)
        sources[value.id] = .memory(place)
      case .sum, .memory, .slices, nil: continue
      }
    }
  }

  func emitCopyOfSum(_ sum: ShardedSum, _ value: Value, to place: Place, level: Int) throws {
    let slot = Levels.Slot.whole(level)
    let title = "\(describedName(value)).sum"
    if let finish = sum.finishKernel { return add(try finish(freshKernelName(title), sum, place), [sum.storage, place.storage], at: slot) }
    if options.usesTemplates, let kernel = try SumTemplate.kernel(freshKernelName(title), sum, place, target) {
      return add(kernel, [sum.storage, place.storage], at: slot, note: "sum of \(sum.shards) shards, vectors at a time")
    }
    try emit(title, to: [place], at: slot, operands: []) { index, names, table in
      [try self.read(value, index, names, table)]
    }
  }

  /// What a value is to the user: the gradient of the variable that it updates, a result, or what a layer computes.
  private func describedName(_ value: Value) -> String {
    for node in users[value.id].map({ graph.nodes[$0] }) {
      let updated = graph.results.first { node.results.contains($0.value) && graph.parameterIndex(named: $0.name) != nil }
      if let updated { return "\(updated.name).gradient" }
    }
    if let result = graph.results.first(where: { $0.value == value }) { return result.name }
    return graph.producer(of: value).map(kernelName) ?? valueNames[value.id]
  }

  func name(of storage: Program.Storage) -> String {
    switch storage.root {
    case .parameter(let index): graph.parameters[index].name
    case .result(let index): valueNames[graph.results[index].value.id]
    case .temporary(let index): temporaries[index].name
    case .slice: "slice"
    case .table(let index): tables[index].name
    }
  }

  func elements(of index: Int, at elementIndex: [Index], _ names: NameSupply, _ table: OperandTable) throws -> [Element] {
    let node = graph.nodes[index]
    // A node that reads a value twice, a square for example, reads one element twice: what is read through is not written once for each.
    var known: [ElementPosition: Element] = [:]
    let readers = node.operands.map { operand in
      { (position: [Index]) in
        guard self.target.isGPU else { return try self.read(operand, position, names, table) }
        let key = ElementPosition(value: operand, index: position)
        if let element = known[key] { return element }
        let element = try self.read(operand, position, names, table)
        known[key] = element
        return element
      }
    }
    let context = ElementContext(operandTypes: node.operands.map { graph.type(of: $0) }, readers: readers, names: names)
    let elements = try node.operation.elements(context, at: elementIndex)
    return target.isGPU ? Element.withoutSinglePoints(elements) : elements
  }

  func read(_ value: Value, _ position: [Index], _ names: NameSupply, _ table: OperandTable) throws -> Element {
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
      let dtype = sum.type.dtype
      guard let operand = table.number(sum.storage, dtype, sum.shape, .global, isSample: false) else { break }
      func partial(_ shard: Index) -> Element { Element(.read(operand: operand, sum.subscripts(shard: shard, position)), dtype) }
      guard sum.shards > ShardedSum.mostInTree else {
        return try sum.finish(position, ShardedSum.tree((0..<sum.shards).map { partial(Index($0)) }))
      }
      let shard = names.fresh("shard")
      let all = Fold(
        variables: [(shard, sum.shards)], conditions: [], combination: .sum, carried: Fold.Carried(), initial: [.constant(0, dtype)],
        steps: [partial(Index(variable: shard))])
      return try sum.finish(position, Element(.fold(all, 0), dtype))
    case .slices(let sum):
      guard let operand = table.number(sum.place, tile) else { break }
      return try sum.element(position, names) { Element(.read(operand: operand, sum.place.subscripts($0)), dtype) }
    case nil: break
    }
    throw MartletError(LoweringErrorCode.noKernel, "value %\(valueNames[value.id]) is used before it is computed")
  }
}

/// An element of a value.
struct ElementPosition: Hashable {
  var value: Value
  var index: [Index]
}
