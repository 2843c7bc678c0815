import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms

/// A model on a device, with its parameters and optimizer state in the device's memory: runs steps and tests.
package final class TrainingSession {
  package let structure: ModelStructure
  package let device: any ExecutionDevice
  private let model: any Model
  private let name: String
  private let optimizer: UpdateRule
  private let gradientNorm: Double?
  private let fuses: Bool
  package let nonFinitePolicy: NonFinitePolicy
  /// Parameters and state by name, shared by the graphs of all batch sizes.
  private var variables: [String: any DeviceBuffer] = [:]
  /// All parameters and states of the model in order, then the optimizer's state, in order.
  private let variableNames: [String]
  private let modelVariables: Set<String>
  private let seed: UInt64
  private var graphs: [GraphKey: BoundGraph] = [:]
  /// The seconds that compiling took so far.
  package private(set) var compileSeconds = 0.0

  private struct GraphKey: Hashable {
    var purpose: Tracer.Purpose
    var batch: Int
  }

  /// An executable with buffers for all that is not a variable.
  private struct BoundGraph {
    var executable: any Executable
    var arguments: [any DeviceBuffer]
    var inputs: [String: any DeviceBuffer]
    var outputs: [String: any DeviceBuffer]
    var outputList: [any DeviceBuffer]
    var floatingPointOperations: Int
  }

  package init(
    _ model: any Model, name: String, device: any ExecutionDevice, optimizer: UpdateRule = .adam(AdamUpdate()), gradientNorm: Double? = nil,
    fuses: Bool = true, seed: UInt64 = 0, nonFinitePolicy: NonFinitePolicy = .stop
  ) throws {
    self.model = model
    self.name = name
    self.device = device
    self.optimizer = optimizer
    self.gradientNorm = gradientNorm
    self.fuses = fuses
    self.nonFinitePolicy = nonFinitePolicy
    structure = ModelStructure(model)
    self.seed = seed
    let specified = structure.variables
    modelVariables = Set(specified.map(\.name))
    // In Double, for no sum of absurd sizes ends the program.
    let elements = specified.reduce(0) { $0 + Double($1.specification.shape.elementCount) } * Double(1 + optimizer.stateNames.count)
    try MachineMemory.expect(Int(min(elements, 1e15)) * MemoryLayout<Float>.size, for: "the variables of \(name) and its optimizer")
    var initial = structure.initialVariables(seed: seed)
    for parameter in structure.parameters {
      let type = TensorType(.f32, parameter.specification.shape)
      initial += optimizer.stateNames.map { ("\(parameter.name).\($0)", HostTensor(repeating: 0, type)) }
    }
    if optimizer.needsStep { initial.append(("step", HostTensor(repeating: 0, TensorType(.i32, [])))) }
    for (name, tensor) in initial {
      let buffer = try device.makeBuffer(tensor.type)
      try buffer.write(tensor)
      variables[name] = buffer
    }
    variableNames = initial.map(\.name)
  }

  // MARK: Recording

  private var recorder: (profiler: Profiler, worker: Int)?

  /// Records compilations, copies of data and steps as events of a worker of their own.
  package func record(in profiler: Profiler, worker: Int) { recorder = (profiler, worker) }

  private func recorded<Made>(_ name: String, _ body: () throws -> Made) rethrows -> Made {
    guard let (profiler, worker) = recorder else { return try body() }
    return try profiler.record(profiler.number(of: name), worker: worker, body)
  }

  // MARK: Graphs

  private func bind(_ graph: Graph, _ compiler: Compiler) throws -> BoundGraph {
    let start = ContinuousClock.now
    let executable = try recorded("compile") { try compiler.executable(graph, on: device) }
    compileSeconds += (ContinuousClock.now - start).seconds
    var inputs: [String: any DeviceBuffer] = [:]
    let arguments = try executable.parameters.map { parameter in
      if parameter.role != .input {
        return try TrainingSession.required(variables[parameter.name], "a variable %\(parameter.name) of model and optimizer")
      }
      let buffer = try device.makeBuffer(parameter.type)
      inputs[parameter.name] = buffer
      return buffer
    }
    var outputs: [String: any DeviceBuffer] = [:]
    let outputList = try executable.results.filter { $0.updates == nil }.map { result in
      let buffer = try device.makeBuffer(result.type)
      outputs[result.name] = buffer
      return buffer
    }
    return BoundGraph(
      executable: executable, arguments: arguments, inputs: inputs, outputs: outputs, outputList: outputList,
      floatingPointOperations: graph.floatingPointOperations)
  }

  private func compilation(_ purpose: Tracer.Purpose, _ batch: Int) throws -> Compilation {
    var compilation = try Compilation(model, name: name, batch: batch, purpose: purpose, optimizer: optimizer, fuses: fuses)
    compilation.gradientNorm = gradientNorm
    return compilation
  }

  /// The compiled graph of a purpose and batch size; made when it is first asked for.
  private func graph(_ purpose: Tracer.Purpose, _ batch: Int) throws -> BoundGraph {
    let key = GraphKey(purpose: purpose, batch: batch)
    if let known = graphs[key] { return known }
    let compilation = try compilation(purpose, batch)
    let passes = recorder.map { [PassRecorder($0.profiler, worker: $0.worker)] } ?? []
    var compiler = compilation.compiler
    if purpose == .training, nonFinitePolicy == .stop { compiler.guardedResult = "loss" }
    let bound = try bind(compilation.optimized([VerifyInstrument()] + passes), compiler)
    graphs[key] = bound
    return bound
  }

  /// Compiles what training and testing with these batches need, before the clock runs.
  package func prepare(trainingBatches: Set<Int>, testBatches: Set<Int>) throws {
    for batch in trainingBatches.sorted(by: >) { _ = try graph(.training, batch) }
    for batch in testBatches.sorted(by: >) { _ = try graph(.evaluation, batch) }
  }

  /// Arithmetic of one training step.
  package func floatingPointOperations(batch: Int) throws -> Int { try graph(.training, batch).floatingPointOperations }

  // MARK: Running

  private func write(_ name: String, _ bytes: UnsafeRawBufferPointer, _ graph: BoundGraph) throws {
    try graph.inputs[name]?.write(bytes)
  }

  private func number(_ name: String, _ graph: BoundGraph) throws -> Float {
    var value = Float.nan
    try withUnsafeMutableBytes(of: &value) { bytes in try graph.outputs[name]?.read(into: bytes) }
    return value
  }

  private func logits(_ graph: BoundGraph) throws -> HostTensor {
    try TrainingSession.required(graph.outputs["logits"], "a result logits").read()
  }

  /// What the graph of a model must have.
  static func required<Part>(_ part: Part?, _ name: String) throws -> Part {
    guard let part else { throw MartletError(TrainingErrorCode.inconsistentGraph, "the graph needs \(name), and there is none") }
    return part
  }

  private func writeInputs(
    _ graph: BoundGraph, _ pixels: UnsafeRawBufferPointer, _ labels: UnsafeBufferPointer<Int32>, _ learningRate: Float, _ stepNumber: Int
  ) throws {
    try write("images", pixels, graph)
    try write("labels", UnsafeRawBufferPointer(labels), graph)
    try withUnsafeBytes(of: learningRate) { try write("learning_rate", $0, graph) }
    let key = [Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: stepNumber)]
    try key.withUnsafeBytes { try write("random_key", $0, graph) }
  }

  /// One training step on `labels.count` images; returns the loss before the update. Where the policy is to stop, a loss that is not finite
  /// updates nothing. `stepNumber` counts the steps of all epochs from 1: with the seed it is the key of what is random in a step.
  package func train(
    pixels: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>, learningRate: Float, number stepNumber: Int
  ) throws -> Float {
    let graph = try graph(.training, labels.count)
    try recorded("data") { try writeInputs(graph, pixels, labels, learningRate, stepNumber) }
    try recorded("step") { try graph.executable.run(graph.arguments, graph.outputList) }
    return try number("loss", graph)
  }

  // MARK: Data on the device

  /// Whether steps should take their batches from data that stay on the device: where copying and waiting costs more than a step.
  package var keepsDataOnDevice: Bool { device.isRemote }

  /// A step that takes batches from the device's copy of a data set.
  private struct ResidentStep {
    var graph: BoundGraph
    var batch: Int
    /// The rows of the tables as the host has written them.
    var order: [Int32]
    var rates: [Float]
    var keys: [Int32]
    /// The row of the next step that will be asked for.
    var next = 0
    /// Steps that were asked for and whose losses nobody has looked at.
    var inFlight = 0

    var capacity: Int { rates.count }
  }

  private var resident: ResidentStep?

  /// Steps that the device was asked for, and their losses on the way.
  struct ResidentSteps {
    let count: Int
    fileprivate let first: Int
    fileprivate let losses: any PendingRead
    fileprivate let counter: any PendingRead
  }

  /// Copies a data set to the device and compiles the step that reads it; `steps` is how many can be asked for before somebody looks at the
  /// losses of the first.
  func keepOnDevice(_ images: LabelledImages, batch: Int, steps: Int) throws {
    let compilation = try compilation(.training, batch)
    let step = try ResidentFeed.graph(compilation.differentiated(), samples: images.count, steps: steps)
    var compiler = compilation.compiler
    if nonFinitePolicy == .stop { compiler.guardedResult = "loss" }
    for (name, type) in [(ResidentFeed.step, TensorType(.i32, [])), (ResidentFeed.losses, TensorType(.f32, [steps]))] {
      variables[name] = try device.makeBuffer(type)
    }
    let graph = try bind(compiler.optimized(step), compiler)
    try images.pixels.withUnsafeBytes { try write(ResidentFeed.images, $0, graph) }
    try images.labels.withUnsafeBytes { try write(ResidentFeed.labels, $0, graph) }
    resident = ResidentStep(
      graph: graph, batch: batch, order: [Int32](repeating: 0, count: steps * batch), rates: [Float](repeating: 0, count: steps),
      keys: [Int32](repeating: 0, count: steps * 2))
  }

  /// Asks for steps on samples of the data set on the device, `batch` of them each, one after the other; nobody waits. `firstNumber` is the
  /// number of the first over all epochs. Others that were asked for before may still be running.
  func begin(samples: [Int32], learningRates: [Float], firstNumber: Int) throws -> ResidentSteps {
    let count = learningRates.count
    guard var own = resident, count > 0, samples.count == count * own.batch, own.inFlight + count <= own.capacity else {
      throw MartletError(TrainingErrorCode.inconsistentGraph, "the data set is not on the device, or not for so many steps")
    }
    let first = own.next
    for number in 0..<count {
      let row = (first + number) % own.capacity
      own.order.replaceSubrange(row * own.batch..<(row + 1) * own.batch, with: samples[number * own.batch..<(number + 1) * own.batch])
      own.rates[row] = learningRates[number]
      (own.keys[row * 2], own.keys[row * 2 + 1]) = (Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: firstNumber + number))
    }
    own.next = (first + count) % own.capacity
    own.inFlight += count
    resident = own
    // The device copies in order: steps before these still see the tables as they were.
    try own.order.withUnsafeBytes { try write(ResidentFeed.order, $0, own.graph) }
    try own.rates.withUnsafeBytes { try write(ResidentFeed.rates, $0, own.graph) }
    try own.keys.withUnsafeBytes { try write(ResidentFeed.keys, $0, own.graph) }
    for _ in 0..<count { try own.graph.executable.run(own.graph.arguments, own.graph.outputList) }
    return ResidentSteps(
      count: count, first: first, losses: try TrainingSession.required(variables[ResidentFeed.losses], "a table of losses").readLater(),
      counter: try TrainingSession.required(variables[ResidentFeed.step], "a counter of steps").readLater())
  }

  /// Waits for steps and gives their losses; where the policy is to stop, the first that is not finite is the last, and steps that were asked
  /// for after it do nothing.
  func losses(of steps: ResidentSteps) throws -> [Float] {
    guard var own = resident else { return [] }
    let table = try steps.losses.wait().numbers
    own.inFlight -= steps.count
    resident = own
    // A loss that is not finite is not noted, and the counter stands still from there on.
    let counter = Int(try steps.counter.wait().numbers.first ?? 0)
    let isDone = nonFinitePolicy != .stop || counter == (steps.first + steps.count) % own.capacity
    let done = isDone ? steps.count : (counter - steps.first + own.capacity) % own.capacity
    let losses = (0..<done).map { Float(table[(steps.first + $0) % own.capacity]) }
    return isDone ? losses : losses + [try number("loss", own.graph)]
  }

  /// Writes the inputs of a step where `nonFiniteLoss` looks for them.
  func stage(pixels: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>, learningRate: Float, number stepNumber: Int) throws {
    try writeInputs(try graph(.training, labels.count), pixels, labels, learningRate, stepNumber)
  }

  /// The loss and the logits of `labels.count` images, without training.
  package func test(pixels: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>) throws -> (loss: Float, logits: HostTensor) {
    let graph = try graph(.evaluation, labels.count)
    try write("images", pixels, graph)
    try write("labels", UnsafeRawBufferPointer(labels), graph)
    try graph.executable.run(graph.arguments, graph.outputList)
    return (try number("loss", graph), try logits(graph))
  }

  /// The logits of a batch of images.
  package func predict(pixels: UnsafeRawBufferPointer, count: Int) throws -> HostTensor {
    let graph = try graph(.inference, count)
    try write("images", pixels, graph)
    try graph.executable.run(graph.arguments, graph.outputList)
    return try logits(graph)
  }

  /// Replays the loss of the last training step, of `batch` images, which updated nothing, and finds where it first was not finite.
  package func nonFiniteLoss(batch: Int) throws -> NonFiniteLoss {
    let graph = try compilation(.training, batch).differentiated()
    let bound = try self.graph(.training, batch)
    return try NonFiniteLoss(of: graph, bound.executable, bound.arguments)
  }

  // MARK: Variables

  /// All parameters and states of the model in order, then the optimizer's state, in order.
  package func tensors() throws -> [(name: String, tensor: HostTensor)] {
    try variableNames.compactMap { name in try variables[name].map { (name, try $0.read()) } }
  }

  /// Replaces the model's parameters and states with those of a file, and the optimizer's state where it is needed. A prefix before all names
  /// is left out, F16, BF16 and F64 are converted to f32, and tensors that are no variables are left out; the notes say so. Throws
  /// `.invalidInput`, and changes nothing, when a tensor is missing or has another shape.
  @discardableResult
  public func load(_ file: Safetensors, needsState: Bool, path: String) throws -> LoadNotes {
    let wanted = variableNames.compactMap { name in variables[name].map { (name: name, type: $0.type) } }
    let matching = StateMatching(
      path: path, owner: "the model \(name)", model: wanted.filter { modelVariables.contains($0.name) },
      optimizer: needsState ? wanted.filter { !modelVariables.contains($0.name) } : [], counters: Set(structure.batchCounters))
    let (found, notes) = try matching.match(file)
    // The step adds 1 to it.
    if let count = found.first(where: { $0.name == "step" })?.tensor.elements(as: Int32.self)?.first, !(0..<Int32.max).contains(count) {
      throw MartletError(
        CheckpointErrorCode.entryValue, "\(path): tensor 'step' is \(count), it must be an integer from 0 to \(Int32.max - 1)")
    }
    for (name, tensor) in found { try variables[name]?.write(tensor) }
    return notes
  }

  /// The same from tensors of the types that graphs have.
  @discardableResult
  public func load(_ tensors: [(name: String, tensor: HostTensor)], needsState: Bool, path: String) throws -> LoadNotes {
    try load(Safetensors(metadata: [], tensors: tensors), needsState: needsState, path: path)
  }

  /// SHA-256 over all parameters in model order, row-major little-endian f32.
  package func weightsHash() throws -> String {
    var hash = SHA256()
    for parameter in structure.parameters {
      guard let tensor = try variables[parameter.name]?.read() else { continue }
      tensor.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}
