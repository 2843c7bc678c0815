import MartletCore
import MartletGraph
import MartletLoopIR

/// A cross entropy and its gradient, with weights of the samples or without, as the pass `fuse-loss` joins them: lanes are classes, and the
/// exponentials of a sample are computed once and kept in private memory.
///
/// Per sample and vector of classes: two loads of logits, one exponential, one division.
struct LossWithGradient: Strategy {
  let smoothing: Double
  private let operands: [Value]
  private let classes: Int
  private let rows: Int
  /// More classes would not fit the private memory.
  private static let mostClasses = 16 * 1024
  private let lossResult: Int
  private let gradientResult: Int

  /// Nil for any other fusion.
  init?(_ fusion: Fusion, _ operands: [Value]) {
    let region = fusion.region
    guard region.nodes.count == 2, region.results.count == 2, let loss = region.nodes.first(where: { $0.operation is CrossEntropy }),
      let gradient = region.nodes.first(where: { $0.operation is CrossEntropyGradient }), loss.operands == gradient.operands,
      let operation = loss.operation as? CrossEntropy,
      operation.labelSmoothing == (gradient.operation as? CrossEntropyGradient)?.labelSmoothing,
      let lossResult = region.results.firstIndex(where: { $0.value == loss.results[0] }),
      let gradientResult = region.results.firstIndex(where: { $0.value == gradient.results[0] }),
      region.type(of: loss.operands[0]).dtype == .f32, gradient.resultTypes[0].shape[1] <= LossWithGradient.mostClasses
    else { return nil }
    let outer = loss.operands.compactMap { value -> Value? in
      guard case .parameter(let index) = region.definition(of: value) else { return nil }
      return operands[index]
    }
    guard outer.count == loss.operands.count else { return nil }
    self.operands = outer
    smoothing = operation.labelSmoothing.value
    (rows, classes) = (gradient.resultTypes[0].shape[0], gradient.resultTypes[0].shape[1])
    (self.lossResult, self.gradientResult) = (lossResult, gradientResult)
  }

  static func plan(_ view: NodeView) -> Plan? {
    guard let fusion = view.operation as? Fusion, view.runsBySample, let loss = LossWithGradient(fusion, view.node.operands),
      view.role(of: view.node.results[loss.lossResult]) == .sum
    else { return nil }
    var plan = Plan { try loss.emit($0) }
    plan.demands = loss.operands.map { view.demand($0, .rowMajor) } + [view.demand(view.node.results[loss.gradientResult], .rowMajor)]
    plan.sums = { _ in
      // Shards hold sums; the loss is their mean.
      let last: ShardedSum.LastStep = loss.operands.count > 2 ? .none : .divided(by: loss.rows)
      let shape = view.type(of: view.node.results[loss.lossResult]).shape
      return [loss.lossResult: SumForm(layout: .rowMajor(shape), lastStep: last)]
    }
    return plan
  }

  private func emit(_ site: KernelSite) throws {
    let kernel = site.kernel()
    let row = Row(
      k: kernel.builder, lanes: min(site.target.lanes(.f32), max(classes.nextPowerOfTwo, 2)), classes: classes,
      x: kernel.memory("x", .read, try site.place(of: operands[0])), label: kernel.memory("labels", .read, try site.place(of: operands[1])),
      weight: operands.count > 2 ? kernel.memory("weights", .read, try site.place(of: operands[2])) : nil,
      dx: kernel.memory("dx", .write, try site.result(gradientResult)))
    let loss = kernel.memory("loss", .update, try site.sum(lossResult).place)
    let isChecked = isInput(operands[1], site.view)
    kernel.builder.parallel("n") { n in emit(row, n, loss, isChecked: isChecked) }
    try site.add(kernel, note: "cross entropy and its gradient, \(row.lanes) classes at a time")
  }

  /// Labels that are an input are checked before the launch.
  private func isInput(_ labels: Value, _ view: NodeView) -> Bool {
    guard !view.analysis.options.isLoopBody, case .parameter(let index) = view.graph.definition(of: labels) else { return false }
    return view.graph.parameters[index].role == .input
  }

  /// The classes of a sample, vector by vector.
  private struct Row {
    let k: KernelBuilder
    let lanes: Int
    let classes: Int
    let x: TemplateKernel.Memory
    let label: TemplateKernel.Memory
    let weight: TemplateKernel.Memory?
    let dx: TemplateKernel.Memory

