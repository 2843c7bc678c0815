import MartletGraph

/// What a pass does to a graph, rewrite by rewrite. A pass asks before each one; bisection allows fewer of them.
package final class RewriteLog {
  /// One change: of a node, or of several that become one.
  package struct Rewrite: Sendable, CustomStringConvertible {
    /// `multiply-by-one`; for most passes the name of the pass.
    package let rule: String
    /// The graph that the pass was looking at.
    package let graph: Graph
    /// The changed nodes in it, by number.
    package let nodes: [Int]

    /// `%4 = mul of layer conv1.0 at Model.swift:12`, one node after the other.
    package var description: String {
      let names = graph.printedNames
      return nodes.map { index in
        let node = graph.nodes[index]
        let layer = node.origin?.layer.map { " of layer \($0)" } ?? ""
        let place = node.origin?.location.map { " at \($0)" } ?? ""
        return "\(node.results.map { "%\(names[$0.id])" }.joined(separator: ", ")) = \(node.mnemonic)\(layer)\(place)"
      }.joined(separator: "; ")
    }
  }

  package private(set) var rewrites: [Rewrite] = []
  private let most: Int

  package init(most: Int = .max) { self.most = most }

  /// Whether a pass may do this rewrite, which then stands in the log.
  package func permits(_ rule: String, _ nodes: [Int], of graph: Graph) -> Bool {
    guard rewrites.count < most else { return false }
    rewrites.append(Rewrite(rule: rule, graph: graph, nodes: nodes))
    return true
  }
}
