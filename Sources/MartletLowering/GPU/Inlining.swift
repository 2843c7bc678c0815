import MartletGraph

// What a GPU computes again instead of storing it. A kernel that only stores what the next one reads costs a launch and twice the memory's time;
// its arithmetic costs next to nothing.

extension GraphLowering {
  /// For each node whether readers compute it: views, and pointwise nodes with one result
  ///
  /// - that read bytes only, such as the conversion of images: reading the bytes takes a quarter of the time of reading the numbers;
  /// - that one node reads, a few times each element.
  static func inlined(_ graph: Graph, isLive: [Bool], _ nodeElements: [NodeElements?]) -> [Bool] {
    let users = graph.users
    var isInlined = nodeElements.map { $0?.isView ?? false }
    /// The nodes that read a value, through whatever is read through.
    func readers(_ value: Value) -> [Int] {
      Set(users[value.id]).flatMap { user in
        isInlined[user] && nodeElements[user]?.isView == true ? readers(graph.nodes[user].results[0]) : [user]
      }
    }
    for (index, node) in graph.nodes.enumerated() where isLive[index] && !isInlined[index] {
      guard let elements = nodeElements[index], elements.isPointwise, node.results.count == 1,
        !graph.results.contains(where: { $0.value == node.results[0] })
      else { continue }
      let readsBytes = node.operands.allSatisfy { graph.type(of: $0).dtype == .u8 || graph.type(of: $0).elementCount == 1 }
      let readers = Set(readers(node.results[0])).filter { isLive[$0] }
      let count = node.resultTypes[0].elementCount
      let isReadOnce = readers.count == 1 && readers.allSatisfy { visits($0, graph, nodeElements[$0]) <= mostVisits * count }
      isInlined[index] = readsBytes || isReadOnce
    }
    return isInlined
  }

  /// Reads of an element that are worth a kernel less.
  private static let mostVisits = 4

  /// How often a node reads an operand, at most: once for each point of its loops.
  private static func visits(_ node: Int, _ graph: Graph, _ elements: NodeElements?) -> Int {
    guard let elements else { return .max }
    let loops = ElementAnalysis().reads(elements.elements).map { read in
      read.folds.reduce(1) { $0 * $1.variables.reduce(1) { $0 * $1.extent } }
    }
    return (loops.max() ?? 1) * graph.nodes[node].resultTypes[0].elementCount
  }
}
