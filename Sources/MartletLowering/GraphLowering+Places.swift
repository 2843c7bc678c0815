import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// The memory of values: new memory for what a node makes, known memory for what a template reads.

extension GraphLowering {
  /// Reserves memory for a node's result. Later calls return the same place: another node's kernel may have written to the sum already.
  func reserve(_ value: Value, at slot: Levels.Slot, _ results: [Program.Result] = [], _ homes: [Int: Int] = [:]) throws -> ValueSource {
    let source = try reserved[value.id] ?? newSource(of: value, at: slot, results, homes)
    reserved[value.id] = source
    return source
  }

  private func newSource(
    of value: Value, at slot: Levels.Slot, _ results: [Program.Result], _ homes: [Int: Int]
  ) throws -> ValueSource {
    let type = graph.type(of: value)
    let name = valueNames[value.id]
    if batch.roles[value.id] == .sum {
      // What is done with the finished sum may give another element type: a sum in f64 that is then rounded.
      let summed = TensorType(try sumType(of: value) ?? type.dtype, type.shape)
      var sum = ShardedSum(storage: .result(0), shards: shards, type: summed, layout: sumLayout(of: value), finish: { $1 })
      transformSum(&sum, of: value, at: slot)
      sum.storage = newTemporary("\(name).shards", TensorType(summed.dtype, Shape(sum.shape)), .shard, holding: value)
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
      Place(
        storage: newTemporary(name, TensorType(type.dtype, Shape(shape)), space, holding: value), type: type, layout: layout, space: space))
  }

  /// The element type in which a sum over the batch is added up; nil for one that no single fold makes.
  private func sumType(of value: Value) throws -> DType? {
    guard case .node(let index, let result) = graph.definition(of: value), let elements = nodeElements[index] else { return nil }
    let operands = graph.nodes[index].operands
    return BatchSum(elements.elements[result], isSample: { batch.roles[operands[$0].id] == .sample })?.fold.initial[0].dtype
  }

  /// The filter gradient of a Winograd convolution is summed transformed.
  private func transformSum(_ sum: inout ShardedSum, of value: Value, at slot: Levels.Slot) {
    guard options.usesTemplates, shards <= ShardedSum.mostInTree, let node = graph.producer(of: value),
      let gradient = WeightGradient(node, graph), value == node.results[gradient.weightResult],
      let shape = WinogradTemplates.shape(
        gradient.chain.root, gradient.chain.operands.map(\.shape), graph.type(of: value).dtype, target),
      place(of: gradient.chain.operands[0])?.layout.isChannelsLast(shape.channelLanes) ?? false,
      place(of: gradient.chain.operands[1])?.layout.isChannelsLast(shape.outputLanes) ?? false
    else { return }
    let kernels = WinogradKernels(shape: shape, site: TemplateSite(lowering: self, node: node, slot: slot))
    sum.transformedExtents = [shape.frequencies, shape.channels, shape.paddedOutputs]
    sum.finishKernel = { try kernels.finishFilterGradient($0, $1, $2) }
  }

  /// The layout of the shards of a sum: the one that the template of its node writes.
  private func sumLayout(of value: Value) -> StorageLayout {
    let shape = graph.type(of: value).shape
    guard options.usesTemplates, let node = graph.producer(of: value), graph.type(of: value).dtype == .f32 else { return .rowMajor(shape) }
    if let fusion = node.operation as? Fusion, let (gradients, template) = Templates.pooledGradients(fusion, node.operands, target) {
      return value == node.results[gradients.filterResult] ? template.filterLayout : .padded(shape, lanes: target.channelLanes(shape[0]))
    }
    guard let gradient = WeightGradient(node, graph) else { return .rowMajor(shape) }
    if let bias = gradient.biasResult, value == node.results[bias] { return .padded(shape, lanes: target.channelLanes(shape[0])) }
    switch gradient.chain.root {
    case let convolution as Convolution2DFilterGradient where convolution.geometry.groups == 1:
      return .filterGradient(shape, lanes: target.channelLanes(shape[0]))
    case is MatrixMultiply:
      guard let features = place(of: gradient.chain.operands[1])?.layout, features.isSamplesOfFeatures else {
        return .rowMajor(shape)
      }
      return .weights(shape, features: features, axis: 1)
    default: return .rowMajor(shape)
    }
  }

  /// The memory of a value; for a view that only regroups axes that of its operand. Nil for a view that must be computed, or a
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
    case .sum, .slices, nil: return nil
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
}
