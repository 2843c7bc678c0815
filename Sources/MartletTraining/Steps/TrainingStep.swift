import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms
import Synchronization

/// One step of training, compiled: the loss of a function of tensors, its gradients, and an optimizer's update of the variables.
///
/// ```swift
/// let step = try TrainingStep(weights, .adam(), inputs: .f32(32, 4), .f32(32, 1)) { x, y in
///   try net(x).meanSquaredError(y)
/// }
/// for (x, y) in batches { let loss = try step(x, y, learningRate: 1e-2) }
/// ```
///
/// The function is called once for each number of samples, on tensors without numbers; each graph is compiled once and kept. Several steps
/// may share
/// variables, a generator's and a critic's for example; each has an optimizer state of its own. Two steps at once over the same variables
/// are an error.
public final class TrainingStep: @unchecked Sendable {
  /// Options of a step beside its optimizer.
  public struct Options: Sendable {
    /// Scale the gradients so that the norm of all together is at most this [torch.nn.utils.clip_grad_norm_].
    package var gradientNorm: Double?
    /// Limit each element of the gradients to at most this, either way [torch.nn.utils.clip_grad_value_]; before the norm is taken.
    package var gradientBound: Double?
    /// Keep exponential moving averages of the trained parameters, of this decay: `averages()`, `withAverages`.
    package var averageDecay: Double?
    /// `.stop`: a loss that is not finite updates nothing and is thrown as an error that names the operation. Otherwise it is returned.
    package var nonFinite = NonFinitePolicy.stop
    /// Whether operations are fused into common kernels.
    package var fuses = true
    /// The seed of what is random in a step, dropout for example.
    package var seed: UInt64 = 0
    /// Into how many micro-batches each batch is divided.
    package var microBatches = 1

    /// - Parameters:
    ///   - gradientNorm: the largest norm of all gradients together [torch.nn.utils.clip_grad_norm_]; nil does not clip.
    ///   - gradientBound: the largest magnitude of each element of the gradients [torch.nn.utils.clip_grad_value_]; nil does not clip.
    ///   - averageDecay: the decay of exponential moving averages of the parameters, for example 0.999; nil keeps none.
    ///   - nonFinite: what happens when the loss is not finite; an error that names the operation, unless given.
    ///   - fuses: whether operations share kernels; without it each has one of its own.
    ///   - seed: what dropout and augmentation draw from.
    ///   - accumulating: into how many micro-batches each batch is divided, to need less memory: gradients of one after the other are added up, each
    ///     weighted by its share of the samples, and the variables are updated once [PyTorch: a loop over `(loss * share).backward()`, then
    ///     `optimizer.step()`]. Of a batch of n samples number i has i n / C ..< (i + 1) n / C. The loss has to be a mean over samples. Batch
    ///     normalisation takes its statistics of each micro-batch, and its running statistics become their mean.
    public init(
      gradientNorm: Double? = nil, gradientBound: Double? = nil, averageDecay: Double? = nil, nonFinite: NonFinitePolicy = .stop,
      fuses: Bool = true, seed: UInt64 = 0, accumulating: Int = 1
    ) {
      microBatches = accumulating
      self.gradientNorm = gradientNorm
      self.gradientBound = gradientBound
      self.averageDecay = averageDecay
      self.nonFinite = nonFinite
      self.fuses = fuses
      self.seed = seed
    }
  }

  package let variables: Variables
  /// The steps so far; together with the seed it decides what is random in the next one. To go on with a run, set it with the optimizer's state.
  public var number: Int = 0
  let options: Options
  private let graphs: CompiledGraphs
  private let gradientGraphs: CompiledGraphs
  /// The step where batches are divided into micro-batches, whose graphs `graphs` has; nil where one program is the whole step.
  private let divided: MicroBatchedStep?
  /// The batch that is divided.
  private let whole: WholeInputs
  private let state: OptimizerState
  /// Gradients do not change the variables, but their graph's memory: calls take turns.
  private let turn = Mutex<Void>(())

  // MARK: Making a step

