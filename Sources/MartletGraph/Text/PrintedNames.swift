import MartletCore

/// Names of inner values in the order in which they are printed: the results of a fusion before those inside it.
///
/// Passes renumber what they make, so that two texts of one graph differ in nearly every line. Aligned names keep the number of what has
/// stayed: what differs is what a pass did.
package struct PrintedNames: Hashable, Sendable {
  package fileprivate(set) var names: [String]
  /// The number that the next new value gets.
  fileprivate var next: Int

  /// The names of the canonical text: numbers from 0.
  package init(of graph: Graph) {
    (names, next) = ([], 0)
    for entry in graph.printedNodes(parameterNames: graph.parameters.map(\.name), { _, _ in [] }) {
      names += entry.node.results.indices.map { String(next + $0) }
      next += entry.node.results.count
    }
  }

  private init(next: Int) { (names, self.next) = ([], next) }

  /// Names for a graph that was made of an earlier one: a node that computes the same of the same keeps its numbers, then one of the same
  /// kind, type and layer that has lost its place; the others get new ones.
  package func aligned(from earlier: Graph, to graph: Graph) -> PrintedNames { compared(earlier, graph).names }

  fileprivate func compared(_ earlier: Graph, _ graph: Graph) -> (names: PrintedNames, changes: NodeChanges) {
    var changes = NodeChanges()
    var exact: [ExactKey: [[String]]] = [:]
    var similar: [SimilarKey: [[String]]] = [:]
    var position = 0
    for entry in earlier.printedNodes(
      parameterNames: earlier.parameters.map(\.name),
      { node, _ in
        defer { position += node.results.count }
        return Array(names[position..<position + node.results.count])
      })
    {
      changes.removed += 1
      exact[ExactKey(entry.node, entry.operands), default: []].append(entry.results)
      similar[SimilarKey(entry.node), default: []].append(entry.results)
    }
    var result = PrintedNames(next: next)
    var taken: Set<[String]> = []
    // Names that some node of the new graph takes with good reason are not given to one that is only similar.
    func take(_ candidates: [[String]]?) -> [String]? {
      guard let free = candidates?.first(where: { !taken.contains($0) }) else { return nil }
      taken.insert(free)
      return free
    }
    _ = graph.printedNodes(parameterNames: graph.parameters.map(\.name)) { node, operands in
      let same = take(exact[ExactKey(node, operands)])
      let known = same ?? take(similar[SimilarKey(node)])
      if known == nil { changes.added += 1 } else { changes.removed -= 1 }
      if same == nil, known != nil { changes.changed += 1 }
      let own = known ?? node.results.indices.map { String(result.next + $0) }
      if known == nil { result.next += node.results.count }
      result.names += own
      return own
    }
    return (result, changes)
  }
}

/// What became of the nodes of a graph, those inside fusions and loops too: a node that computes the same of the same values has stayed; one
/// of the same operation, type and layer with other operands has changed.
package struct NodeChanges: Hashable, Sendable {
  package fileprivate(set) var added = 0
  package fileprivate(set) var removed = 0
  package fileprivate(set) var changed = 0

  package init() {}

  package init(from earlier: Graph, to graph: Graph) {
    self = PrintedNames(of: earlier).compared(earlier, graph).changes
  }

  package static func + (a: NodeChanges, b: NodeChanges) -> NodeChanges {
    var sum = a
    sum.added += b.added
    sum.removed += b.removed
    sum.changed += b.changed
    return sum
  }
}

/// A node that computes the same of the same values.
private struct ExactKey: Hashable {
  let operation: any TensorOperation
  let operands: [String]

  init(_ node: Node, _ operands: [String]) {
    operation = node.operation
    self.operands = operands
  }

  static func == (a: ExactKey, b: ExactKey) -> Bool { a.operands == b.operands && a.operation.isEqual(to: b.operation) }

  func hash(into hasher: inout Hasher) {
    hasher.combine(operands)
    operation.hash(into: &hasher)
  }
}

/// A node of the same operation, types and origin.
private struct SimilarKey: Hashable {
  let operation: any TensorOperation
  let types: [TensorType]
  let origin: Origin?

  init(_ node: Node) {
    operation = node.operation
    types = node.resultTypes
    origin = node.origin
  }

  static func == (a: SimilarKey, b: SimilarKey) -> Bool {
    a.types == b.types && a.origin == b.origin && a.operation.isEqual(to: b.operation)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(types)
    hasher.combine(origin)
    operation.hash(into: &hasher)
  }
}

extension Graph {
  fileprivate struct PrintedNode {
    var node: Node
    var operands: [String]
    var results: [String]
  }

  /// All nodes, those inside fusions too, in the order of the text, with the names of what they read; `name` names their results.
  fileprivate func printedNodes(parameterNames: [String], _ name: (Node, [String]) -> [String]) -> [PrintedNode] {
    var names = parameterNames
    var all: [PrintedNode] = []
    for node in nodes {
      let operands = node.operands.map { $0.id < names.count ? names[$0.id] : "" }
      let results = name(node, operands)
      all.append(PrintedNode(node: node, operands: operands, results: results))
      names += results.isEmpty ? node.results.map { _ in "" } : results
      if let fusion = node.operation as? Fusion { all += fusion.region.printedNodes(parameterNames: operands, name) }
      if let scan = node.operation as? Scan {
        let own = scan.region.parameters.prefix(scan.firstWhole).map { "\(results.first ?? "").\($0.name)" }
        all += scan.region.printedNodes(parameterNames: own + operands.dropFirst(scan.firstWhole), name)
      }
    }
    return all
  }
}
