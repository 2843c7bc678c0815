import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Products of matrices over whole tensors, one or many, with what follows them element by element: as the best schedule says
/// (`ContractionScheduler`), in parallel over blocks of results.
///
/// A product of samples and large weights is computed for all samples at once, outside of batch regions: a region would read the weights again
/// for every tile of samples. So is the gradient of large weights, which would else have a sum in every shard.
struct Products: Strategy {
  /// Weights of as many bytes or more are not read, nor their gradients added to, tile by tile.
  static let leastUndividedBytes = 4 << 20

  /// Schedules that `explain` shows, the one that is taken first.
  private static let shownAlternatives = 5

  private let chain: OperationChain
  private let shape: ProductShape
  /// The number of the result, and of the sum of the first factor that a gradient of weights has beside it.
  private let result: Int
  private let sumResult: Int?

  static func plan(_ view: NodeView) -> Plan? {
    guard let strategy = Products(view) else { return nil }
    let choices = ContractionScheduler.ranked(strategy.shape, view.target, count: shownAlternatives)
    guard let choice = choices.first else { return nil }
    var plan = Plan { try strategy.emit($0, choice, choices.map(\.description)) }
    let values = strategy.chain.operands.map(\.value) + strategy.stepValues.map(\.value)
    plan.demands = values.map { view.demand($0, .rowMajor) }
    plan.demands += view.node.results.filter { view.role(of: $0) != .sum }.map { view.demand($0, .rowMajor) }
    plan.isUndivided = view.runsBySample
    return plan
  }

  /// Nil for anything but products of whole tensors in f32, or of samples with large weights.
  private init?(_ view: NodeView) {
    let node = view.node
    if view.runsBySample {
      if let gradient = view.sampleWeightGradient {
        (chain, result, sumResult) = (gradient.chain, gradient.weightResult, gradient.biasResult)
        guard Products.isLarge(node.resultTypes[result]) else { return nil }
      } else {
        guard let own = view.sampleChain, Products.isLarge(view.type(of: own.operands[1].value)) else { return nil }
        (chain, result, sumResult) = (own, 0, nil)
      }
    } else {
      guard let own = view.chain, view.role(of: node.results[0]) == .whole else { return nil }
      (chain, result, sumResult) = (own, 0, nil)
    }
    guard let product = chain.root as? MatrixMultiply, node.results.count == (sumResult == nil ? 1 : 2), chain.operands.count == 2,
      chain.operands.allSatisfy({ view.type(of: $0.value).dtype == .f32 })
    else { return nil }
    let (a, b) = (chain.operands[0].shape.extents, chain.operands[1].shape.extents)
    let (rows, inner) = product.transposeLHS ? (a[a.count - 1], a[a.count - 2]) : (a[a.count - 2], a[a.count - 1])
    let columns = product.transposeRHS ? b[b.count - 2] : b[b.count - 1]
    shape = ProductShape.dense(
      .init(rows: rows, columns: columns, inner: inner, batch: Array(a.dropLast(2))), transposesA: product.transposeLHS,
      transposesB: product.transposeRHS)
    let elements = rows * columns * shape.products
    let resultType = node.resultTypes[result]
    guard elements > 0, inner > 0, sumResult == nil || inner <= CascadedSum.longestPlainSum,
      resultType == TensorType(.f32, resultType.shape), resultType.elementCount == elements,
      chain.steps.allSatisfy({ hasPlace($0) }),
      stepValues.allSatisfy({ view.type(of: $0.value).dtype == .f32 && view.type(of: $0.value).elementCount == $0.count }),
      !updatesInPlace(view)
    else { return nil }
  }

  private static func isLarge(_ type: TensorType) -> Bool { type.byteCount >= leastUndividedBytes }

  /// Whether a step can follow the product while it is in registers: a bias runs along the rows or columns of a matrix, or along the columns of many.
  private func hasPlace(_ step: OperationChain.Step) -> Bool {
    switch step {
    case .bias(_, let axis): axis == shape.extents.batch.count + 1 || axis == shape.extents.batch.count
    case .add, .relu, .reluGradient: true
    case .maxPool: false
    }
  }

  /// What follows the product reads these values, of so many elements.
  private var stepValues: [(value: Value, count: Int)] {
    chain.steps.compactMap { step in
      switch step {
      case .bias(let value, let axis): (value, axis == shape.extents.batch.count ? shape.rows : shape.columns)
      case .add(let value), .reluGradient(let value): (value, shape.rows * shape.columns * shape.products)
      case .relu, .maxPool: nil
      }
    }
  }