  /// A step of any number of inputs: `body` gets as many tensors, in this order, and returns the loss, a scalar of f32 or f64, or a
  /// `StepResult`.
  ///
  /// `training` names what is trained: a layer, a `ParameterGroup` or several; all parameters by default. Traces and compiles the step for the
  /// number of samples of the specifications. Throws what `body` throws, M1506 where the loss depends on nothing that is trained, M412 for a layer
  /// to be trained that `body` does not call, M1501 for two results of one name, M1213 for no possible number of
  /// micro-batches, and M153 where the memory does not suffice.
  public init(
    _ variables: Variables, _ optimizer: some ParameterUpdate = Optimizer.adam(), inputs: [InputSpecification],
    training: (any ParameterSelection)? = nil,
    options: Options = Options(), _ body: @escaping ([Tensor]) throws -> any TracedResults
  ) throws {
    self.variables = variables
    self.options = options
    let choices = try TrainingStep.choices(training, optimizer, variables)
    let state = OptimizerState(variables, hasAverages: options.averageDecay != nil)
    self.state = state
    let names = inputs.indices.map(CompiledGraphs.inputName)
    func traced(_ samples: Int) throws -> Graph {
      let own = zip(names, inputs).map { (name: $0, specification: $1.with(samples: samples)) }
      let graph = try Tracer.trace(
        variables.structure, name: "step", inputs: own, purpose: .training, showsValues: variables.device.execution is InterpreterDevice,
        microBatch: options.microBatches == 1 ? nil : samples, isTrained: { choices[$0] != nil }
      ) { try Tracer.Body(body($0), fallback: StepNames.loss, variables) }
      guard graph.parameters.contains(where: { $0.role == .parameter }) else {
        let first = variables.structure.parameters.first { choices[$0.name] != nil }
        throw MartletError(
          LibraryErrorCode.nothingToTrain,
          "the loss does not depend on any parameter that is trained"
            + (first.map { ": the function does not call the layer of this line, with the parameter '\($0.name)', nor another one" } ?? ""),
          at: first?.identity.location,
          advice: first == nil
            ? "Make the variables for a model with parameters."
            : "Call the model inside of the step's function; `training:` names what is trained."
        )
      }
      return graph
    }
    let updates = Pass.applyOptimizers { name in choices[name] ?? (optimizer, 1) }
    let isDivided = options.microBatches != 1
    var compiler = Compiler(fuses: options.fuses, guardedResult: options.nonFinite == .stop && !isDivided ? StepNames.loss : nil)
    compiler.gradientNorm = options.gradientNorm
    compiler.gradientBound = options.gradientBound
    compiler.averageDecay = options.averageDecay
    graphs = CompiledGraphs(inputs, variables.device.execution, compiler, variable: state.buffer) { [compiler] samples in
      guard isDivided else { return try compiler.step(traced(samples), updates: updates) }
      do { return try compiler.microBatch(traced(samples)) } catch let error as MartletError {
        // The step's specification says another number.
        throw MartletError(error, "\(error.message), in a micro-batch of \(samples) samples", at: error.location)
      }
    }
    if isDivided { graphs.graphsOfSize = 2 }
    whole = WholeInputs(graphs.inputs)
    divided =
      isDivided
      ? try MicroBatchedStep(
        count: options.microBatches, nil, graphs, compiler, on: variables.device.execution, updates: updates,
        isGuarded: options.nonFinite == .stop, variable: state.buffer) : nil
    gradientGraphs = CompiledGraphs(inputs, variables.device.execution, compiler, variable: state.buffer) { [compiler] samples in
      let graph = try compiler.gradients(traced(samples))
      // Statistics that layers renew stay as they are.
      let results = graph.results.filter { !variables.has($0.name) }
      return Graph(name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: results)
    }
    if let divided {
      try divided.prepare(samples: [graphs.specifiedSamples()])
    } else {
      _ = try graphs.bound(samples: graphs.specifiedSamples())
    }
  }

  /// A step of one input, as `init(_:_:inputs:training:options:_:)` with a list of one.
  public convenience init(
    _ variables: Variables, _ optimizer: some ParameterUpdate = Optimizer.adam(), inputs first: InputSpecification,
    training: (any ParameterSelection)? = nil, options: Options = Options(), _ body: @escaping (Tensor) throws -> any TracedResults
  ) throws {
    try self.init(variables, optimizer, inputs: [first], training: training, options: options) { try body($0[0]) }
  }

  /// A step of two inputs, as `init(_:_:inputs:training:options:_:)` with a list of two.
  public convenience init(
    _ variables: Variables, _ optimizer: some ParameterUpdate = Optimizer.adam(), inputs first: InputSpecification,
    _ second: InputSpecification,
    training: (any ParameterSelection)? = nil, options: Options = Options(),
    _ body: @escaping (Tensor, Tensor) throws -> any TracedResults
  ) throws {
    try self.init(variables, optimizer, inputs: [first, second], training: training, options: options) { try body($0[0], $0[1]) }
  }

