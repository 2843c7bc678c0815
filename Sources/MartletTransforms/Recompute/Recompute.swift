import MartletCore
import MartletGraph

// The pass `recompute`: computes results of the forward part a second time where the backward part reads them, so that they are not kept in
// between: gradient checkpointing. `RecomputationPlan` says which ones: as few operations as bring the values that are alive at
// once down to a number of bytes; `MemoryBudget`, which knows the plan of the memory, chooses better than this pass does on its own.
//
// Legal because operations are pure: the same operation on the same operands gives the same bits, random_uniform too, which draws by key and
// position. Loops are not repeated, and neither are new values of states, which the forward part computes once. `after` makes the second
// computation another one than the first and has it run behind a gradient: without it `cse` would join the two, and the schedule would put it
// where the first one is. The pass runs last: what is one kernel then is repeated as one kernel.
//
//   %0 = relu(%x) : f32[8, 512]                          %0 = relu(%x) : f32[8, 512]
//   %1 = matmul(%0, %w) : f32[8, 10]                     %1 = matmul(%0, %w) : f32[8, 10]
//   …                                                    …
//   %7 = cross_entropy_grad(%1, %labels) : f32[8, 10]    %7 = cross_entropy_grad(%1, %labels) : f32[8, 10]
//   %8 = matmul(%0, %7) {…} : f32[512, 10]         =>    %8 = after(%x, %7) : f32[8, 512]
//                                                        %9 = relu(%8) : f32[8, 512]
//                                                        %10 = matmul(%9, %7) {…} : f32[512, 10]

extension Pass {
  /// `byteCount` is for the results of nodes that are alive at once, when the nodes run in their order; 0: as little as there is to reach.
  package static func recompute(byteCount: Int) -> Pass {
    Pass("recompute", "computes results a second time in the backward part, to keep fewer (=BYTES that may be alive at once)") { graph in
      let parts = try StepParts(graph)
      let plan = try RecomputationPlan(parts, MemoryTimeline(inOrder: parts))
      return try graph.recomputing(plan.choice(within: byteCount).nodes)
    }
  }
}