    /// Calls the body for whole vectors, then with how many lanes count for what is left.
    func forEachVector(_ body: (_ first: Index, _ count: Int?) -> Void) {
      let whole = classes / lanes * lanes
      if whole > 0 { k.loop(Index(0), Index(whole), step: Index(lanes), .serial, "j") { body($0, nil) } }
      if whole < classes { body(Index(whole), classes - whole) }
    }

    func load(_ memory: TemplateKernel.Memory, _ n: Index, _ first: Index, _ count: Int?) -> Expr {
      memory.buffer[memory.inSlot([n, first]), lanes: lanes, first: count.map { Index($0) }]
    }

    /// The value in the lanes that count.
    func masked(_ value: Expr, _ count: Int?, otherwise: Double) -> Expr {
      guard let count else { return value }
      return .select(.compare(.lt, numbers, .integer(count)), value, .number(ExactDouble(otherwise)))
    }

    /// The number of each lane.
    var numbers: Expr { .vector((0..<lanes).map { .integer($0) }) }
  }

  private func emit(_ row: Row, _ n: Index, _ loss: TemplateKernel.Memory, isChecked: Bool) {
    let (k, lanes) = (row.k, row.lanes)
    let most = k.variable(.f32(lanes), .number(ExactDouble(-Double.infinity)), "most")
    row.forEachVector { j, count in
      most.value = .binary(.maximum, most.value, row.masked(row.load(row.x, n, j, count), count, otherwise: -.infinity))
    }
    let shift = k.let(.maximum(most.value), "shift")
    let shifts = k.let(.splat(lanes: lanes, shift), "shifts")
    let sum = k.variable(.f32(lanes), .number(0), "sum")
    let exponentials = k.array(.f32, [classes.roundedUp(to: lanes)], "exponentials")
    row.forEachVector { j, count in
      let exponential = k.let(.unary(.exp, row.load(row.x, n, j, count) - shifts), "e")
      exponentials.store(exponential, [j], lanes: lanes)
      sum.value = sum.value + row.masked(exponential, count, otherwise: 0)
    }
    var total = k.let(.sum(sum.value), "total")
    let given = isChecked ? row.label.load([n]) : k.let(row.label.load([n]), "given")
    let label = k.let(.binary(.maximum, .binary(.minimum, given, .integer(classes - 1)), .integer(0)), "label")
    if !isChecked {
      // A label out of range: the loss and every probability of the sample become NaN.
      total = k.let(.select(.compare(.eq, given, label), total, .number(ExactDouble(Double.nan))), "known")
    }
    let logarithm = k.let(.unary(.log, total), "logarithm")
    let position = k.index(label, 0..<classes, "at")
    let own = k.let(logarithm - (row.x.load([n, position]) - shift), "own")
    var sample = own
    if smoothing > 0 {
      let others = k.variable(.f32(lanes), .number(0), "others")
      row.forEachVector { j, count in
        let one = .splat(lanes: lanes, logarithm) - (row.load(row.x, n, j, count) - shifts)
        others.value = others.value + row.masked(one, count, otherwise: 0)
      }
      sample = own * .number(ExactDouble(1 - smoothing)) + .sum(others.value) * .number(ExactDouble(smoothing / Double(classes)))
    }
    let weight = row.weight.map { k.let($0.load([n]), "weight") }
    if let weight { sample = .select(.compare(.eq, weight, .number(0)), .number(0), sample * weight) }
    loss.buffer.store(loss.buffer[Index(0)] + sample, [Index(0)])
    let labels = k.let(.splat(lanes: lanes, label), "labels")
    let (hit, miss) = (1 - smoothing + smoothing / Double(classes), smoothing / Double(classes))
    row.forEachVector { j, count in
      let probability = exponentials[[j], lanes: lanes] / .splat(lanes: lanes, total)
      let numbers: Expr = .binary(.add, row.numbers, .splat(lanes: lanes, .indexValue(.i32, j)))
      let target: Expr = .select(.compare(.eq, numbers, labels), .number(ExactDouble(hit)), .number(ExactDouble(miss)))
      let scaled: Expr
      if let weight {
        let weights: Expr = .splat(lanes: lanes, weight)
        scaled = .select(.compare(.eq, weights, .number(0)), .number(0), (probability - target) * weights)
      } else {
        scaled = (probability - target) / .number(ExactDouble(Double(rows)))
      }
      row.dx.buffer.store(
        scaled, row.dx.inSlot([n, j]), lanes: lanes, first: count.map { Index($0) })
    }
  }
}