  /// A step of three inputs, as `init(_:_:inputs:training:options:_:)` with a list of three.
  public convenience init(
    _ variables: Variables, _ optimizer: some ParameterUpdate = Optimizer.adam(), inputs first: InputSpecification,
    _ second: InputSpecification,
    _ third: InputSpecification, training: (any ParameterSelection)? = nil, options: Options = Options(),
    _ body: @escaping (Tensor, Tensor, Tensor) throws -> any TracedResults
  ) throws {
    try self.init(variables, optimizer, inputs: [first, second, third], training: training, options: options) {
      try body($0[0], $0[1], $0[2])
    }
  }

  /// The optimizer and the factor of the learning rate of each parameter that is trained.
  private static func choices(
    _ training: (any ParameterSelection)?, _ optimizer: any ParameterUpdate, _ variables: Variables
  ) throws -> [String: (any ParameterUpdate, rate: Double)] {
    let parameters = variables.structure.parameters
    guard let training else { return Dictionary(parameters.map { ($0.name, (optimizer, 1)) }, uniquingKeysWith: { first, _ in first }) }
    var result: [String: (any ParameterUpdate, rate: Double)] = [:]
    for group in training.parameterGroups {
      let chosen = Set(group.layers.flatMap { ModelStructure($0).parameters.map(\.identity) })
      guard !chosen.isEmpty, chosen.isSubset(of: Set(parameters.map(\.identity))) else {
        throw MartletError(
          LibraryErrorCode.nothingToTrain, "`training:` names a layer without parameters, or one that is not among the variables",
          advice: "Name layers of the models that the variables were made for, or these models.")
      }
      for parameter in parameters where chosen.contains(parameter.identity) {
        guard result.updateValue((group.optimizer ?? optimizer, group.rate), forKey: parameter.name) == nil else {
          throw MartletError(
            LibraryErrorCode.duplicateName, "the parameter '\(parameter.name)' is in two groups of `training:`",
            advice: "Name each layer in one group: a model holds its layers.")
        }
      }
    }
    return result
  }

  // MARK: Running

  /// How many batch sizes stay compiled: the least recently used one is dropped first.
  public var mostCompiledSizes: Int {
    get { graphs.mostKept }
    set {
      graphs.mostKept = newValue
      gradientGraphs.mostKept = newValue
    }
  }

  /// One update; returns the loss before it. A number of samples that is not compiled yet is compiled first.
  ///
  /// Throws, and updates nothing, M1504 and M1505 where the inputs do not fit, M1503 while another step or a function uses the variables,
  /// M804 for an index out of range, and, unless the options say otherwise, M1201 where the loss is not finite.
  @discardableResult
  public func callAsFunction(_ inputs: any InputData..., learningRate: Double) throws -> Float {
    try variables.writing {
      if let divided { return try run(divided, inputs, learningRate).loss }
      let bound = try run(inputs, learningRate)
      return try loss(bound, inputs)
    }
  }

  /// One update; returns the numbers of all results and watched values, the loss among them. Of several micro-batches, results whose first axis counts the
  /// samples are joined; other floating-point numbers are means, in which each micro-batch has its share; other integers are sums.
  ///
  /// Throws as `callAsFunction` does, and, before anything is updated, M1216 where the shape of a result depends on the number of samples in another way than by rows.
  public func values(_ inputs: any InputData..., learningRate: Double) throws -> ResultValues {
    try variables.writing {
      if let divided { return try run(divided, inputs, learningRate, keepsResults: true).values.joined() }
      let bound = try run(inputs, learningRate)
      _ = try loss(bound, inputs)
      return try bound.values()
    }
  }

  private func run(_ inputs: [any InputData], _ learningRate: Double) throws -> CompiledGraphs.Bound {
    let bound = try graphs.bound(samples: graphs.samples(inputs))
    try bound.inputs[StepNames.learningRate]?.write(HostTensor([], [Float(learningRate)]))
    try writeKey(bound, number + 1)
    try graphs.run(bound, inputs)
    return bound
  }

