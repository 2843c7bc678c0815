import MartletCore
import MartletGraph
import MartletLoopIR

// Sums and maxima on a GPU: where there are few results with long sums, several threads share one. Of 32 threads each takes every 32nd point,
// and a fixed tree combines what they have: within a warp by exchange, between the warps of a block through its memory.
//
//   %y[i] = sum of %x[i, k], k below 1000   =>   for k in lane ..< 1000 step 32 { %acc = %acc + %x[i, k] }
//                                                let %t = warp_xor(%acc, 16); let %u = %acc + %t; …; when lane in 0 ..< 1 { %y[i] = … }

extension PullEmitter {
  /// How many threads a GPU should have at least: more hide the latency of memory, fewer leave multiprocessors idle.
  private static let wantedThreads = 1 << 17
  /// Points of a sum that are worth a thread, where a point is a product or the like: one that has sums of its own is worth it alone.
  private static let leastPoints = 4

  /// How many threads share each element.
  struct Cooperation {
    let threads: Int
    /// Points of the sum.
    let length: Int
  }

  /// Nil where a thread for each element is enough, or where the points must be visited in order.
  func cooperation(_ extents: [Int]) throws -> Cooperation? {
    let elements = try plainElements(extents).elements
    let folds = analysis.outermostFolds(elements)
    guard folds.count == 1, let fold = folds.first, fold.combination != .sequential, fold.initial.count == 1, !fold.variables.isEmpty,
      ElementType(fold.initial[0].dtype) != .u8, fold.startsWithIdentity
    else { return nil }
    // What stands under a condition must not be computed without it.
    var isConditional = false
    analysis.visit(elements) { element, folds in
      guard folds.isEmpty else { return }
      switch element.kind {
      case .guarded, .withDataIndex: isConditional = true
      default: break
      }
    }
    guard !isConditional else { return nil }
    let (count, length) = (Shape(extents).elementCount, fold.variables.reduce(1) { $0 * $1.extent })
    let isHeavy = !analysis.outermostFolds(fold.steps).isEmpty
    let least = isHeavy ? 1 : PullEmitter.leastPoints
    var threads = 1
    while threads < Kernel.threadsPerBlock, threads * 2 * least <= length, count * threads < PullEmitter.wantedThreads { threads *= 2 }
    // Between a warp and a block little is gained by sharing memory.
    if threads > WarpExchange.width, threads < Kernel.threadsPerBlock { threads = isHeavy ? Kernel.threadsPerBlock : WarpExchange.width }
    return threads > 1 ? Cooperation(threads: threads, length: length) : nil
  }

  func emitCooperative(_ cooperation: Cooperation, _ extents: [Int]) throws -> Kernel {
    let count = Shape(extents).elementCount
    let (threads, all) = (cooperation.threads, Kernel.threadsPerBlock)
    let perBlock = all / threads
    let (begin, end) = (Index(variable: Kernel.begin), Index(variable: Kernel.end))
    let blocks = (end - begin + (perBlock - 1)) / perBlock
    try builder.loop(Index(0), blocks, .block(.x), "block") { block in
      try builder.loop(0..<all, .thread(.x), "thread") { thread in
        let position = begin + block * perBlock + (perBlock == 1 ? Index(0) : thread / threads)
        let lane = perBlock == 1 ? thread : thread % threads
        // Threads behind the end compute the last element once more: none may be missing where they meet.
        let clamped = Expr.binary(.minimum, .indexValue(.i32, position), .indexValue(.i32, end - 1))
        let element = builder.index(perBlock == 1 ? .indexValue(.i32, position) : clamped, 0..<count, "e")
        try scoped {
          for variable in thread.variables { bind(variable, Interval(0, all - 1)) }
          for variable in element.variables { bind(variable, Interval(0, count - 1)) }
          let index = digits(of: element, extents)
          let elements = try makeElements(index, bounds, builder.names)
          useCounts = analysis.useCounts(elements)
          guard let fold = analysis.outermostFolds(elements).first else { return }
          try hoistInvariants(fold.steps)
          let sum = try emitShared(fold, cooperation, thread: thread, lane: lane)
          foldResults[ObjectIdentifier(fold)] = [sum]
          var conditions = [IndexCondition(lane, in: 0..<1)]
          if perBlock > 1 { conditions.append(IndexCondition(position, begin, end)) }
          try builder.when(.indices(conditions)) {
            try scoped { try emitResults(index, elements) }
          }
        }
      }
    }
    return try builder.finish(over: count)
  }

  /// The value of a fold that the threads of an element compute together; all of them have it.
  private func emitShared(_ fold: Fold, _ cooperation: Cooperation, thread: Index, lane: Index) throws -> Expr {
    let type = ValueType(ElementType(fold.initial[0].dtype).loaded)
    let accumulator = builder.variable(type, try emit(fold.initial[0]), "acc")
    let isSingle = fold.variables.count == 1
    let point = isSingle ? fold.variables[0].name : builder.names.fresh("k")
    let iterations = cooperation.length.parts(of: cooperation.threads)
    let periods = isCascaded(fold, points: cooperation.length) ? CascadedSum.periods(iterations: iterations, inner: 1) : []
    try emitCascade(.variable(accumulator), like: fold, lanes: 1, periods: periods) { endGroups in
      let body = try builder.collect {
        try scoped {
          bind(point, Interval(0, cooperation.length - 1))
          if !isSingle {
            let shape = Shape(fold.variables.map(\.extent))
            for (axis, (variable, stride)) in zip(fold.variables, shape.strides).enumerated() {
              let whole = Index(variable: point)
              let digit = axis == 0 ? whole / stride : whole / stride % variable.extent
              builder.append(.letDataIndex(variable.name, .indexValue(.i32, digit), lower: 0, upper: variable.extent, multiple: 1))
              bind(variable.name, Interval(0, variable.extent - 1))
            }
          }
          let conditions = fold.conditions.filter { $0.decided(bounds) != true }
          guard !conditions.contains(where: { $0.decided(bounds) == false }) else { return }
          func step() throws { accumulator.value = combine(fold, accumulator.value, try emit(fold.steps[0])) }
          if conditions.isEmpty {
            try step()
          } else {
            try builder.when(.indices(conditions)) {
              try scoped {
                for condition in conditions { bounds.narrow(condition) }
                try step()
              }
            }
          }
          try endGroups(Index(variable: point) / cooperation.threads)
        }
      }
      builder.append(.loop(Loop(point, lane, Index(cooperation.length), step: Index(cooperation.threads), .serial, body)))
    }
    var value = accumulator.value
    var distance = min(cooperation.threads, WarpExchange.width) / 2
    while distance >= 1 {
      let other = builder.exchange(value, .xor(distance))
      value = builder.let(combine(fold, value, other))
      distance /= 2
    }
    guard cooperation.threads > WarpExchange.width else { return value }
    let warps = cooperation.threads / WarpExchange.width
    let partial = builder.array(type.element, [warps], "partial", .shared)
    builder.when(.indices([IndexCondition(thread % WarpExchange.width, in: 0..<1)])) {
      partial.store(value, [thread / WarpExchange.width])
    }
    builder.barrier()
    return (1..<warps).reduce(builder.let(partial[Index(0)])) { builder.let(combine(fold, $0, partial[Index($1)])) }
  }
}

extension Fold {
  /// Whether combining the first state with a value gives the value: then every thread can begin with it.
  fileprivate var startsWithIdentity: Bool {
    guard case .constant(let value) = initial[0].kind else { return false }
    return switch combination {
    case .sum: value == 0
    case .maximum: value == initial[0].dtype.lowest
    case .sequential: false
    }
  }
}
