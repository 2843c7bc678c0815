import MartletCore
import MartletGraph

// The derivative of a loop, for the pass `differentiate`: the loop stacks what its backward steps read, and a second loop in the other
// direction carries the adjoints.
//
// Legal because the adjoint of step t needs the adjoint of the carried values behind it, which step t + 1 computes, and values of step t alone.
// A carried value before each step is stacked, and what the backward step reads of the forward step, unless it is a view of something smaller or
// computed of whole operands and constants alone: the backward step computes such values again.
//
//   %1, %2 = scan @f(%h0, %xs, %w) {length = 16, carried = 1, scanned = 1} (…) {
//     %3 = …tanh(matmul(h, w) + x)
//     return %3, %3
//   } : f32[8], f32[16, 8]
// =>
//   %1, %2, %saved = scan @f(%h0, %xs, %w) {…} (…) { … return %3, %3, %h } : f32[8], f32[16, 8], f32[16, 8]
//   %dh0, %dw, %dxs = scan @f_backward(%dh, %zeros, %saved, %2, %dys, %w) {length = 16, carried = 2, scanned = 3, reverse = true} (…) {
//     …
//   }

enum ScanDifferentiation {
  /// The graph with loops that stack what their backward loops read, and these loops by the numbers of their nodes. `isActive` says of which
  /// parameters derivatives are wanted, `needed` what is differentiated.
  static func saving(_ graph: Graph, _ isActive: [Bool], needed: Set<Value>) throws -> (Graph, [Int: BackwardScan]) {
    guard graph.nodes.contains(where: { $0.operation is Scan }) else { return (graph, [:]) }
    let activity = graph.activity(isActive)
    let needed = graph.valuesReaching(needed)
    var loops: [Int: BackwardScan] = [:]
    let saving = try graph.rebuilt(replace: { builder, index, operands in
      let node = graph.nodes[index]
      guard let scan = node.operation as? Scan,
        node.results.contains(where: { activity[$0.id] && needed.contains($0) })
      else { return nil }
      let (forward, backward) = try BackwardScan.make(
        scan, operandIsActive: node.operands.map { activity[$0.id] }, resultIsNeeded: node.results.map(needed.contains))
      loops[index] = backward
      return Array(try builder.add(forward, operands).prefix(node.results.count))
    })
    return (saving, loops)
  }
}

extension Graph {
  /// The values on which one of the given ones depends, and these.
  fileprivate func valuesReaching(_ values: Set<Value>) -> Set<Value> {
    var reaching = values
    for node in nodes.reversed() where node.results.contains(where: reaching.contains) { reaching.formUnion(node.operands) }
    return reaching
  }
}

/// The loop that computes the adjoints of a loop's operands.
struct BackwardScan {
  private var scan: Scan
  /// The results of the forward loop that hold what it stacks for this one.
  private var saved: [Int]
  /// The carried values and whole operands with an adjoint, each by the number of the operand.
  private var carried: [Int]
  private var accumulated: [Int]
  /// The scanned operands that the backward steps read, those with an adjoint, and the results whose adjoints they read.
  private var scannedRead: [Int]
  private var scannedAdjoints: [Int]
  private var stackedAdjoints: [Int]
  private var wholeRead: [Int]

