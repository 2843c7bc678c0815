import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import Synchronization

/// What brought a step into its memory, of the first one.
private final class FirstFit: Sendable {
  let first = Mutex<MemoryFit?>(nil)

  func add(_ fit: MemoryFit) { first.withLock { $0 = $0 ?? fit } }
}

/// The steps and tests of a `Model` over samples of two elements, an input and its target: variables, an optimizer's state, and one compiled graph
/// for each purpose and size of batch. What the command line trains with.
package final class TrainingSession {
  /// What a session does beside the plain update.
  package struct Options: Sendable {
    /// Of the model's graphs.
    package var model = ModelOptions()
    /// Scale the gradients so that the norm of all together is at most this [torch.nn.utils.clip_grad_norm_].
    package var gradientNorm: Double?
    /// Clip each element of the gradients [torch.nn.utils.clip_grad_value_].
    package var gradientBound: Double?
    /// Keep moving averages of the parameters, and test with them; the share that a step keeps.
    package var averageDecay: Double?
    /// Whether operations are fused into common kernels.
    package var fuses = true
    /// Of the initial values and of what is random in a step.
    package var seed: UInt64 = 0
    /// What becomes of a loss that is not finite.
    package var nonFinitePolicy = NonFinitePolicy.stop
    /// Into how many micro-batches each batch is divided.
    package var microBatches = 1
    /// Whether `memory` may choose another number of them.
    package var choosesMicroBatches = true
    /// The bytes that a training step of so many samples may take, on so many threads; nil for as many as it takes.
    package var memory: (byteCount: Int, workers: Int, batch: Int)?

    package init() {}
  }

  package let variables: Variables
  package let device: any ExecutionDevice
  /// The types of the samples.
  package let samples: SampleType
  private let model: any Model
  private let name: String
  private let optimizer: UpdateRule
  let options: Options
  let state: OptimizerState
  var graphs: [Purpose: CompiledGraphs] = [:]
  /// The processes of the run; nil for one.
  package let group: (any ProcessGroup)?
  /// Into how many micro-batches each batch is divided: what the options say, or what `memory` needs.
  package private(set) var microBatches: Int
  /// The step where batches are divided; nil where one program is the whole step.
  var divided: MicroBatchedStep?
  /// The names and types of the optimizer's state, in the order of checkpoints.
  var stateTypes: [(name: String, type: TensorType)] = []
  /// The seconds that compiling took so far.
  package private(set) var compileSeconds = 0.0
  private let fits = FirstFit()

  package var structure: ModelStructure { variables.structure }
  package var nonFinitePolicy: NonFinitePolicy { options.nonFinitePolicy }
  /// What brought the first training step that was compiled into its memory: that of the largest batch.
  package var memoryFit: MemoryFit? { fits.first.withLock { $0 } }
  /// Whether tests read moving averages of the parameters.
  package var hasAverages: Bool { options.averageDecay != nil }

  enum Purpose: CaseIterable { case training, evaluation, inference }

  /// The session has memory for all variables and the optimizer's state from here on; graphs are compiled when they are needed. Throws where
  /// the device lacks the memory. Several processes divide the micro-batches among them, and the optimizer's state.
  package init(
    _ model: any Model, name: String, device: any ExecutionDevice, optimizer: UpdateRule = .adam(AdamUpdate()),
    options: Options = Options(),
    group: (any ProcessGroup)? = nil
  ) throws {
    self.model = model
    self.group = group.flatMap { $0.count > 1 ? $0 : nil }
    self.name = name
    self.device = device
    self.optimizer = optimizer
    microBatches = options.microBatches
    var options = options
    options.model.showsValues = device is InterpreterDevice
    options.model.expectsCalls = true
    self.options = options
    samples = options.model.samples ?? model.samples
    let structure = ModelStructure(model)
    try TrainingSession.expectFrozen(options.model.frozen, structure)
    let trained = structure.parameters.filter { !options.model.isFrozen($0.name) }
    guard !trained.isEmpty || structure.parameters.isEmpty else {
      throw MartletError(
        LibraryErrorCode.nothingToTrain, "all parameters of the model \(name) are frozen", advice: "Leave a layer to train: --freeze fewer."
      )
    }
    let copies = 1 + optimizer.stateNames.count + (options.averageDecay == nil ? 0 : 1)
    try Variables.expectMemory(structure, copies: copies, for: "the variables of \(name) and its optimizer")
    variables = try Variables(model, seed: options.seed, on: Device(device))
    state = OptimizerState(variables, hasAverages: options.averageDecay != nil)
    for parameter in trained {
      let type = TensorType(.f32, parameter.specification.shape)
      for own in optimizer.stateNames { stateTypes.append(("\(parameter.name).\(own)", type)) }
    }
    if optimizer.needsStep { stateTypes.append((StepNames.step, TensorType(.i32, []))) }
    if options.averageDecay != nil {
      for parameter in trained {
        stateTypes.append((Pass.averageState(ofParameter: parameter.name), TensorType(.f32, parameter.specification.shape)))
      }
    }
    // Of several processes each has the part that it owns, from the first step on.
    for (name, type) in stateTypes where self.group == nil || TrainingSession.isAverage(name) { _ = try state.buffer(name, type) }
    if let memory = options.memory, options.choosesMicroBatches, microBatches == 1, self.group == nil,
      let target = (device as? CompilingDevice)?.backend.target
    {
      let fit = try chosenFit(memory, target)
      fits.add(fit)
      microBatches = fit.microBatches
    }
    for purpose in Purpose.allCases { graphs[purpose] = try compiledGraphs(purpose) }
    if isDivided {
      divided = try MicroBatchedStep(
        count: microBatches, self.group, TrainingSession.required(graphs[.training], "a purpose"), compiler, on: device,
        updates: .applyOptimizer(optimizer), isGuarded: options.nonFinitePolicy == .stop,
        variable: { [state] in try state.buffer($0, $1) })
    }
  }

  /// How gradients and values come from process to process; nil for one process. All of them call it together the first time, which connects their GPUs.
  /// Throws what the device's `bufferRoute` throws.
  package func exchangeRoute() throws -> BufferRoute? { try divided?.exchange?.route() }

  /// Waits for what is exchanged, and closes the connection to the other processes' GPUs: all processes call it when a run has gone well.
  package func finishExchange() throws { try divided?.exchange?.finish() }

  /// Throws M1213 for no possible number of micro-batches, and M1212 where there are more processes.
  package static func expectMicroBatches(_ count: Int, processes: Int) throws { try MicroBatchedStep.expect(count, processes: processes) }

  /// How a batch comes into the memory that it may take.
  private func chosenFit(_ memory: (byteCount: Int, workers: Int, batch: Int), _ target: Target) throws -> MemoryFit {
    try MemoryBudget.divided(
      compiler, MemoryLimit(memory.byteCount, target, workers: memory.workers), samples: memory.batch, stateBytes: allStateBytes,
      whole: { try compilation(.training, memory.batch, isMicroBatch: false).differentiated() },
      part: { try compilation(.training, $0, isMicroBatch: true).traced })
  }

  /// Of the whole optimizer's state, the averages too.
  private var allStateBytes: Int { stateTypes.reduce(0) { $0 + $1.type.byteCount } }

  /// What a divided step keeps beside the program of a micro-batch.
  private func bytesBesideProgram(_ count: Int, samples: Int) throws -> Int {
    let batches = MicroBatches(count: count, samples: samples)
    let graph = try compiler.microBatch(compilation(.training, batches.sizes.max() ?? 1, isMicroBatch: true).traced)
    return MemoryBudget.bytesBeside(graph, batches, stateBytes: allStateBytes)
  }

  /// Whether micro-batches have a program of their own.
  var isDivided: Bool { microBatches != 1 || group != nil }

  private var compiler: Compiler {
    var compiler = Compiler(fuses: options.fuses)
    compiler.gradientNorm = options.gradientNorm
    compiler.gradientBound = options.gradientBound
    compiler.averageDecay = options.averageDecay
    return compiler
  }

  /// Throws unless each name is that of a parameter or of a layer that has some.
  private static func expectFrozen(_ frozen: [String], _ structure: ModelStructure) throws {
    for name in frozen {
      var options = ModelOptions()
      options.frozen = [name]
      guard !structure.parameters.contains(where: { options.isFrozen($0.name) }) else { continue }
      throw MartletError(
        LibraryErrorCode.unknownVariable, "the model has no parameter or layer '\(name)' to freeze",
        advice: KnownNames.advice("layers and parameters", TrainingSession.freezable(structure), insteadOf: name))
    }
  }

  /// Layers with parameters, then the parameters.
  private static func freezable(_ structure: ModelStructure) -> [String] {
    let names = structure.parameters.map(\.name)
    var layers: [String] = []
    for name in names {
      let parts = name.split(separator: ".").dropLast()
      for count in parts.indices { layers.append(parts[...count].joined(separator: ".")) }
    }
    var seen: Set<String> = []
    return (layers + names).filter { seen.insert($0).inserted }
  }

  /// Throws unless the model gives as many numbers for a sample as the data set has classes, or numbers to predict.
  package func expectOutputs(_ set: DataSet) throws {
    let graph = try Tracer.trace(model, name: name, batch: 1, purpose: .inference, options.model)
    let shape = try graph.type(of: TrainingSession.required(graph.result(named: StepNames.output), "a result logits")).shape
    guard shape.elementCount == set.samples.outputElements else {
      let places = set.samples.isRegression || set.hasOneClass ? "" : " for each of \(set.samples.target.shape.elementCount) tokens"
      throw MartletError(
        TrainingErrorCode.outputCount,
        "the model \(name) gives \(shape.elementCount) numbers for a sample, but \(set.name) has \(set.samples.outputs) \(set.samples.isRegression ? "numbers to predict" : "classes")\(places)",
        advice:
          "Use a model with as many outputs; the built-in ones adapt, a model of your own can be made for samples (docs/command-line.md).")
    }
  }

  // MARK: Recording

  private var recorder: (profiler: Profiler, worker: Int)?

  /// Records compilations, copies of data and steps as events of a worker of their own.
  package func record(in profiler: Profiler, worker: Int) {
    recorder = (profiler, worker)
    divided?.record = { category, name, number, body in
      guard profiler.isRecording else { return try body() }
      try profiler.record(profiler.number(of: name, category), worker: worker, part: number, body)
    }
  }

  /// `step` is the number of a step, of all epochs together.
  func recorded<Made>(_ category: Profiler.Label.Category, step: Int = 0, _ body: () throws -> Made) rethrows -> Made {
    guard let (profiler, worker) = recorder, profiler.isRecording else { return try body() }
    return try profiler.record(profiler.number(of: category.rawValue, category), worker: worker, part: step, body)
  }

  // MARK: Graphs

  func compilation(_ purpose: Tracer.Purpose, _ batch: Int, isMicroBatch: Bool? = nil) throws -> Compilation {
    var own = options.model
    own.isMicroBatch = isMicroBatch ?? (isDivided && purpose == .training)
    var compilation = try Compilation(
      model, name: name, batch: batch, purpose: purpose, optimizer: optimizer, fuses: options.fuses, options: own)
    compilation.gradientNorm = options.gradientNorm
    compilation.gradientBound = options.gradientBound
    compilation.averageDecay = options.averageDecay
    return compilation
  }

  private func compiledGraphs(_ purpose: Purpose) throws -> CompiledGraphs {
    func input(_ name: String, _ type: TensorType) -> (name: String, specification: InputSpecification) {
      (name, InputSpecification(type.dtype, Shape([1] + type.shape.extents)))
    }
    let labels = purpose == .inference ? [] : [input(StepNames.target, samples.target)]
    var compiler = Compiler(fuses: options.fuses)
    if purpose == .training, options.nonFinitePolicy == .stop, !isDivided { compiler.guardedResult = StepNames.loss }
    let beside =
      purpose == .training && isDivided && options.memory != nil
      ? try bytesBesideProgram(microBatches, samples: options.memory?.batch ?? 1) : 0
    if purpose == .training, let memory = options.memory, let target = (device as? CompilingDevice)?.backend.target {
      compiler.memoryLimit = MemoryLimit(max(memory.byteCount - beside, 1), target, workers: memory.workers) { [fits] in fits.add($0) }
    }
    // Tests read the averages in place of the parameters.
    let readsAverages = purpose != .training && options.averageDecay != nil
    let graphs = CompiledGraphs(
      named: [input(StepNames.input, samples.input)] + labels, device, compiler,
      variable: { [state] name, type in
        let average = Pass.averageState(ofParameter: name)
        return try state.buffer(readsAverages && state.has(average) ? average : name, type)
      },
      make: { [unowned self] batch in
        switch purpose {
        case .training:
          isDivided
            ? try compiler.microBatch(compilation(.training, batch).traced, instruments)
            : try compilation(.training, batch).differentiated(instruments)
        case .evaluation: try compilation(.evaluation, batch).traced
        case .inference: try compilation(.inference, batch).traced
        }
      })
    graphs.compiling = { [unowned self] body in
      let start = ContinuousClock.now
      defer { compileSeconds += (ContinuousClock.now - start).seconds }
      return try recorded(.compile) { try body(instruments) }
    }
    return graphs
  }

  private var instruments: [any Instrument] {
    [VerifyInstrument()] + (recorder.map { [PassRecorder($0.profiler, worker: $0.worker)] } ?? [])
  }

  private func bound(_ purpose: Purpose, _ batch: Int) throws -> CompiledGraphs.Bound {
    try TrainingSession.required(graphs[purpose], "a purpose").bound(samples: batch)
  }

  /// Compiles what training and testing with these batches need, before the clock runs.
  package func prepare(trainingBatches: Set<Int>, testBatches: Set<Int>) throws {
    if let divided {
      try divided.prepare(samples: trainingBatches)
      dropStateOfOthers()
    } else {
      for batch in trainingBatches.sorted(by: >) { _ = try bound(.training, batch) }
    }
    for batch in testBatches.sorted(by: >) { _ = try bound(.evaluation, batch) }
  }

  /// Arithmetic of one training step.
  package func floatingPointOperations(batch: Int) throws -> Int {
    guard isDivided else { return try bound(.training, batch).floatingPointOperations }
    let batches = MicroBatches(count: microBatches, samples: batch)
    return try (0..<batches.count).filter { !batches.isEmpty($0) }.reduce(0) {
      try $0 + bound(.training, batches.range($1).count).floatingPointOperations
    }
  }

  /// What the graph of a model must have.
  static func required<Part>(_ part: Part?, _ name: String) throws -> Part {
    guard let part else { throw MartletError(TrainingErrorCode.inconsistentGraph, "the graph needs \(name), and there is none") }
    return part
  }

  // MARK: Running

  func loss(_ bound: CompiledGraphs.Bound) throws -> Float {
    var value = Float.nan
    let buffer = try bound.output(StepNames.loss)
    try withUnsafeMutableBytes(of: &value) { try buffer.read(into: $0) }
    return value
  }

  /// Writes the samples of a batch, the rate and the key of a step.
  func writeInputs(
    _ bound: CompiledGraphs.Bound, _ source: any DataSource, _ samples: [Int], _ learningRate: Float, _ stepNumber: Int
  ) throws {
    try writeSamples(bound, source, samples)
    try bound.write(StepNames.learningRate, [], [learningRate])
    try bound.write(StepNames.randomKey, [2], [Int32(truncatingIfNeeded: options.seed), Int32(truncatingIfNeeded: stepNumber)])
  }

  private func writeSamples(_ bound: CompiledGraphs.Bound, _ source: any DataSource, _ samples: [Int]) throws {
    try bound.fill(StepNames.input) { try source.write(0, of: samples, to: $0) }
    try bound.fill(StepNames.target) { try source.write(1, of: samples, to: $0) }
  }

  func run(_ bound: CompiledGraphs.Bound) throws { try bound.run() }

  /// One training step on some samples; returns the loss before the update. Where the policy is to stop, a loss that is not finite updates
  /// nothing. `stepNumber` counts the steps of all epochs from 1: with the seed it is the key of what is random in a step.
  package func train(_ source: any DataSource, _ samples: [Int], learningRate: Float, number stepNumber: Int) throws -> Float {
    if let divided { return try train(divided, source, samples, learningRate, stepNumber) }
    let bound = try bound(.training, samples.count)
    try recorded(.data, step: stepNumber) { try writeInputs(bound, source, samples, learningRate, stepNumber) }
    try recorded(.step, step: stepNumber) { try run(bound) }
    return try loss(bound)
  }

  /// How many samples of the last training step, of `samples` of them, got their own class from the weights before the update; nil where targets
  /// are not one class a sample, or where the device's memory cannot be read in place.
  package func correctOfLastStep(samples: Int) throws -> Int? {
    isDivided ? lastCorrect : try correct(bound(.training, samples), samples)
  }

  func correct(_ bound: CompiledGraphs.Bound, _ samples: Int) throws -> Int? {
    guard !self.samples.isRegression, self.samples.target == TensorType(.i32, []) else { return nil }
    guard let output = try bound.output(StepNames.output) as? HostBuffer, let labels = bound.inputs[StepNames.target] as? HostBuffer,
      output.type.dtype == .f32, output.type.shape.rank == 2, output.type.shape[0] == samples
    else { return nil }
    return ScoredBatch.correct(
      UnsafeRawBufferPointer(output.bytes).bindMemory(to: Float.self), UnsafeRawBufferPointer(labels.bytes).bindMemory(to: Int32.self),
      rows: samples, classes: output.type.shape[1])
  }

  /// Writes the inputs of a step to where `nonFiniteLoss` reads them.
  func stage(_ source: any DataSource, _ samples: [Int], learningRate: Float, number stepNumber: Int) throws {
    try writeInputs(try bound(.training, samples.count), source, samples, learningRate, stepNumber)
  }

  /// The loss of some samples and what the model gives for them, without training.
  package func test(_ source: any DataSource, _ samples: [Int]) throws -> (loss: Float, output: HostTensor) {
    let bound = try bound(.evaluation, samples.count)
    try writeSamples(bound, source, samples)
    try run(bound)
    return (try loss(bound), try bound.output(StepNames.output).read())
  }

  /// What the model gives for the inputs of some samples: the logits of classes, or the numbers that it predicts.
  package func predict(_ source: any DataSource, _ samples: [Int]) throws -> HostTensor {
    let bound = try bound(.inference, samples.count)
    try bound.fill(StepNames.input) { try source.write(0, of: samples, to: $0) }
    try run(bound)
    return try bound.output(StepNames.output).read()
  }

  /// The error for the loss of the last training step, of `batch` samples, which updated nothing: it names the operation whose result was not finite
  /// first. All processes of a run throw the same one.
  package func nonFiniteError(_ loss: Float, batch: Int, epoch: Int, step: Int, kept: String) throws -> MartletError {
    guard let divided else {
      let bound = try bound(.training, batch)
      return try NonFiniteLoss(of: bound.graph, bound.executable, bound.arguments).error(loss, epoch: epoch, step: step, kept: kept)
    }
    let found = divided.firstNonFinite(samples: batch) ?? (number: 0, isOwn: divided.rank == 0)
    let own = try (found.isOwn ? last : nil).map { last in
      try divided.nonFiniteLoss(samples: batch, found.number) { try writeInputs($0, last, $1) }
        .error(loss, epoch: epoch, step: step, kept: kept)
    }
    return try group.map { try MartletError(own, sharedBy: $0) } ?? own
      ?? MartletError(TrainingErrorCode.nonFiniteLoss, "the loss of epoch \(epoch), step \(step) is \(NumberText.unsignedNaN(loss))")
  }

  // MARK: Steps of several kinds

  /// What the last divided step was given, and how many of its samples were predicted correctly.
  var last: StepInput?
  var lastCorrect: Int?
  /// Whether this process was interrupted; all processes of a run see it at the same step.
  package var isInterrupted: () -> Bool = { false }
  /// Whether any process was, when the last step of several was computed.
  package internal(set) var wasInterrupted = false
  /// The step that takes its batches from data on the device.
  var resident: ResidentStep?

  // MARK: Variables

  /// All parameters and states of the model in order, then the optimizer's state, in order.
  ///
  /// Of several processes, which call it together, process 0 gets the whole and the others their parts.
  package func tensors() throws -> [(name: String, tensor: HostTensor)] {
    guard let group else { return try variables.tensors() + state.tensors() }
    var tensors = try variables.tensors()
    for (name, type) in stateTypes {
      let owner = owner(ofState: name)
      let isMine = owner == group.rank
      if owner != 0 { try share(name, type, from: owner, to: [0], group) }
      guard isMine || group.rank == 0 else { continue }
      tensors.append((name, try state.buffer(name, type).read()))
      if !isMine, !TrainingSession.isAverage(name) { state.remove { $0 == name } }
    }
    return tensors
  }

  /// Replaces the model's parameters and states with those of a file, and the optimizer's state where it is needed. A prefix before all names
  /// is left out, F16, BF16 and F64 are converted to f32, and tensors that are no variables are left out; the notes say so. Where the optimizer's
  /// state is not needed, averages begin with the parameters, or with the file's averages. Throws `.invalidInput`, and changes nothing, when a
  /// tensor is missing or has another shape.
  @discardableResult
  package func load(_ file: Safetensors, needsState: Bool, path: String) throws -> LoadNotes {
    let model = try variables.names.map { (name: $0, type: try variables.buffer($0).type) }
    let matching = StateMatching(
      path: path, owner: "the model \(name)", model: model, optimizer: needsState ? stateTypes : [],
      counters: Set(structure.batchCounters))
    let (found, notes) = try matching.match(file)
    for (name, tensor) in found {
      try state.buffer(name, tensor.type).write(tensor)
      let average = Pass.averageState(ofParameter: name)
      if !needsState, state.has(average) { try state.buffer(average, tensor.type).write(file[average] ?? tensor) }
    }
    return notes
  }

  /// The same from tensors of the types that graphs have.
  @discardableResult
  package func load(_ tensors: [(name: String, tensor: HostTensor)], needsState: Bool, path: String) throws -> LoadNotes {
    try load(Safetensors(metadata: [], tensors: tensors), needsState: needsState, path: path)
  }

  /// Bytes of the optimizer's state in this process, without averages.
  package var stateBytes: Int {
    state.types.filter { !TrainingSession.isAverage($0.name) }.reduce(0) { $0 + $1.type.byteCount }
  }

  /// SHA-256 over all parameters in model order, or the averages that tests read in their place, row-major little-endian f32.
  package func weightsHash() throws -> String {
    var hash = SHA256()
    for parameter in structure.parameters {
      let average = Pass.averageState(ofParameter: parameter.name)
      let type = TensorType(.f32, parameter.specification.shape)
      try state.buffer(state.has(average) ? average : parameter.name, type).read().withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}

extension MartletError {
  /// The error that one process of a group found, in all of them; `own` is nil in the others. What `kept` says of a checkpoint is process 0's affair, and the
  /// processes know the same.
  fileprivate init(_ own: MartletError?, sharedBy group: any ProcessGroup) throws {
    // The message may have line breaks.
    let fields = own.map { [$0.location?.file ?? "", "\($0.location?.line ?? 0)", "\($0.location?.column ?? 0)", $0.message] } ?? []
    let texts = try group.gatherTexts(fields.joined(separator: "\n"))
    let found = (texts.first { !$0.isEmpty } ?? "").split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard found.count == 4 else {
      self.init(TrainingErrorCode.nonFiniteLoss, "the loss is not finite. The step updated nothing")
      return
    }
    let column = Int(found[2]) ?? 0
    let location = found[0].isEmpty ? nil : SourcePosition(file: found[0], line: Int(found[1]) ?? 0, column: column == 0 ? nil : column)
    self.init(TrainingErrorCode.nonFiniteLoss, found[3], at: location)
  }
}
