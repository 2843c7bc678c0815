import MartletCore
import MartletGraph

/// Which nodes of a differentiated step are computed twice, so that at most so many bytes are alive at once.
///
/// A node is worth its bytes for each operation that is repeated; what is cheap, everything without a convolution or a product, comes first. What is
/// repeated together, from the values that are kept to the one that is read, is a *segment*; all of it is in memory when the backward part
/// comes to its end. Segments of at most so many bytes are tried for several such numbers: many short ones keep more values,
/// few long ones compute more at once, and the best are as long as there are of them (about the square root of the number of the layers).
/// Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
package struct RecomputationPlan: Sendable {
  /// A set of nodes that are computed twice.
  package struct Choice: Hashable, Sendable {
    package var nodes: Set<Int>
    /// The most bytes that are alive at once, by the timeline.
    package var peak: Int
    /// Arithmetic that is done twice.
    package var operations: Int
  }

  private struct Candidate {
    var byteCount: Int
    /// Of the node and of what must be repeated with it because it is not stored.
    var operations: Int
    var isCheap: Bool
    /// Stored nodes that it is computed of.
    var needs: [Int]
    /// Nodes that are repeated with it.
    var companions: [Int]
    var lastEarlyTouch: Int
    var lateTouches: ClosedRange<Int>?
  }

  private let timeline: MemoryTimeline
  private let candidates: [Int: Candidate]
  /// The numbers of the candidates, in order.
  private let order: [Int]
  /// The most bytes alive at once when nothing is computed twice.
  package private(set) var peak = 0

  /// `timeline` says where the values of the graph are when nothing is computed twice.
  package init(_ graph: Graph, _ timeline: MemoryTimeline) throws { try self.init(StepParts(graph), timeline) }

  init(_ parts: StepParts, _ timeline: MemoryTimeline) throws {
    let graph = parts.graph
    self.timeline = timeline
    let results = Set(graph.results.map(\.value))
    // The end of the forward part.
    let turn = graph.nodes.indices.filter { parts.isForward[$0] }.compactMap { timeline.entries[$0]?.touches.first }.max() ?? 0
    /// What lies between a node and the stored nodes that it is computed of; nil where something there cannot be repeated.
    func chain(_ index: Int) -> (needs: [Int], companions: [Int])? {
      var (needs, companions): ([Int], [Int]) = ([], [])
      var pending = parts.sources[index]
      var seen = Set(pending)
      while let source = pending.popLast() {
        if timeline.available.contains(source) { continue }
        if timeline.entries[source] != nil {
          needs.append(source)
          continue
        }
        guard RecomputationPlan.isRepeatable(graph.nodes[source], results) else { return nil }
        companions.append(source)
        pending += parts.sources[source].filter { seen.insert($0).inserted }
      }
      return (needs.sorted(), companions)
    }
    var candidates: [Int: Candidate] = [:]
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard parts.isForward[index], !parts.isView[index], !timeline.available.contains(index), let entry = timeline.entries[index],
        entry.byteCount > 0, RecomputationPlan.isRepeatable(node, results), let (needs, companions) = chain(index)
      else { continue }
      let repeated = [index] + companions
      let late = entry.touches.filter { $0 > turn }
      candidates[index] = Candidate(
        byteCount: entry.byteCount,
        operations: repeated.reduce(0) { sum, index in
          let (next, overflow) = sum.addingReportingOverflow(graph.cost(of: graph.nodes[index]).operations)
          return overflow ? .max : next
        },
        isCheap: repeated.allSatisfy { RecomputationPlan.isCheap(graph.nodes[$0]) }, needs: needs, companions: companions,
        lastEarlyTouch: entry.touches.last { $0 <= turn } ?? entry.touches[0],
        lateTouches: late.first.flatMap { first in late.last.map { first...$0 } })
    }
    self.candidates = candidates
    order = candidates.keys.sorted()
    peak = peak(of: [])
  }

  private static func isRepeatable(_ node: Node, _ results: Set<Value>) -> Bool {
    !(node.operation is Scan) && !node.results.contains(where: results.contains)
  }

  /// Everything but convolutions and products.
  private static func isCheap(_ node: Node) -> Bool {
    if let fusion = node.operation as? Fusion { return fusion.region.nodes.allSatisfy(isCheap) }
    return switch node.operation {
    case is Convolution2D, is ConvolutionTranspose2D, is Convolution2DInputGradient, is Convolution2DFilterGradient: false
    case is MatrixMultiply, is Scan: false
    default: true
    }
  }

  // MARK: Choosing

  /// The nodes that are cheapest to compute twice so that at most `byteCount` bytes are alive at once; where that cannot be reached, those with
  /// the lowest peak.
  package func choice(within byteCount: Int) -> Choice {
    guard peak > byteCount else { return Choice(nodes: [], peak: peak, operations: 0) }
    var lowest = Choice(nodes: [], peak: peak, operations: 0)
    for isCheap in [true, false] {
      var best: Choice?
      for segment in segmentByteCounts(isCheap: isCheap) {
        let allowed = members(segment: segment, isCheap: isCheap)
        let all = choice(of: Set(allowed))
        if (all.peak, all.operations) < (lowest.peak, lowest.operations) { lowest = all }
        guard all.peak <= byteCount else { continue }
        // The first ones, in the order of their worth, that are enough.
        let ranked = allowed.sorted { isWorthMore($0, than: $1) }
        var (few, many) = (0, ranked.count)
        while few < many {
          let middle = (few + many) / 2
          if peak(of: Set(ranked[..<middle])) <= byteCount { many = middle } else { few = middle + 1 }
        }
        let chosen = choice(of: Set(ranked[..<many]))
        guard chosen.peak <= byteCount else { continue }
        if best.map({ (chosen.operations, chosen.peak) < ($0.operations, $0.peak) }) ?? true { best = chosen }
      }
      if let best { return pruned(best, byteCount) }
    }
    return lowest
  }

  /// Segments of every length with everything in them computed twice: among these is the lowest peak that there is to reach. The lowest first;
  /// each set once.
  package var extremes: [Choice] {
    var found: Set<Choice> = []
    for isCheap in [true, false] {
      for segment in segmentByteCounts(isCheap: isCheap) { found.insert(choice(of: Set(members(segment: segment, isCheap: isCheap)))) }
    }
    return found.sorted { ($0.peak, $0.operations, $0.nodes.count) < ($1.peak, $1.operations, $1.nodes.count) }
  }

  /// The lengths of segments that are tried, in bytes.
  private func segmentByteCounts(isCheap: Bool) -> [Int] {
    let own = order.compactMap { candidates[$0] }.filter { $0.isCheap || !isCheap }.map(\.byteCount)
    let total = own.reduce(0, +)
    guard let largest = own.max() else { return [] }
    var counts: [Int] = []
    var count = total
    while count >= largest, counts.count < 16 {
      counts.append(count)
      // Steps of a third: with halves the best length is missed by more.
      count = count / 3 * 2
    }
    if counts.last != largest { counts.append(largest) }
    return counts
  }

  /// The candidates of which no segment has more bytes.
  private func members(segment: Int, isCheap: Bool) -> [Int] {
    var lengths: [Int: Int] = [:]
    for index in order {
      guard let candidate = candidates[index], candidate.isCheap || !isCheap else { continue }
      let length = candidate.needs.reduce(candidate.byteCount) { sum, need in
        let (next, overflow) = sum.addingReportingOverflow(lengths[need] ?? 0)
        return overflow ? .max : next
      }
      if length <= segment { lengths[index] = length }
    }
    return lengths.keys.sorted()
  }

  private func isWorthMore(_ a: Int, than b: Int) -> Bool {
    guard let first = candidates[a], let second = candidates[b] else { return false }
    let (left, right) = (worth(first), worth(second))
    return left != right ? left > right : a < b
  }

  /// Bytes for each operation.
  private func worth(_ candidate: Candidate) -> Double { Double(candidate.byteCount) / Double(max(candidate.operations, 1)) }

  /// Without the nodes that are not needed to stay below the peak: the dearest go first.
  private func pruned(_ choice: Choice, _ byteCount: Int) -> Choice {
    var nodes = choice.nodes.filter { candidates[$0] != nil }
    for index in nodes.sorted(by: { isWorthMore($1, than: $0) }) {
      nodes.remove(index)
      if peak(of: nodes) > byteCount { nodes.insert(index) }
    }
    return self.choice(of: nodes)
  }

  // MARK: Estimating

  private func choice(of nodes: Set<Int>) -> Choice {
    let needed = demands(nodes)
    var all = Set(needed.keys)
    var operations = 0
    for index in needed.keys {
      guard let candidate = candidates[index] else { continue }
      all.formUnion(candidate.companions)
      let (sum, overflow) = operations.addingReportingOverflow(candidate.operations)
      operations = overflow ? .max : sum
    }
    return Choice(nodes: all, peak: peak(of: nodes), operations: operations)
  }

  /// From when to when the second result of each of the nodes is needed: by the backward part, and by other second computations.
  private func demands(_ nodes: Set<Int>) -> [Int: ClosedRange<Int>] {
    var demands: [Int: ClosedRange<Int>] = [:]
    for index in nodes.sorted(by: >) {
      guard let candidate = candidates[index] else { continue }
      var demand = demands[index]
      if let late = candidate.lateTouches {
        demand = demand.map { min($0.lowerBound, late.lowerBound)...max($0.upperBound, late.upperBound) } ?? late
      }
      guard let demand else { continue }
      demands[index] = demand
      let time = demand.lowerBound
      for need in candidate.needs where nodes.contains(need) {
        demands[need] = demands[need].map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
      }
    }
    return demands
  }

  /// The most bytes alive at once when these nodes are computed twice.
  private func peak(of nodes: Set<Int>) -> Int {
    let demands = demands(nodes)
    // What is kept is read later than without: by second computations.
    var lastReads: [Int: Int] = [:]
    for (index, demand) in demands {
      for need in candidates[index]?.needs ?? [] where demands[need] == nil {
        lastReads[need] = max(lastReads[need] ?? 0, demand.lowerBound)
      }
    }
    let count = timeline.background.count
    var changes = [Int](repeating: 0, count: count + 1)
    func add(_ byteCount: Int, _ first: Int, _ last: Int) {
      guard first <= last, first < count, !(timeline.isFreeWithinTime && first == last) else { return }
      changes[first] += byteCount
      changes[min(last, count - 1) + 1] -= byteCount
    }
    for (index, entry) in timeline.entries {
      guard let first = entry.touches.first, let last = entry.touches.last else { continue }
      if let demand = demands[index], let candidate = candidates[index] {
        add(entry.byteCount, first, candidate.lastEarlyTouch)
        add(entry.byteCount, demand.lowerBound, demand.upperBound)
      } else {
        add(entry.byteCount, first, max(last, lastReads[index] ?? last))
      }
    }
    var (alive, most) = (0, 0)
    for (change, other) in zip(changes, timeline.background) {
      alive += change
      most = max(most, alive + other)
    }
    return most
  }
}
