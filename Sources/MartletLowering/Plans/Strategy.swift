import MartletGraph
import MartletLoopIR

/// One way to make the kernels of a node. A strategy is one file; `Strategies.all` lists it in one line, and nothing else names it.
///
/// It states in a `Plan` what it needs: the phases behind it choose layouts, memory and levels from all plans together, and then let the plan
/// emit its kernels. So a strategy never finds out while it emits that it does not fit.
package protocol Strategy: SendableMetatype {
  /// What `explain` calls it.
  static var name: String { get }

  /// Whether it makes kernels for such a target. The default: for targets whose kernels run in vectors.
  static func applies(to target: Target) -> Bool

  /// What it needs to compute the node; nil when the node is of another kind than it is made for. Throws why it does not take one that is.
  static func plan(_ node: NodeView) throws(StrategyRefusal) -> Plan?
}

extension Strategy {
  package static var name: String { "\(self)" }
  package static func applies(to target: Target) -> Bool { !target.mapsToThreads }
}

/// Strategies that are tried before the built-in ones.
package struct AdditionalStrategies: Hashable, Sendable {
  package let types: [any Strategy.Type]

  package init(_ types: [any Strategy.Type] = []) { self.types = types }

  package static func == (a: AdditionalStrategies, b: AdditionalStrategies) -> Bool {
    a.types.map { ObjectIdentifier($0) } == b.types.map { ObjectIdentifier($0) }
  }

  package func hash(into hasher: inout Hasher) { for type in types { hasher.combine(ObjectIdentifier(type)) } }
}
