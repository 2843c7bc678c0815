import MartletCore
import MartletGraph

// What a GPU computes again instead of storing it. A kernel that only stores what the next one reads costs a launch and twice the memory's time;
// its arithmetic costs next to nothing.

enum Inlining {
  /// For each node whether it is inlined into its readers: views, rows of a table that are read at an index, and pointwise nodes with one result
  ///
  /// - that read bytes only, such as the conversion of images: reading the bytes takes a quarter of the time of reading the numbers;
  /// - that one node reads, a few times each element;
  ///
  /// and, where readers stage what they read (`Contraction`), what is computed of a few numbers and staged a few times: the gradient behind a
  /// max-pooling, which is mostly 0, is read by a convolution's two gradients.
  static func inlined(_ graph: Graph, isLive: [Bool], _ nodeElements: [NodeElements?], usesTiles: Bool) throws -> [Bool] {
    let users = graph.users
    let results = Set(graph.results.map(\.value))
    var isInlined = readThroughViews(graph, nodeElements)
    var depths = inliningDepths(graph, isInlined)
    /// The nodes that read a value, through whatever is read through.
    func readers(_ value: Value) -> [Int] {
      Set(users[value.id]).flatMap { user in
        isInlined[user] && graph.nodes[user].results.count == 1 ? readers(graph.nodes[user].results[0]) : [user]
      }
    }
    for (index, node) in graph.nodes.enumerated() {
      depths[index] = inliningDepth(of: node, graph, depths)
      defer { if !isInlined[index] { depths[index] = 0 } }
      guard isLive[index], !isInlined[index], depths[index] <= mostInlined else { continue }
      let isResult = node.results.contains(where: results.contains)
      // One or two numbers are read once, in the first launch: later readers then do not depend on the table.
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
      guard usesTiles, !isInlined[index], count <= cachedElements else { continue }
      isInlined[index] = true
      let staged = try stagedVisits(of: index, by: Set(graph.users[node.results[0].id]).filter { isLive[$0] }, graph, isInlined)
      isInlined[index] = staged.map { $0 <= mostStagedVisits * count } ?? false
    }
    return isInlined
  }

  /// Nodes in a row that one reader computes at most: element is nested in element, and a longer kernel takes long to compile.
  static let mostInlined = 64

