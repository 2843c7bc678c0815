import MartletGraph
import MartletLoopIR

/// General lowering, by `PullEmitter`: any node whose results have one shape, from its elements alone.
enum General: Strategy {
  static func applies(to target: Target) -> Bool { true }

  static func plan(_ view: NodeView) -> Plan? {
    let node = view.node
    guard !(node.operation is Scan), (node.operation as? Fusion)?.hasOneShape ?? true else { return nil }
    var plan = Plan { try $0.emitGeneral() }
    if view.analysis.options.usesTemplates, view.target.runsBatchRegions { plan.images = node.imageValues }
    let usesLayouts = view.analysis.options.usesTemplates && view.type(of: node.results[0]).dtype == .f32
    plan.sums = { layouts in
      let known = usesLayouts ? view.sampleWeightGradient?.sumLayouts(view, layouts) ?? [:] : [:]
      let shape = view.type(of: node.results[0]).shape
      return [0: SumForm(layout: known[0] ?? .rowMajor(shape), lastStep: .elements(ofNode: view.index))]
    }
    return plan
  }
}
