import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms

/// A stage of the compiler that can be printed.
public enum Stage: String, CaseIterable, Hashable, Sendable {
  /// The forward graph as the layers made it.
  case traced
  /// The whole step: gradients and updates.
  case differentiated
  /// After simplification and fusion.
  case optimized
  /// The launches in order.
  case schedule
  /// The loop IR of every kernel.
  case kernels
  /// Our LLVM IR.
  case llvm
  /// After LLVM's passes.
  case llvmOptimized = "llvm-optimized"
  case asm
  /// CUDA C of every kernel, as a GPU would run it.
  case cuda
  /// The memory of intermediate values.
  case plan
}

/// A model or a graph, and every stage of its compilation on demand.
public struct Compilation: Sendable {
  public var traced: Graph
  public var optimizer: Optimizer
  public var fuses: Bool
  /// What the norm of all gradients together is clipped to.
  public var gradientNorm: Double?
  /// Whether gradients and updates are added to a graph with a loss.
  private let isStep: Bool

  /// Compiles a graph: one with a result `loss` is brought up to a whole training step, others are only optimized.
  public init(_ graph: Graph, optimizer: Optimizer = .adam(AdamUpdate()), fuses: Bool = true) {
    traced = graph
    self.optimizer = optimizer
    self.fuses = fuses
    isStep = true
  }

  public init(
    _ model: any Model, name: String, batch: Int = 64, purpose: Tracer.Purpose = .training, optimizer: Optimizer = .adam(AdamUpdate()),
    fuses: Bool = true
  ) throws {
    traced = try Tracer.trace(model, name: name, batch: batch, purpose: purpose)
    self.optimizer = optimizer
    self.fuses = fuses
    isStep = purpose == .training
  }

  /// The whole step; the traced graph itself when there is nothing to differentiate.
  public func differentiated(_ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    guard isStep, !traced.isTrainingStep, traced.result(named: "loss") != nil,
      traced.parameters.contains(where: { $0.role == .parameter })
    else { return traced }
    let hasGradients = traced.results.contains { $0.name.hasSuffix(".gradient") }
    let clipping = gradientNorm.map { [Pass.clipGradients($0)] } ?? []
    return try Pipeline(
      (hasGradients ? [] : [.differentiate]) + clipping + [.applyOptimizer(optimizer)], instruments: instruments
    ).run(traced)
  }

  public func optimized(_ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    try Pipeline(Pipeline.optimization(fuses: fuses), instruments: instruments).run(differentiated(instruments))
  }

  /// The kernels and launches. A valid graph that lowering rejects is kept in a file, and the error says how to compile it again.
  public func program(_ target: Target) throws -> Program {
    let graph = try optimized()
    return try LoweringReproducer.keeping(graph) { try GraphLowering.lower(graph, for: target, loweringOptions) }
  }

  /// Without fusion there are no batch regions either.
  public var loweringOptions: GraphLowering.Options { GraphLowering.Options(isDepthFirst: fuses) }

  /// The graph of a stage; nil for stages that are no graphs.
  public func graph(_ stage: Stage) throws -> Graph? {
    switch stage {
    case .traced: traced
    case .differentiated: try differentiated()
    case .optimized: try optimized()
    case .schedule, .kernels, .llvm, .llvmOptimized, .asm, .cuda, .plan: nil
    }
  }

  /// The text of a stage. Throws `.usage` for a form that the stage does not have; `llvm-optimized` and `asm` need LLVM. `kernel` picks one kernel of the stages that show all; `options` are for the text of graphs.
  public func dump(
    _ stage: Stage, _ target: Target, form: DumpForm = .text, kernel: String? = nil, options: Graph.PrintOptions = Graph.PrintOptions()
  ) throws -> String {
    try StageText(compilation: self, stage: stage, target: target, form: form, kernel: kernel, options: options).text()
  }
}
