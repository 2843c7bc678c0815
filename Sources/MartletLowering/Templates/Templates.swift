import MartletCore
import MartletGraph
import MartletLoopIR

/// A node that a template is asked to make the kernels of.
struct TemplateSite {
  let lowering: GraphLowering
  let node: Node
  let slot: Levels.Slot
}

/// The templates, in the order in which they are asked.
enum Templates {
  /// Whether a template takes a fusion that general lowering cannot make one kernel of.
  static func takes(_ fusion: Fusion, _ graph: Graph, _ target: Target) -> Bool { false }

  /// Makes the kernels of a node; false when no template fits.
  static func emit(_ site: TemplateSite, _ results: [ValueSource]) throws -> Bool { false }
}