  /// Whether the result may be stored in the memory of a variable that is read behind the product: chunks of the sum would overwrite it.
  private func updatesInPlace(_ view: NodeView) -> Bool {
    view.graph.results.contains { result in
      guard result.value == view.node.results[self.result], let parameter = view.graph.parameterIndex(named: result.name) else {
        return false
      }
      return stepValues.contains { view.analysis.isView($0.value, of: view.graph.parameterValue(parameter)) }
    }
  }

  // MARK: The kernels

  private func emit(_ site: KernelSite, _ choice: ContractionScheduler.Choice, _ alternatives: [String]) throws {
    let nest = choice.nest
    let kernel = site.kernel()
    let counts = shape.counts
    func memory(_ name: String, _ access: AccessMode, _ place: Place, _ count: Int) -> ProductEmitter.Memory {
      ProductEmitter.Memory(kernel.raw(name, access, place.storage, .global, [count]))
    }
    let operands = ProductEmitter.Operands(
      a: memory("a", .read, try site.place(of: chain.operands[0].value), counts.a),
      b: memory("b", .read, try site.place(of: chain.operands[1].value), counts.b),
      c: memory("c", nest.readsResult ? .update : .write, try site.result(result), counts.c))
    let epilogue = try epilogue(site, kernel)
    kernel.builder.parallel("n") { ProductEmitter(nest, site.target).emit(kernel.builder, operands, unit: $0, epilogue) }
    try site.add(
      kernel, over: nest.units, note: "product of matrices, \(choice)",
      alternatives: alternatives)
    if let sumResult { try emitColumnSums(site, try site.result(sumResult)) }
  }

  /// What follows the product, on a vector of results.
  private func epilogue(_ site: KernelSite, _ kernel: TemplateKernel) throws -> ProductEmitter.Epilogue? {
    var steps: [(Expr, ProductEmitter.Place) -> Expr] = []
    func vector(_ name: String, _ value: Value, _ count: Int) throws -> KernelBuilder.Buffer {
      kernel.raw(name, .read, try site.place(of: value).storage, .global, [count])
    }
    let all = shape.counts.c
    func atResult(_ memory: KernelBuilder.Buffer, _ place: ProductEmitter.Place) -> Expr {
      let batch = zip(place.batch, shape.c.batch).reduce(Index(0)) { $0 + $1.0 * $1.1 }
      return memory[[batch + place.row * shape.c.row + place.column], lanes: place.lanes, first: place.first]
    }
    for step in chain.steps {
      switch step {
      case .bias(let value, let axis):
        let isAlongRows = axis == shape.extents.batch.count
        let bias = try vector("bias", value, isAlongRows ? shape.rows : shape.columns)
        steps.append { value, place in
          guard isAlongRows else { return value + bias[[place.column], lanes: place.lanes, first: place.first] }
          return value + (place.lanes > 1 ? .splat(lanes: place.lanes, bias[place.row]) : bias[place.row])
        }
      case .add(let value):
        let other = try vector("other", value, all)
        steps.append { $0 + atResult(other, $1) }
      case .relu: steps.append { value, _ in .binary(.maximum, .number(0), value) }
      case .reluGradient(let output):
        let z = try vector("z", output, all)
        steps.append { Epilogue.masked($0, by: atResult(z, $1)) }
      case .maxPool: continue
      }
    }
    guard !steps.isEmpty else { return nil }
    return { value, place in steps.reduce(value) { $1($0, place) } }
  }

  /// The sums of the columns of the first factor: the gradient of the bias.
  private func emitColumnSums(_ site: KernelSite, _ sum: Place) throws {
    let kernel = site.kernel(".bias")
    let k = kernel.builder
    // The factor is in memory as samples of gradients.
    let (samples, columns) = (shape.inner, shape.rows)
    let lanes = min(site.target.lanes(.f32), columns.nextPowerOfTwo)
    let d = kernel.raw("d", .read, try site.place(of: chain.operands[0].value).storage, .global, [samples * columns])
    let db = kernel.raw("db", .write, sum.storage, .global, [columns])
    func emit(_ column: Index, first: Index?) {
      let total = k.variable(.f32(lanes), .number(0), "sum")
      k.loop(0..<samples, .serial, "s") { s in
        total.value = total.value + d[[s * columns + column], lanes: lanes, first: first]
      }
      db.store(total.value, [column], lanes: lanes, first: first)
    }
    let whole = columns / lanes
    k.parallel("j") { j in
      guard columns % lanes != 0 else { return emit(j * lanes, first: nil) }
      k.when(.indices([IndexCondition(j, in: 0..<whole)])) {
        emit(j * lanes, first: nil)
      } otherwise: {
        emit(Index(whole * lanes), first: Index(columns - whole * lanes))
      }
    }
    try site.add(kernel, over: columns.parts(of: lanes), note: "sums of columns, \(lanes) at a time")
  }
}
