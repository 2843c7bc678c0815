import MartletCore
import MartletGraph
import MartletLowering
import MartletRuntime
import MartletTransforms

/// Finds the least change with which a step takes at most so many bytes: micro-batches first, which cost little time, and where these do not
/// suffice values of the forward part that the backward part computes a second time.
///
/// The plan of the memory decides. What `RecomputationPlan` chooses is an estimate from the plan of the step as it is, so it is lowered and
/// measured; what is missing, or left, is what the next choice has less or more.
package struct MemoryBudget {
  private let compiler: Compiler
  private let limit: MemoryLimit
  /// Samples of a batch.
  private let samples: Int
  /// Numbers of micro-batches that may be chosen, ascending.
  private let microBatches: [Int]
  /// What the caller keeps in memory beside the program, for a number of micro-batches: sums of gradients, and the variables and the plan of the update
  /// program.
  private let beside: (_ microBatches: Int) throws -> Int

  /// `compiler` says how graphs are optimized and lowered; a limit of its own does not count.
  package init(
    _ compiler: Compiler, _ limit: MemoryLimit, samples: Int, microBatches: [Int] = [1],
    beside: @escaping (_ microBatches: Int) throws -> Int = { _ in 0 }
  ) {
    var compiler = compiler
    compiler.memoryLimit = nil
    self.compiler = compiler
    self.limit = limit
    self.samples = samples
    self.microBatches = microBatches
    self.beside = beside
  }

  /// 1, 2, 4, … and the number of samples itself: the micro-batches that may be chosen where the user does not say how many.
  package static func doublings(samples: Int) -> [Int] {
    var counts = [1]
    while let last = counts.last, last < samples { counts.append(last > samples / 2 ? samples : last * 2) }
    return counts
  }

  /// `graph` gives the differentiated graph of a micro-batch of so many samples, before it is optimized: of all samples of the batch the whole step,
  /// of fewer the loss and its gradients.
  ///
  /// Throws M704 with the floor where no choice takes few enough bytes, and what `graph` and the compiler throw.
  package func fit(_ graph: (_ samples: Int) throws -> Graph) throws -> MemoryFit {
    var unconstrained: MemoryUse?
    var steps: [(count: Int, step: Lowered)] = []
    for count in microBatches {
      // The largest of the micro-batches.
      let step = try lowered(compiler.optimized(graph((samples + count - 1) / count)).numbered, count)
      let before = unconstrained ?? step.use
      unconstrained = before
      if step.use.total <= limit.byteCount { return fit(step, [], of: step, before: before, count) }
      steps.append((count, step))
    }
    var floor = Int.max
    for (count, step) in steps.reversed() {
      let search = try Search(step, within: limit.byteCount) { try lowered($0, count) }
      if let (found, nodes) = try search.run() { return fit(found, nodes, of: step, before: unconstrained ?? step.use, count) }
      floor = min(floor, try search.floor())
    }
    throw MartletError(
      LoweringErrorCode.memoryLimit,
      "a step of \(samples) samples takes \(floor) bytes at least, and may take \(limit.byteCount)",
      advice: "Allow \(floor) bytes or more, or make the batch smaller.")
  }

  /// An optimized graph, its program and the memory of it.
  fileprivate struct Lowered {
    var graph: Graph
    var program: Program
    var use: MemoryUse
  }

  private func lowered(_ graph: Graph, _ count: Int) throws -> Lowered {
    let program = try compiler.program(graph, for: limit.target)
    return Lowered(graph: graph, program: program, use: MemoryUse(program, workers: limit.workers, beside: try beside(count)))
  }

  private func fit(_ found: Lowered, _ nodes: Set<Int>, of step: Lowered, before: MemoryUse, _ count: Int) -> MemoryFit {
    let names = step.graph.printedNames
    return MemoryFit(
      byteCount: limit.byteCount, microBatches: count, graph: found.graph, before: before, after: found.use,
      repetitions: nodes.sorted().map { index in
        let node = step.graph.nodes[index]
        return MemoryFit.Repetition(
          names: node.results.map { names[$0.id] }, layer: node.origin?.layer,
          operation: (node.operation as? Fusion)?.name ?? node.mnemonic, byteCount: node.resultTypes.reduce(0) { $0 + $1.byteCount },
          operations: step.graph.cost(of: node).operations)
      }, operations: step.graph.floatingPointOperations)
  }
}

/// The search for what one graph computes twice.
private struct Search {
  /// Choices that are lowered until one fits, and then until it leaves little.
  private static let mostTries = 8
  /// Of the choices with the lowest estimates as many are lowered before a limit is refused.
  private static let mostExtremes = 12

  private let step: MemoryBudget.Lowered
  private let byteCount: Int
  private let lowered: (Graph) throws -> MemoryBudget.Lowered
  private let plan: RecomputationPlan

  init(
    _ step: MemoryBudget.Lowered, within byteCount: Int, _ lowered: @escaping (Graph) throws -> MemoryBudget.Lowered
  ) throws {
    self.step = step
    self.byteCount = byteCount
    self.lowered = lowered
    plan = try RecomputationPlan(step.graph, MemoryTimeline(of: step.program))
  }

  /// The graph that fits with the fewest operations done twice, of those that were tried; nil where none fits.
  func run() throws -> (MemoryBudget.Lowered, Set<Int>)? {
    var best: (found: MemoryBudget.Lowered, choice: RecomputationPlan.Choice)?
    // What estimates may come to: too few did not fit, too many left something.
    var target = min(byteCount - (step.use.total - step.use.shared), plan.peak - 1)
    var (low, high) = (0, plan.peak)
    var tried: Set<Set<Int>> = []
    for _ in 0..<Search.mostTries where target > 0 && low < high {
      let choice = plan.choice(within: target)
      guard !choice.nodes.isEmpty, tried.insert(choice.nodes).inserted else { break }
      let found = try lowered(step.graph.recomputing(choice.nodes))
      let left = byteCount - found.use.total
      if left >= 0 {
        if best.map({ choice.operations < $0.choice.operations }) ?? true { best = (found, choice) }
        low = max(low, target)
        // Little is left: less would hardly be computed twice.
        if left <= byteCount / 32 { break }
        target = high - target > 2 * left ? target + left : (target + high) / 2
      } else {
        high = min(high, target)
        target = target + left > low ? target + left : (low + target) / 2
      }
    }
    if let best { return (best.found, best.choice.nodes) }
    for extreme in try extremes() where extreme.found.use.total <= byteCount {
      if best.map({ extreme.choice.operations < $0.choice.operations }) ?? true { best = extreme }
    }
    return best.map { ($0.found, $0.choice.nodes) }
  }

  /// The fewest bytes that there are to reach: of choices that do not depend on what is allowed.
  func floor() throws -> Int { try extremes().map(\.found.use.total).min() ?? step.use.total }

  private func extremes() throws -> [(found: MemoryBudget.Lowered, choice: RecomputationPlan.Choice)] {
    try plan.extremes.prefix(Search.mostExtremes).map { (try lowered(step.graph.recomputing($0.nodes)), $0) }
  }
}