  /// For each node whether it is a view that is inlined. In a long row of views some are stored.
  static func readThroughViews(_ graph: Graph, _ nodeElements: [NodeElements?]) -> [Bool] {
    var isView = zip(graph.nodes, nodeElements).map { $0.isTable || $1?.isView ?? false }
    var depths = [Int](repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isView[index] {
      depths[index] = inliningDepth(of: node, graph, depths)
      guard depths[index] > mostInlined else { continue }
      isView[index] = false
      depths[index] = 0
    }
    return isView
  }

  private static func inliningDepths(_ graph: Graph, _ isInlined: [Bool]) -> [Int] {
    var depths = [Int](repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where isInlined[index] { depths[index] = inliningDepth(of: node, graph, depths) }
    return depths
  }

  /// The longest row of inlined nodes that ends with this one, those inside fusions counted.
  private static func inliningDepth(of node: Node, _ graph: Graph, _ depths: [Int]) -> Int {
    let longest = node.operands.reduce(0) { longest, operand in
      guard case .node(let producer, _) = graph.definition(of: operand) else { return longest }
      return max(longest, depths[producer])
    }
    return longest + ((node.operation as? Fusion)?.region.nodes.count ?? 1)
  }

  /// Numbers that stay in the second-level cache while their readers run.
  private static let cachedElements = 1 << 20
  /// Times that a number is worth computing where it is staged, and how many numbers it may be computed of.
  private static let mostStagedVisits = 8
  private static let mostReads = 6

  /// How often the readers of a node that is read through compute its elements; nil when one of them stages nothing and reads each more than
  /// once, or when the node takes more than a few numbers.
  private static func stagedVisits(of index: Int, by readers: Set<Int>, _ graph: Graph, _ isInlined: [Bool]) throws -> Int? {
    let analysis = ElementAnalysis()
    let own = try plainElements(of: index, graph, isInlined)
    guard analysis.outermostFolds(own.elements).isEmpty, analysis.reads(own.elements).count <= mostReads else { return nil }
    let operands = Set(analysis.reads(own.elements).map(\.operand))
    let count = graph.nodes[index].resultTypes[0].elementCount
    var visits = 0
    for reader in readers {
      if isInlined[reader] || graph.nodes[reader].operation is Scan { return nil }
      guard graph.nodes[reader].resultTypes.allSatisfy({ $0.shape == graph.nodes[reader].resultTypes[0].shape }) else { return nil }
      var (axes, bounds, elements) = try plainElements(of: reader, graph, isInlined)
      if elements.count == 1, let slices = LongSum(elements[0], count: graph.nodes[reader].resultTypes[0].elementCount) {
        axes.insert(Contraction.Variable(name: "z", extent: slices.count), at: 0)
        bounds.set("z", Interval(0, slices.count - 1))
        elements = [slices.slice(Index(variable: "z"))]
      }
      if let contraction = Contraction(elements, axes: axes, bounds: bounds, analysis), let tile = ContractionTile.best(contraction) {
        let factors = (Contraction.folds(of: elements, analysis)?.sum).map { Contraction.factors(of: $0) } ?? []
        for (number, factor) in factors.enumerated() where analysis.reads([factor]).contains(where: { operands.contains($0.operand) }) {
          visits += tile.stagedNumbers(contraction, number)
        }
      } else {
        // Each point of a sum reads the element once.
        let points = analysis.outermostFolds(elements).reduce(1) { $0 * $1.variables.reduce(1) { $0 * $1.extent } }
        guard points * axes.reduce(1, { $0 * $1.extent }) <= count else { return nil }
        visits += count
      }
    }
    return visits
  }

  /// The elements of a node at plain indices with those of what is read through in them; reads are numbered by values.
  private static func plainElements(
    of index: Int, _ graph: Graph, _ isInlined: [Bool]
  ) throws -> (axes: [Contraction.Variable], bounds: IndexBounds, elements: [Element]) {
    let names = NameSupply()
    func elements(_ index: Int, at position: [Index]) throws -> [Element] {
      let node = graph.nodes[index]
      var known: [ElementPosition: Element] = [:]
      let readers = node.operands.map { operand in
        { (position: [Index]) in
          let key = ElementPosition(value: operand, index: position)
          if let element = known[key] { return element }
          if case .node(let producer, _) = graph.definition(of: operand), isInlined[producer], !graph.nodes[producer].isTable {
            let element = try elements(producer, at: position)[0]
            known[key] = element
            return element
          }
          let dtype = graph.type(of: operand).dtype
          return Element(.read(operand: operand.id, position), dtype == .u8 ? .i32 : dtype)
        }
      }
      let context = ElementContext(operandTypes: node.operands.map { graph.type(of: $0) }, readers: readers, names: names)
      return Element.withoutSinglePoints(try node.operation.elements(context, at: position))
    }
    let axes = graph.nodes[index].resultTypes[0].shape.extents.map { Contraction.Variable(name: names.fresh("i"), extent: $0) }
    var bounds = IndexBounds()
    for axis in axes { bounds.set(axis.name, Interval(0, max(axis.extent - 1, 0))) }
    let plain = try elements(index, at: axes.map { Index(variable: $0.name) })
    var inner = bounds
    ElementAnalysis().addFoldBounds(of: plain, to: &inner)
    return (axes, bounds, Element.mapping(plain, read: { $1.map { $0.simplified(inner) } }, index: { $0.simplified(inner) }))
  }

  private static let fewElements = 8

  /// Reads of an element that are worth a kernel less.
  static let mostVisits = 4

  /// How often a node reads an operand, at most: once for each point of its loops.
  static func visits(_ node: Int, _ graph: Graph, _ elements: NodeElements?) -> Int {
    guard let elements else { return .max }
    let loops = ElementAnalysis().reads(elements.elements).map { read in
      read.folds.reduce(1) { $0 * $1.variables.reduce(1) { $0 * $1.extent } }
    }
    return (loops.max() ?? 1) * graph.nodes[node].resultTypes[0].elementCount
  }
}

extension Element {
  /// The elements with the term in place of a sum over a single point, such as the one window that covers a pixel where windows do not overlap.
  static func withoutSinglePoints(_ elements: [Element]) -> [Element] {
    Element.mapping(
      elements, read: { $1 }, index: { $0 },
      fold: { fold, map in
        guard fold.combination == .sum, fold.variables.allSatisfy({ $0.extent == 1 }), case .constant(0) = fold.initial[0].kind else {
          return nil
        }
        let single: (String) -> Index? = { name in fold.variables.contains { $0.name == name } ? Index(0) : nil }
        let term = map(fold.variables.reduce(fold.steps[0]) { $0.substituting($1.name, by: Index(0)) })
        guard !fold.conditions.isEmpty else { return term }
        return Element(.guarded(fold.conditions.map { $0.substituting(single) }, value: term, otherwise: fold.initial[0]), term.dtype)
      })
  }

  /// Whether only subscripts are computed.
  fileprivate var isLookUp: Bool {
    switch kind {
    case .read: true
    case .withDataIndex(_, let index, _, let body): index.isLookUp && body.isLookUp
    case .constant, .unary, .binary, .compare, .select, .convert, .index, .guarded, .fold, .carried: false
    }
  }

  /// Whether the numbers that go into it, except subscripts, are bytes.
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
