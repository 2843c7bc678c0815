import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// What is known of a graph before anything is planned: which values are divided into samples, which nodes are inlined.
package struct AnalyzedGraph {
  let ordered: OrderedGraph
  let target: Target
  let options: Lowering.Options
  package var graph: Graph { ordered.graph }
  /// For each value the nodes that read it.
  let users: [[Int]]
  let isLive: [Bool]
  let elements: [NodeElements?]
  /// Nodes without a kernel: their expression is inlined into each reader.
  let isReadThrough: [Bool]
  private(set) var batch: BatchAnalysis
  /// Nodes of samples that are computed for all samples at once.
  private(set) var undivided: Set<Int> = []
  /// Parts into which the samples are divided; each has sums of its own.
  private(set) var shards = 1

  init(_ ordered: OrderedGraph, _ target: Target, _ options: Lowering.Options) throws {
    let graph = ordered.graph
    (self.ordered, self.target, self.options) = (ordered, target, options)
    users = graph.users
    let isLive = graph.liveNodes
    self.isLive = isLive
    elements = try graph.nodes.enumerated().map { index, node in isLive[index] ? try node.elements(in: graph) : nil }
    batch =
      target.runsBatchRegions
      ? try BatchAnalysis(graph, isLive: isLive, elements: elements, guesses: !options.isLoopBody) : BatchAnalysis(undivided: graph)
    isReadThrough =
      target.recomputesPointwise && options.isDepthFirst
      ? try Inlining.inlined(graph, isLive: isLive, elements, usesTiles: options.tiles(for: target) != .none)
      : Inlining.readThroughViews(graph, elements)
    countShards()
  }

  private mutating func countShards() {
    let sumBytes = zip(graph.types, batch.roles).reduce(0) { $0 + ($1.1 == .sum ? $1.0.byteCount : 0) }
    shards = BatchRegion.shardCount(samples: batch.samples ?? 1, sumBytes: sumBytes)
  }

  /// The same graph where some plans compute nodes of samples over whole tensors: their sums over the batch are tensors.
  func undividing(_ choices: [Plans.Choice?]) -> AnalyzedGraph {
    var result = self
    for (index, choice) in choices.enumerated() where choice?.plan.isUndivided ?? false {
      result.undivided.insert(index)
      for value in graph.nodes[index].results where batch.roles[value.id] == .sum { result.batch.setWhole(value) }
    }
    result.countShards()
    return result
  }

  /// How a node depends on the batch where it runs sample by sample, else `whole`.
  func runningRole(_ index: Int) -> BatchRole {
    isLive[index] && !undivided.contains(index) ? Levels.role(graph.nodes[index], batch.roles) : .whole
  }

  /// The samples of the batch; 0 where nothing is divided.
  var samples: Int { batch.samples ?? 0 }

  func name(of value: Value) -> String { ordered.names[value.id] }

  /// The layer, then what a kernel of the node computes: `conv1.0.conv2d_add_relu`.
  func kernelName(_ node: Node) -> String {
    let operation = (node.operation as? Fusion)?.name ?? (node.operation as? Scan)?.name ?? node.mnemonic
    return node.origin?.layer.map { "\($0).\(operation)" } ?? operation
  }

  /// Whether a value is the other one, or what is seen of it through views.
  func isView(_ value: Value, of other: Value) -> Bool {
    if value == other { return true }
    guard case .node(let producer, _) = graph.definition(of: value), isReadThrough[producer] else { return false }
    return graph.nodes[producer].operands.contains { isView($0, of: other) }
  }

  /// What a value is to the user: the gradient of the variable that it updates, a result, or what a layer computes.
  func describedName(_ value: Value) -> String {
    for node in users[value.id].map({ graph.nodes[$0] }) {
      let updated = graph.results.first { node.results.contains($0.value) && graph.parameterIndex(named: $0.name) != nil }
      if let updated { return "\(updated.name).gradient" }
    }
    if let result = graph.results.first(where: { $0.value == value }) { return result.name }
    return graph.producer(of: value).map(kernelName) ?? name(of: value)
  }

  /// For `explain`: which inputs are divided into samples, and which nodes are not although they read samples.
  var batchNotes: [String] {
    guard target.runsBatchRegions else { return [] }
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
}
