import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms

/// A model's or a graph's training step on its way through the compiler: each graph and the program.
public struct Compilation: Sendable {
  /// The graph as the layers made it.
  package var traced: Graph
  package var optimizer: UpdateRule
  package var fuses: Bool
  /// What the norm of all gradients together is clipped to.
  package var gradientNorm: Double?
  /// What each element of a gradient is clipped to.
  package var gradientBound: Double?
  /// The share of the parameters' moving averages that a step keeps; nil for no averages.
  package var averageDecay: Double?
  /// The memory that the step may take; nil for as much as it takes.
  package var memoryLimit: MemoryLimit?
  /// Whether gradients and updates are added to a graph with a loss.
  private let isStep: Bool

  /// Compiles a graph: one with a result `loss` is brought up to a whole training step, others are only optimized.
  package init(_ graph: Graph, optimizer: UpdateRule = .adam(AdamUpdate()), fuses: Bool = true) {
    traced = graph
    self.optimizer = optimizer
    self.fuses = fuses
    isStep = true
  }

  /// A graph that is compiled as it is written: nothing is added but what optimization does.
  package init(asWritten graph: Graph, fuses: Bool) {
    traced = graph
    optimizer = .adam(AdamUpdate())
    self.fuses = fuses
    isStep = false
  }

  package init(
    _ model: any Model, name: String, batch: Int = 64, purpose: Tracer.Purpose = .training, optimizer: UpdateRule = .adam(AdamUpdate()),
    fuses: Bool = true, options: ModelOptions = ModelOptions()
  ) throws {
    traced = try Tracer.trace(model, name: name, batch: batch, purpose: purpose, options)
    self.optimizer = optimizer
    self.fuses = fuses
    isStep = purpose == .training
  }

  /// The same in double precision: f64 in place of every f32, gradients and updates included.
  package func inDoublePrecision() throws -> Compilation {
    var copy = self
    copy.traced = try traced.inDoublePrecision()
    return copy
  }

  /// The step of a graph: one with a result `loss` gets its gradients and Adam's updates, others are only optimized.
  public init(_ graph: Graph) { self.init(graph, optimizer: .adam(AdamUpdate())) }

  /// The step of a model with Adam for a number of samples. Throws what its layers throw where shapes do not fit.
  public init(_ model: any Model, batch: Int = 64) throws {
    try self.init(model, name: "\(type(of: model))", batch: batch, optimizer: .adam(AdamUpdate()))
  }

  /// The passes and the lowering of this compilation.
  package var compiler: Compiler {
    var compiler = Compiler(fuses: fuses)
    compiler.gradientNorm = gradientNorm
    compiler.gradientBound = gradientBound
    compiler.averageDecay = averageDecay
    compiler.memoryLimit = memoryLimit
    // The plan that training has: with all updates behind the loss.
    if memoryLimit != nil, traced.result(named: StepNames.loss) != nil { compiler.guardedResult = StepNames.loss }
    return compiler
  }

  /// The whole step; the traced graph itself when there is nothing to differentiate.
  package func differentiated(_ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    guard isStep, !traced.isTrainingStep, traced.result(named: StepNames.loss) != nil,
      traced.parameters.contains(where: { $0.role == .parameter })
    else { return traced }
    return try compiler.step(traced, updates: .applyOptimizer(optimizer), instruments)
  }

  /// The step after simplification and fusion.
  package func optimized(_ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    try compiler.optimized(differentiated(instruments), instruments)
  }

  /// What brings the step into its memory; nil without a limit, and where nothing is trained.
  package func memoryFit() throws -> MemoryFit? {
    guard let memoryLimit else { return nil }
    let step = try differentiated()
    guard step.result(named: StepNames.loss) != nil else { return nil }
    return try MemoryBudget(compiler, memoryLimit, samples: step.batchSize).fit { _ in step }
  }

  /// The kernels and launches. A valid graph that lowering rejects is kept in a file, and the error says how to compile it again.
  package func program(_ target: Target) throws -> Program { try compiler.program(optimized(), for: target) }
}
