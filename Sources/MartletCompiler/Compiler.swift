import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms

/// The way from a graph with a loss to a program for a device: gradients and updates, optimization, lowering. Everything that compiles a graph
/// goes through here; `opt` alone runs passes that its user names.
package struct Compiler: Sendable {
  /// Whether operations are fused into common kernels.
  package var fuses: Bool
  /// Whether the samples of a batch go through several kernels one shard after the other, which keeps them in the cache.
  package var isDepthFirst: Bool
  /// What the norm of all gradients together is clipped to [torch.nn.utils.clip_grad_norm_].
  package var gradientNorm: Double?
  /// What each element of a gradient is clipped to, before the norm [torch.nn.utils.clip_grad_value_].
  package var gradientBound: Double?
  /// The share of a parameter's moving average that a step keeps; nil for no averages.
  package var averageDecay: Double?
  /// A result; where it is not finite, nothing is updated.
  package var guardedResult: String?
  /// The memory that a training step may take; nil for as much as it takes.
  package var memoryLimit: MemoryLimit?

  /// Without fusion there are no batch regions either, unless `isDepthFirst` is set afterwards.
  package init(fuses: Bool = true, guardedResult: String? = nil) {
    self.fuses = fuses
    self.guardedResult = guardedResult
    isDepthFirst = fuses
  }

  var clipping: [Pass] { [gradientBound.map(Pass.clipGradientValues), gradientNorm.map(Pass.clipGradients)].compactMap { $0 } }

  /// The graph of a loss with its gradients, a result `NAME.gradient` for each parameter, clipped where that is wanted.
  package func gradients(_ graph: Graph, _ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    // A graph whose text has gradients keeps its own.
    let hasGradients = graph.parameters.contains { $0.role == .parameter && graph.result(named: "\($0.name).gradient") != nil }
    return try Pipeline((hasGradients ? [] : [.differentiate]) + clipping, instruments: instruments).run(graph)
  }

  /// The whole training step of a graph with a result `loss`: gradients, then `updates`, a pass that makes new values of the parameters of them.
  package func step(_ graph: Graph, updates: Pass, _ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    let averages = averageDecay.map { [Pass.averageParameters(decay: $0)] } ?? []
    return try Pipeline([updates] + averages, instruments: instruments).run(gradients(graph, instruments))
  }

  /// The same results with less work: simplified, and fused where that is wanted. With a limit of its memory a training step computes what is
  /// needed a second time; throws M704 where that does not suffice.
  package func optimized(_ graph: Graph, _ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    let optimized = try Pipeline(Pipeline.optimization(fuses: fuses), instruments: instruments).run(graph)
    guard let limit = memoryLimit, graph.result(named: StepNames.loss) != nil else { return optimized }
    let fit = try MemoryBudget(self, limit, samples: graph.batchSize).fit { _ in graph }
    limit.report?(fit)
    return fit.graph
  }

  private var loweringOptions: Lowering.Options {
    var options = Lowering.Options(isDepthFirst: isDepthFirst)
    options.guardingResult = guardedResult
    return options
  }

  /// The kernels and launches of an optimized graph. A valid graph that lowering rejects is kept in a file, and the error names it.
  package func program(_ optimized: Graph, for target: Target) throws -> Program {
    try LoweringReproducer.keeping(optimized) { try Lowering.lower(optimized, for: target, loweringOptions) }
  }

  /// An optimized graph, ready to run on a device. Errors as `program`.
  package func executable(_ optimized: Graph, on device: any ExecutionDevice) throws -> any Executable {
    try LoweringReproducer.keeping(optimized) { try device.compile(optimized, loweringOptions) }
  }

  /// Optimizes a graph and runs it once on host tensors in the order of its parameters; the interpreter runs it as it is written.
  package func run(_ graph: Graph, _ arguments: [HostTensor], on device: any ExecutionDevice) throws -> [HostTensor] {
    let executed = device is InterpreterDevice ? graph : try optimized(graph)
    return try LoweringReproducer.keeping(executed) { try device.run(executed, arguments, loweringOptions) }
  }
}
