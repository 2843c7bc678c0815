import MartletGraph

// What a GPU computes again instead of storing it. A kernel that only stores what the next one reads costs a launch and twice the memory's time;
// its arithmetic costs next to nothing.

extension GraphLowering {
  /// For each node whether readers compute it: views, rows of a table that are only looked up, and pointwise nodes with one result
  ///
  /// - that read bytes only, such as the conversion of images: reading the bytes takes a quarter of the time of reading the numbers;
  /// - that one node reads, a few times each element.
  static func inlined(_ graph: Graph, isLive: [Bool], _ nodeElements: [NodeElements?]) -> [Bool] {
    let users = graph.users
    var isInlined = nodeElements.map { $0?.isView ?? false }
    /// The nodes that read a value, through whatever is read through.
    func readers(_ value: Value) -> [Int] {
      Set(users[value.id]).flatMap { user in
        isInlined[user] && graph.nodes[user].results.count == 1 ? readers(graph.nodes[user].results[0]) : [user]
      }
    }
    for (index, node) in graph.nodes.enumerated() where isLive[index] && !isInlined[index] {
      let isResult = graph.results.contains { node.results.contains($0.value) }
      // A number or two are looked up once, in the first launch: whoever reads them later need not wait for the table to stay as it is.
      if let elements = nodeElements[index], elements.elements.count == 1, elements.elements[0].isLookUp, !isResult,
        elements.isView || node.resultTypes[0].elementCount > fewElements
      {
        isInlined[index] = true
        continue
      }
      guard let elements = nodeElements[index], node.results.count == 1, !isResult else { continue }
      let readsBytes = elements.elements[0].computesOfBytes { operand in
        let type = graph.type(of: node.operands[operand])
        return type.dtype == .u8 || type.elementCount == 1
      }
      let readers = Set(readers(node.results[0])).filter { isLive[$0] }
      let count = node.resultTypes[0].elementCount
      let isReadOnce = readers.count == 1 && readers.allSatisfy { visits($0, graph, nodeElements[$0]) <= mostVisits * count }
      isInlined[index] = readsBytes || elements.isPointwise && isReadOnce
    }
    return isInlined
  }

  private static let fewElements = 8

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

extension Element {
  /// Whether nothing is computed but where to look.
  fileprivate var isLookUp: Bool {
    switch kind {
    case .read: true
    case .withDataIndex(_, let index, _, let body): index.isLookUp && body.isLookUp
    case .constant, .unary, .binary, .compare, .select, .convert, .index, .guarded, .fold, .carried: false
    }
  }

  /// Whether the numbers that go into it, but for those that say where to look, are bytes.
  fileprivate func computesOfBytes(_ isByte: (Int) -> Bool) -> Bool {
    switch kind {
    case .read(let operand, _): isByte(operand)
    case .withDataIndex(_, let index, _, let body): index.isLookUp && body.computesOfBytes(isByte)
    case .unary, .binary, .compare, .select, .convert: children.allSatisfy { $0.computesOfBytes(isByte) }
    case .constant, .index: true
    case .guarded, .fold, .carried: false
    }
  }
}
