import MartletGraph

/// What the strategies say of each node of a graph.
struct Plans {
  /// The plans of a node in the order in which they are preferred, and what strategies that were made for it refused.
  struct Node {
    var plans: [(strategy: String, plan: Plan)] = []
    var refusals: [(strategy: String, refusal: StrategyRefusal)] = []

    /// Why no strategy takes the node.
    var reason: String {
      guard !refusals.isEmpty else { return "no strategy computes these results together" }
      return refusals.map { "\($0.strategy) does not apply: \($0.refusal.reason)" }.joined(separator: "; ")
    }
  }

  /// For each node; without plans where it has no kernel of its own.
  let nodes: [Node]

  init(_ analysis: AnalyzedGraph) {
    let strategies = analysis.options.strategies(for: analysis.target)
    nodes = analysis.graph.nodes.indices.map { index in
      guard analysis.isLive[index], !analysis.isReadThrough[index] else { return Node() }
      return Plans.node(NodeView(analysis: analysis, index: index), strategies)
    }
  }

  private static func node(_ view: NodeView, _ strategies: [any Strategy.Type]) -> Node {
    var result = Node()
    for strategy in strategies {
      do throws(StrategyRefusal) {
        if let plan = try strategy.plan(view) { result.plans.append((strategy.name, plan)) }
      } catch { result.refusals.append((strategy.name, error)) }
    }
    return result
  }

  /// The plan of a node once layouts are chosen.
  struct Choice {
    var strategy: String
    var plan: Plan
    /// What was not taken, with its estimates.
    var alternatives: [String]
    /// Operands that have another layout than the plan reads, where no other plan is there.
    var conversions: [LayoutDemand]
  }

  /// For each node the first plan whose demands the layouts meet; where none is, the first one, and what it reads is converted.
  func chosen(for layouts: LayoutAssignment) -> [Choice?] {
    nodes.map { node in
      guard let first = node.plans.first else { return nil }
      var alternatives = node.refusals.compactMap(\.refusal.alternative)
      for (strategy, plan) in node.plans {
        if plan.demands.allSatisfy(layouts.meets) {
          return Choice(strategy: strategy, plan: plan, alternatives: alternatives, conversions: [])
        }
        if let alternative = plan.alternative { alternatives.append(alternative) }
      }
      let unmet = first.plan.demands.filter { !layouts.meets($0) }
      return Choice(strategy: first.strategy, plan: first.plan, alternatives: [], conversions: unmet)
    }
  }
}
