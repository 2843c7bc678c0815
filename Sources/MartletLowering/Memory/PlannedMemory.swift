import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Where every value is stored: new memory for what nodes compute, the memory of variables and results where that is safe.
struct PlannedMemory {
  /// For each value where its readers find it; nil for what nothing computes.
  private(set) var sources: [ValueSource?]
  /// Sums over the batch that are finished in the memory of a result: where the node's kernels add them up.
  private var unfinished: [Int: ShardedSum] = [:]
  private(set) var temporaries = TemporaryList()
  /// Constants in memory.
  private(set) var tables: [Program.Table] = []
  let results: [Program.Result]
  /// Which value is written straight into the memory of which result: each value has one home.
  let homes: [Int: Int]

  init(_ analysis: AnalyzedGraph, _ choices: [Plans.Choice?], _ layouts: LayoutAssignment, _ schedule: BatchSchedule) throws {
    let graph = analysis.graph
    results = graph.results.map { result in
      Program.Result(name: result.name, type: graph.type(of: result.value), updates: graph.parameterIndex(named: result.name))
    }
    homes = ResultHomes.homes(analysis, results, layouts, schedule.levels)
    sources = [ValueSource?](repeating: nil, count: graph.types.count)
    for index in graph.parameters.indices {
      let type = graph.parameters[index].type
      sources[graph.parameterValue(index).id] = .memory(Place(storage: .parameter(index), type: type, layout: .rowMajor(type.shape)))
    }
    for (index, node) in graph.nodes.enumerated() where analysis.isLive[index] && analysis.isReadThrough[index] {
      sources[node.results[0].id] = try table(node, analysis) ?? .view(node: index)
    }
    for (order, slot) in schedule.levels.slots.compactMap({ $0 }).sorted().enumerated() {
      guard let index = slot.node else { continue }
      let sums = choices[index]?.plan.sums(layouts) ?? [:]
      for (number, value) in graph.nodes[index].results.enumerated() {
        temporaries.order = order
        let source = try newSource(
          of: value, at: slot, sums[number], slices: choices[index]?.plan.slices, (analysis, layouts, schedule))
        guard case .sum(let sum) = source, homes[value.id] != nil else {
          sources[value.id] = source
          continue
        }
        unfinished[value.id] = sum
        sources[value.id] = homePlace(of: value, analysis).map { .memory($0) }
      }
    }
  }

  /// Where the kernels of a value's node store it.
  func written(_ value: Value) -> ValueSource? { unfinished[value.id].map { .sum($0) } ?? sources[value.id] }

  /// Where a constant of many numbers is; nil for other nodes. Equal constants are there once.
  private mutating func table(_ node: Node, _ analysis: AnalyzedGraph) throws -> ValueSource? {
    guard node.isTable, let constant = node.operation as? Constant else { return nil }
    let tensor = try constant.evaluate([])[0]
    let number = tables.firstIndex { $0.tensor == tensor } ?? tables.count
    if number == tables.count { tables.append(Program.Table(name: analysis.name(of: node.results[0]), tensor: tensor)) }
    return .memory(Place(storage: .table(number), type: tensor.type, layout: .rowMajor(tensor.shape)))
  }

  private func homePlace(of value: Value, _ analysis: AnalyzedGraph) -> Place? {
    guard let home = homes[value.id] else { return nil }
    let type = analysis.graph.type(of: value)
    let storage = results[home].updates.map { Program.Storage.parameter($0) } ?? .result(home)
    return Place(storage: storage, type: type, layout: .rowMajor(type.shape))
  }

  private mutating func newSource(
    of value: Value, at slot: Levels.Slot, _ form: SumForm?, slices: Int?,
    _ known: (analysis: AnalyzedGraph, layouts: LayoutAssignment, schedule: BatchSchedule)
  ) throws -> ValueSource {
    let (analysis, layouts, schedule) = known
    let type = analysis.graph.type(of: value)
    let name = analysis.name(of: value)
    let source = analysis.source(of: value)
    if let slices {
      let type = TensorType(type.dtype, Shape([slices] + type.shape.extents))
      let storage = temporaries.add("\(name).slices", type, .global, source)
      return .slices(SlicedSum(place: Place(storage: storage, type: type, layout: .rowMajor(type.shape)), node: slot.node ?? 0))
    }
    if analysis.batch.roles[value.id] == .sum {
      // What is done with the finished sum may give another element type: a sum in f64 that is then rounded.
      let summed = TensorType(try sumType(of: value, analysis) ?? type.dtype, type.shape)
      var sum = ShardedSum(
        storage: .result(0), shards: analysis.shards, type: summed, form: form ?? SumForm(layout: .rowMajor(type.shape)))
      sum.storage = temporaries.add("\(name).shards", TensorType(summed.dtype, Shape(sum.shape)), .shard, source)
      return .sum(sum)
    }
    if let home = homePlace(of: value, analysis) { return .memory(home) }
    let space: MemorySpace = slot.region == nil || schedule.levels.isGlobal[value.id] ? .global : .worker
    let layout = layouts.layout(value)
    let shape = Place.shape(layout, space, tile: schedule.tile)
    let storage = temporaries.add(name, TensorType(type.dtype, Shape(shape)), space, source)
    return .memory(Place(storage: storage, type: type, layout: layout, space: space))
  }

  /// The element type in which a sum over the batch is added up; nil for one that no single fold makes.
  private func sumType(of value: Value, _ analysis: AnalyzedGraph) throws -> DType? {
    guard case .node(let index, let result) = analysis.graph.definition(of: value), let elements = analysis.elements[index] else {
      return nil
    }
    let operands = analysis.graph.nodes[index].operands
    return BatchSum(elements.elements[result], isSample: { analysis.batch.roles[operands[$0].id] == .sample })?.fold.initial[0].dtype
  }
}

extension AnalyzedGraph {
  /// The node of an earlier graph that computes a value, where its origin has a number.
  fileprivate func source(of value: Value) -> Program.Temporary.Source? {
    guard case .node(let index, let result) = graph.definition(of: value), let node = graph.nodes[index].origin?.source else { return nil }
    return Program.Temporary.Source(node: node, result: result)
  }
}