  /// The forward loop that stacks more, and the backward loop that reads it.
  static func make(_ scan: Scan, operandIsActive: [Bool], resultIsNeeded: [Bool]) throws -> (Scan, BackwardScan) {
    let activity = scan.activity(operandIsActive)
    let parameterIsActive = scan.region.parameters.indices.map { activity[$0] }
    let seeded = scan.region.results.indices.filter { position in
      position < scan.carriedCount
        ? parameterIsActive[position] : resultIsNeeded[position] && activity[scan.region.results[position].value.id]
    }
    let (region, loops) = try ScanDifferentiation.saving(
      scan.region, parameterIsActive, needed: Set(seeded.map { scan.region.results[$0].value }))
    let reverse = ReverseMode(graph: region, isActive: region.activity(parameterIsActive), loops: loops)

    // Forward and backward step in one graph: the parameters of the region, then an adjoint for each seeded result.
    let builder = GraphBuilder(name: scan.name)
    var mapped = try region.parameters.map { try builder.parameter($0) }
    let seeds = try seeded.map { position in
      let value = region.results[position].value
      return (value: value, adjoint: try builder.parameter("adjoint\(position)", .input, region.type(of: value)))
    }
    for node in region.nodes {
      builder.origin = node.origin
      mapped += try builder.add(node.operation, node.operands.map { mapped[$0.id] })
    }
    builder.origin = nil
    let adjoints = try reverse.adjoints(builder, mapped, seeds: seeds)
    let active = region.parameters.indices.filter { parameterIsActive[$0] }
    for index in active {
      builder.result("gradient\(index)", try adjoints[index] ?? builder.add(Constant(0, region.parameters[index].type)))
    }
    let joint = try builder.finish()

    var body = try BackwardBody(joint, forwardParameters: region.parameters.count, forwardNodes: region.nodes.count, scan)
    try body.build(seeded: seeded, active: active)
    // What the loop stacks anyway is not stacked twice.
    var results = region.results
    let saved = body.saved.map { value -> Int in
      let own = region.value(ofJoint: value, joint)
      if let known = results.indices.first(where: { $0 >= scan.carriedCount && results[$0].value == own }) { return known }
      results.append(Graph.Result("saved\(results.count)", own))
      return results.count - 1
    }
    let backward = BackwardScan(
      scan: body.scan(isReversed: !scan.isReversed), saved: saved,
      carried: active.filter { $0 < scan.carriedCount }, accumulated: active.filter { $0 >= scan.firstWhole },
      scannedRead: body.scannedRead, scannedAdjoints: active.filter { (scan.carriedCount..<scan.firstWhole).contains($0) },
      stackedAdjoints: seeded.filter { $0 >= scan.carriedCount }, wholeRead: body.wholeRead)
    let forward = Graph(name: region.name, parameters: region.parameters, nodes: region.nodes, results: results)
    return (scan.replacingRegion(forward), backward)
  }

  /// Adds the backward loop; returns the adjoints of operands.
  func add(_ node: Node, _ builder: GraphBuilder, _ mapped: [Value], _ adjoints: [Value?]) throws -> [(operand: Value, adjoint: Value)] {
    func adjoint(_ result: Int) throws -> Value {
      try adjoints[node.results[result].id] ?? builder.add(Constant(0, node.resultTypes[result]))
    }
    func operand(_ number: Int) -> Value { mapped[node.operands[number].id] }
    var operands = try carried.map(adjoint)
    operands += try accumulated.map { try builder.add(Constant(0, builder.type(of: operand($0)))) }
    operands += saved.map { mapped[node.results[$0].id] }
    operands += scannedRead.map(operand)
    operands += try stackedAdjoints.map(adjoint)
    operands += wholeRead.map(operand)
    let results = try builder.add(scan, operands)
    return zip(carried + accumulated + scannedAdjoints, results).map { (node.operands[$0], $1) }
  }
}

extension Graph {
  /// The value of a region in the joint graph of its forward and backward step, which has more parameters.
  fileprivate func value(ofJoint value: Value, _ joint: Graph) -> Value {
    value.id < parameters.count ? value : Value(id: value.id - (joint.parameters.count - parameters.count))
  }
}

/// Takes the backward step out of the joint graph of forward and backward step.
private struct BackwardBody {
  let joint: Graph
  let forwardParameters: Int
  let forwardNodes: Int
  let forward: Scan
  /// Values of the forward step that are stacked, in the joint graph.
  private(set) var saved: [Value] = []
  private(set) var scannedRead: [Int] = []
  private(set) var wholeRead: [Int] = []
  private var region: Graph?
  private var carriedCount = 0
  private var scannedCount = 0
  /// Whether a forward value is computed again in the backward step.
  private var isComputedAgain: [Bool] = []

  init(_ joint: Graph, forwardParameters: Int, forwardNodes: Int, _ forward: Scan) throws {
    self.joint = joint
    self.forwardParameters = forwardParameters
    self.forwardNodes = forwardNodes
    self.forward = forward
    // Whole operands are there again; carried and scanned ones differ from step to step.
    var isWhole = joint.parameters.indices.map { $0 >= forward.firstWhole && $0 < forwardParameters }
    var isComputedAgain = joint.parameters.map { _ in false }
    for node in joint.nodes {
      let ofWhole = node.operands.allSatisfy { isWhole[$0.id] }
      let isView = try node.elements(in: joint)?.isView ?? false
      let ofSmaller =
        isView && node.operands.allSatisfy { joint.type(of: $0).byteCount <= node.resultTypes[0].byteCount }
      for _ in node.results {
        isWhole.append(ofWhole)
        isComputedAgain.append(ofWhole || ofSmaller)
      }
    }
    self.isComputedAgain = isComputedAgain
  }

