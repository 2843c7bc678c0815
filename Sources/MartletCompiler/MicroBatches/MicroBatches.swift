import MartletCore

/// The division of a batch into micro-batches, consecutive parts of nearly one size: number i of C over n samples holds i n / C ..< (i + 1) n / C.
///
/// Everything here is a function of the numbers of samples and of micro-batches alone: not of processes, threads or memory.
package struct MicroBatches: Hashable, Sendable {
  package let count: Int
  package let samples: Int

  package init(count: Int, samples: Int) {
    self.count = max(count, 1)
    self.samples = samples
  }

  package func range(_ number: Int) -> Range<Int> { bound(number)..<bound(number + 1) }

  /// number samples / count, without the product: it may be larger than an integer.
  private func bound(_ number: Int) -> Int {
    let (whole, rest) = samples.quotientAndRemainder(dividingBy: count)
    return whole * number + (rest * number) / count
  }

  /// A batch with fewer samples than micro-batches leaves some empty; those contribute nothing.
  package func isEmpty(_ number: Int) -> Bool { range(number).isEmpty }

  /// What the loss and the gradients of a micro-batch are multiplied by.
  package func share(_ number: Int) -> Float { Float(Double(range(number).count) / Double(max(samples, 1))) }

  /// The sizes of all that are not empty, without repetition: two at most.
  package var sizes: Set<Int> {
    let size = samples / count
    return Set([size, samples % count == 0 ? size : size + 1].filter { $0 > 0 })
  }

  /// The micro-batches of a process, a run of neighbours: r C / P ..< (r + 1) C / P.
  package func ofProcess(_ rank: Int, of processes: Int) -> Range<Int> { rank * count / processes..<(rank + 1) * count / processes }
}

/// The order in which sums over micro-batches are added: a binary tree over their numbers. A node of level k is the sum of 2^k neighbours that begin at a
/// multiple of 2^k; of a node whose second half is empty the first half is the sum.
package struct MicroBatchTree: Hashable, Sendable {
  package struct Node: Hashable, Sendable, Comparable {
    package var level: Int
    package var index: Int

    package static func < (a: Node, b: Node) -> Bool { (a.first, a.level) < (b.first, b.level) }

    /// The number of the first micro-batch.
    var first: Int { index << level }
  }

  package let batches: MicroBatches

  package init(_ batches: MicroBatches) { self.batches = batches }

  /// The sum of all.
  package var root: Node {
    var level = 0
    while 1 << level < batches.count { level += 1 }
    return Node(level: level, index: 0)
  }

  /// The micro-batches that a node adds.
  package func leaves(_ node: Node) -> Range<Int> {
    min(node.first, batches.count)..<min(node.first + (1 << node.level), batches.count)
  }

  /// The largest nodes that together add exactly the micro-batches of a range, in order, but those of which all are empty.
  package func nodes(covering range: Range<Int>) -> [Node] {
    func cover(_ node: Node) -> [Node] {
      let leaves = leaves(node)
      guard !leaves.clamped(to: range).isEmpty, leaves.contains(where: { !batches.isEmpty($0) && range.contains($0) }) else { return [] }
      if range.lowerBound <= leaves.lowerBound, leaves.upperBound <= range.upperBound { return [node] }
      return cover(Node(level: node.level - 1, index: 2 * node.index)) + cover(Node(level: node.level - 1, index: 2 * node.index + 1))
    }
    return range.isEmpty ? [] : cover(root)
  }

  /// The last micro-batch of a node that is not empty.
  package func last(of node: Node) -> Node? { leaves(node).last { !batches.isEmpty($0) }.map { Node(level: 0, index: $0) } }

  /// How many sums are in memory at most when the micro-batches are computed one after the other.
  package var mostSums: Int {
    var (held, most) = (0, 0)
    _ = sum(
      root,
      known: { node -> Int? in
        guard node.level == 0 else { return nil }
        held += 1
        most = max(most, held)
        return node.index
      },
      add: { first, _ in
        held -= 1
        return first
      })
    return most
  }

  /// The sum of a node. `known` gives what is there already: all leaves, or sums of whole nodes; `add` adds a later sum to an earlier one. Nil for
  /// a node of which all micro-batches are empty.
  package func sum<Term>(_ node: Node, known: (Node) throws -> Term?, add: (Term, Term) throws -> Term) rethrows -> Term? {
    guard leaves(node).contains(where: { !batches.isEmpty($0) }) else { return nil }
    if let term = try known(node) { return term }
    guard node.level > 0 else { return nil }
    let first = try sum(Node(level: node.level - 1, index: 2 * node.index), known: known, add: add)
    let second = try sum(Node(level: node.level - 1, index: 2 * node.index + 1), known: known, add: add)
    guard let first, let second else { return first ?? second }
    return try add(first, second)
  }
}