  private func run(
    _ divided: MicroBatchedStep, _ inputs: [any InputData], _ learningRate: Double, keepsResults: Bool = false
  ) throws -> (loss: Float, values: MicroBatchResults) {
    let samples = try graphs.samples(inputs)
    try whole.take(inputs, samples: samples)
    let largest = MicroBatches(count: options.microBatches, samples: samples).sizes.max()
    var values = MicroBatchResults(
      samples: samples, ofSamples: keepsResults ? try largest.map { try graphs.resultsOfSamples($0) } ?? [] : [])
    func write(_ bound: CompiledGraphs.Bound, _ range: Range<Int>) throws {
      try writeKey(bound, number + 1)
      try whole.write(range, to: bound)
    }
    let outcome = try divided.run(
      samples: samples, learningRate: Float(learningRate), write: write,
      observe: { bound, range in
        if keepsResults { try values.add(bound.values(), range) }
        return 0
      })
    guard options.nonFinite != .stop || outcome.loss.isFinite else {
      let micro = divided.firstNonFinite(samples: samples)?.number ?? 0
      throw try divided.nonFiniteLoss(samples: samples, micro, write: write).error(outcome.loss, step: number + 1)
    }
    number += 1
    variables.countBatch(renewing: divided.ownership?.terms.filter { $0.kind == .state }.map(\.variable) ?? [])
    return (outcome.loss, values)
  }

  private func writeKey(_ bound: CompiledGraphs.Bound, _ number: Int) throws {
    let key = [Int32(truncatingIfNeeded: options.seed), Int32(truncatingIfNeeded: number)]
    try bound.inputs[StepNames.randomKey]?.write(HostTensor([2], key))
  }

  /// The loss of the run before. Counts the step, unless it updated nothing.
  private func loss(_ bound: CompiledGraphs.Bound, _ inputs: [any InputData]) throws -> Float {
    guard let loss = try bound.outputs.first(where: { $0.name == StepNames.loss })?.buffer.read().numbers.first else { return .nan }
    guard options.nonFinite == .stop, !loss.isFinite else {
      number += 1
      variables.countBatch(bound.graph)
      return Float(loss)
    }
    throw try NonFiniteLoss(of: bound.graph, bound.executable, bound.arguments).error(Float(loss), step: number + 1)
  }

  /// The gradients of all trained parameters that the loss depends on, each of the parameter's shape, by the parameters' names; nothing is
  /// updated. Clipped, if the options say so. Throws as `callAsFunction` does, but for a loss that is not finite.
  public func gradients(_ inputs: any InputData...) throws -> [String: HostTensor] {
    try variables.reading {
      try turn.withLock { _ in
        if let divided {
          let samples = try graphs.samples(inputs)
          try whole.take(inputs, samples: samples)
          return try divided.gradients(samples: samples) { bound, range in
            try writeKey(bound, number + 1)
            try whole.write(range, to: bound)
          }
        }
        let bound = try gradientGraphs.bound(samples: gradientGraphs.samples(inputs))
        try writeKey(bound, number + 1)
        try gradientGraphs.run(bound, inputs)
        let suffix = ".gradient"
        return try Dictionary(
          bound.outputs.filter { $0.name.hasSuffix(suffix) && variables.has(String($0.name.dropLast(suffix.count))) }.map {
            (String($0.name.dropLast(suffix.count)), try $0.buffer.read())
          },
          uniquingKeysWith: { first, _ in first })
      }
    }
  }

  // MARK: State

  /// The optimizer's state, for a file of one's own: moments by the names of their parameters, and `step`, which counts the updates.
  public func optimizerState() throws -> [(name: String, tensor: HostTensor)] { try variables.reading { try state.tensors() } }

  /// Replaces the optimizer's state. Throws, and changes nothing, M1502 for a name that is no state and M1505 for a tensor of another type.
  public func setOptimizerState(_ tensors: [(name: String, tensor: HostTensor)]) throws {
    try variables.writing { try state.set(tensors) }
  }

  /// The graph of the step for a number of samples, that of the specifications unless given, before simplification and fusion; of a step that is divided
  /// into micro-batches the graph of the largest one.
  public func graph(samples: Int? = nil) throws -> Graph {
    try variables.reading {
      try turn.withLock { _ in
        let samples = try samples ?? graphs.specifiedSamples()
        let largest = divided == nil ? samples : MicroBatches(count: options.microBatches, samples: samples).sizes.max() ?? samples
        return try graphs.bound(samples: largest).graph
      }
    }
  }
}