  private func isForward(_ value: Value) -> Bool {
    switch joint.definition(of: value) {
    case .parameter(let index): index < forwardParameters
    case .node(let index, _): index < forwardNodes
    }
  }

  /// `seeded` are the results of the forward region with an adjoint, `active` its parameters with one.
  mutating func build(seeded: [Int], active: [Int]) throws {
    // What the backward nodes read of the forward step, found from the outputs down.
    var needed: Set<Int> = []
    var pending = joint.results.map(\.value)
    var read: Set<Value> = []
    while let value = pending.popLast() {
      guard read.insert(value).inserted, case .node(let index, _) = joint.definition(of: value) else { continue }
      guard !isForward(value) || isComputedAgain[value.id] else { continue }
      needed.insert(index)
      pending += joint.nodes[index].operands
    }
    let fromForward = read.filter { isForward($0) && !isComputedAgain[$0.id] }.sorted { $0.id < $1.id }
    saved = fromForward.filter { value in
      if case .parameter(let index) = joint.definition(of: value) { return index < forward.carriedCount }
      return true
    }
    func parameters(_ range: Range<Int>) -> [Int] {
      fromForward.compactMap { value in
        if case .parameter(let index) = joint.definition(of: value), range.contains(index) { index } else { nil }
      }
    }
    scannedRead = parameters(forward.carriedCount..<forward.firstWhole)
    wholeRead = parameters(forward.firstWhole..<forwardParameters)

    let builder = GraphBuilder(name: "\(forward.name)_backward")
    var mapped: [Value: Value] = [:]
    func add(_ name: String, _ value: Value?, _ type: TensorType) throws -> Value {
      let parameter = try builder.parameter(name, .input, type)
      if let value { mapped[value] = parameter }
      return parameter
    }
    func adjoint(_ position: Int) -> Value { joint.parameterValue(forwardParameters + position) }
    for (position, result) in seeded.enumerated() where result < forward.carriedCount {
      _ = try add("carried\(result)", adjoint(position), joint.type(of: adjoint(position)))
    }
    var accumulators: [Int: Value] = [:]
    for index in active where index >= forward.firstWhole {
      accumulators[index] = try add("sum\(index)", nil, joint.parameters[index].type)
    }
    carriedCount = seeded.count { $0 < forward.carriedCount } + accumulators.count
    for (number, value) in saved.enumerated() { _ = try add("saved\(number)", value, joint.type(of: value)) }
    for index in scannedRead { _ = try add("scanned\(index)", joint.parameterValue(index), joint.parameters[index].type) }
    for (position, result) in seeded.enumerated() where result >= forward.carriedCount {
      _ = try add("stacked\(result)", adjoint(position), joint.type(of: adjoint(position)))
    }
    scannedCount = saved.count + scannedRead.count + seeded.count { $0 >= forward.carriedCount }
    for index in wholeRead { _ = try add("whole\(index)", joint.parameterValue(index), joint.parameters[index].type) }
    for index in joint.nodes.indices where needed.contains(index) {
      let node = joint.nodes[index]
      let results = try builder.add(node.operation, node.operands.compactMap { mapped[$0] }, origin: node.origin)
      for (old, new) in zip(node.results, results) where mapped[old] == nil { mapped[old] = new }
    }
    func output(_ index: Int) throws -> Value {
      guard let position = active.firstIndex(of: index), let value = mapped[joint.results[position].value] else {
        throw MartletError(PassErrorCode.adjoints, "the backward step of scan @\(forward.name) lost an adjoint")
      }
      return value
    }
    for index in active where index < forward.carriedCount { builder.result("gradient\(index)", try output(index)) }
    for index in active where index >= forward.firstWhole {
      guard let sum = accumulators[index] else { continue }
      builder.result("gradient\(index)", try builder.add(sum, output(index)))
    }
    for index in active where (forward.carriedCount..<forward.firstWhole).contains(index) {
      builder.result("gradient\(index)", try output(index))
    }
    region = try builder.finish()
  }

  func scan(isReversed: Bool) -> Scan {
    Scan(
      name: "\(forward.name)_backward", length: forward.length, carriedCount: carriedCount, scannedCount: scannedCount,
      isReversed: isReversed, region: region ?? joint)
  }
}
