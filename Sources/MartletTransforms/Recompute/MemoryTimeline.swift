import MartletCore
import MartletGraph

/// Which values of a graph are in memory, and when. Times are numbers from 0 on: of nodes, or of what they are lowered to.
package struct MemoryTimeline: Sendable {
  /// The results of a node that are stored for all samples.
  package struct Entry: Sendable {
    package var byteCount: Int
    /// When it is written and read, in order.
    package var touches: [Int]

    package init(byteCount: Int, touches: [Int]) {
      self.byteCount = byteCount
      self.touches = touches
    }
  }

  /// By the number of the node.
  package var entries: [Int: Entry]
  /// Nodes whose results are there in another form, sums over the batch for example: they need not be computed again to be read again.
  package var available: Set<Int>
  /// For each time the bytes of everything else.
  package var background: [Int]
  /// Whether what is written and read at one time only takes no memory: kernels hand it on sample by sample.
  package var isFreeWithinTime: Bool

  package init(entries: [Int: Entry], available: Set<Int>, background: [Int], isFreeWithinTime: Bool) {
    self.entries = entries
    self.available = available
    self.background = background
    self.isFreeWithinTime = isFreeWithinTime
  }

  /// The nodes run one after the other, and each result is stored whole. An estimate for passes that know nothing of the lowering.
  init(inOrder parts: StepParts) {
    let graph = parts.graph
    var touches: [[Int]] = graph.nodes.map { _ in [] }
    for (index, sources) in parts.sources.enumerated() where !parts.isView[index] {
      touches[index].append(index)
      for source in sources { touches[source].append(index) }
    }
    let results = Set(graph.results.map(\.value))
    entries = [:]
    available = []
    for (index, node) in graph.nodes.enumerated() where !parts.isView[index] {
      if node.results.contains(where: results.contains) {
        available.insert(index)
      } else {
        entries[index] = Entry(byteCount: node.resultTypes.reduce(0) { $0 + $1.byteCount }, touches: touches[index].sorted())
      }
    }
    background = graph.nodes.map { _ in 0 }
    isFreeWithinTime = false
  }
}
