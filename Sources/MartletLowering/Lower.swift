import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Turns a graph into a program, one phase after the other. Each phase is a value that is made of those before it, and changes none of them:
///
///     roles      which values are divided into samples, which nodes are inlined          AnalyzedGraph
///     plans      what each strategy needs to compute a node                              Plans
///     layouts    the order of every value's elements in memory, from all plans           LayoutAssignment
///     choices    for each node the first plan whose demands are met                      Plans.chosen
///     levels     when each node runs, and how many samples at a time                     BatchSchedule
///     memory     where every value is stored                                             PlannedMemory
///     kernels    what the plans emit                                                     KernelPhase
///     launches   in which order the kernels run                                          LaunchList
///
/// On a GPU the kernels are then mapped to blocks and threads.
package enum Lowering {
  /// Throws what `verify` finds, and `.lowering` that names the node when a kernel cannot be made or does not verify.
  package static func lower(_ graph: Graph, for target: Target, _ options: Options = Options()) throws -> Program {
    try graph.verify()
    let program = try program(graph, for: target, options)
    return target.mapsToThreads ? try program.mappedToGPU(sharesLaunches: options.isDepthFirst) : program
  }

  /// The program before its kernels are mapped to the threads of a GPU.
  static func program(_ graph: Graph, for target: Target, _ options: Options) throws -> Program {
    let planned = try SplitFusions(graph.withoutEmptyValues().withTablesOutsideFusions(), target, options)
    let layouts = LayoutAssignment(planned.analysis, planned.plans)
    let choices = planned.plans.chosen(for: layouts)
    let analysis = planned.analysis.undividing(choices)
    let schedule = BatchSchedule(analysis, choices, layouts)
    let memory = try PlannedMemory(analysis, choices, layouts, schedule)
    let kernels = try KernelPhase(analysis, choices, layouts, schedule, memory)
    var program = try LaunchList(analysis: analysis, schedule: schedule, phase: kernels).program()
    program.splitFusions = planned.splits
    return program
  }
}
