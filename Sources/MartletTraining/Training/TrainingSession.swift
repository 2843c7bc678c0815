import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms

/// A model on a device, with its parameters and optimizer state in the device's memory: runs steps and tests.
public final class TrainingSession {
  public let structure: ModelStructure
  public let device: any Device
  private let model: any Model
  private let name: String
  private let optimizer: Optimizer
  private let fuses: Bool
  /// Parameters and state by name, shared by the graphs of all batch sizes.
  private var variables: [String: any DeviceBuffer] = [:]
  private var steps: [Int: BoundGraph] = [:]
  private var tests: [Int: BoundGraph] = [:]
  private var predictions: [Int: BoundGraph] = [:]
  /// The seconds that compiling took so far.
  public private(set) var compileSeconds = 0.0

  /// An executable with buffers for all that is not a variable.
  private struct BoundGraph {
    var executable: any Executable
    var arguments: [any DeviceBuffer]
    var inputs: [String: any DeviceBuffer]
    var outputs: [String: any DeviceBuffer]
    var outputList: [any DeviceBuffer]
    var floatingPointOperations: Int
  }

  public init(
    _ model: any Model, name: String, device: any Device, optimizer: Optimizer = .adam(AdamUpdate()), fuses: Bool = true, seed: UInt64 = 0
  ) throws {
    self.model = model
    self.name = name
    self.device = device
    self.optimizer = optimizer
    self.fuses = fuses
    structure = ModelStructure(model)
    for (name, tensor) in structure.initialParameters(seed: seed) {
      let buffer = try device.makeBuffer(tensor.type)
      try buffer.write(tensor)
      variables[name] = buffer
    }
  }

  // MARK: Graphs

  private func bind(_ graph: Graph) throws -> BoundGraph {
    let clock = ContinuousClock()
    let start = clock.now
    let executable = try device.compile(graph)
    let elapsed = (clock.now - start).components
    compileSeconds += Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    var inputs: [String: any DeviceBuffer] = [:]
    let arguments = try executable.parameters.map { parameter in
      if parameter.role != .input, let known = variables[parameter.name] { return known }
      let buffer = try device.makeBuffer(parameter.type)
      if parameter.role == .input { inputs[parameter.name] = buffer } else { variables[parameter.name] = buffer }
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

  private func step(_ batch: Int) throws -> BoundGraph {
    if let known = steps[batch] { return known }
    let compilation = try Compilation(model, name: name, batch: batch, optimizer: optimizer, fuses: fuses)
    let bound = try bind(compilation.optimized())
    steps[batch] = bound
    return bound
  }

  private func test(_ batch: Int) throws -> BoundGraph {
    if let known = tests[batch] { return known }
    let bound = try bind(Compilation(model, name: name, batch: batch, purpose: .evaluation, fuses: fuses).optimized())
    tests[batch] = bound
    return bound
  }

  private func prediction(_ batch: Int) throws -> BoundGraph {
    if let known = predictions[batch] { return known }
    let bound = try bind(Compilation(model, name: name, batch: batch, purpose: .inference, fuses: fuses).optimized())
    predictions[batch] = bound
    return bound
  }

  /// Compiles what training and testing with these batches need, before the clock runs.
  public func prepare(trainingBatches: Set<Int>, testBatches: Set<Int>) throws {
    for batch in trainingBatches.sorted(by: >) { _ = try step(batch) }
    for batch in testBatches.sorted(by: >) { _ = try test(batch) }
  }

  /// Arithmetic of one training step.
  public func floatingPointOperations(batch: Int) throws -> Int { try step(batch).floatingPointOperations }

  // MARK: Running

  private func write(_ name: String, _ bytes: UnsafeRawBufferPointer, _ graph: BoundGraph) throws {
    try graph.inputs[name]?.write(bytes)
  }

  private func number(_ name: String, _ graph: BoundGraph) throws -> Float {
    var value = Float.nan
    try withUnsafeMutableBytes(of: &value) { bytes in try graph.outputs[name]?.read(into: bytes) }
    return value
  }

  /// One training step on `labels.count` images; returns the loss before the update.
  public func train(pixels: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>, learningRate: Float) throws -> Float {
    let graph = try step(labels.count)
    try write("images", pixels, graph)
    try write("labels", UnsafeRawBufferPointer(labels), graph)
    try withUnsafeBytes(of: learningRate) { try write("learning_rate", $0, graph) }
    try graph.executable.run(graph.arguments, graph.outputList)
    return try number("loss", graph)
  }

  /// The loss and the logits of `labels.count` images, without training.
  public func test(pixels: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>) throws -> (loss: Float, logits: HostTensor) {
    let graph = try test(labels.count)
    try write("images", pixels, graph)
    try write("labels", UnsafeRawBufferPointer(labels), graph)
    try graph.executable.run(graph.arguments, graph.outputList)
    guard let logits = graph.outputs["logits"] else { throw MartletError(.checkFailed, "the graph gives no logits") }
    return (try number("loss", graph), try logits.read())
  }

  /// The logits of a batch of images.
  public func predict(pixels: UnsafeRawBufferPointer, count: Int) throws -> HostTensor {
    let graph = try prediction(count)
    try write("images", pixels, graph)
    try graph.executable.run(graph.arguments, graph.outputList)
    guard let logits = graph.outputs["logits"] else { throw MartletError(.checkFailed, "the graph gives no logits") }
    return try logits.read()
  }

  // MARK: Variables

  /// All parameters in model order, then the optimizer's state, in order.
  public func tensors() throws -> [(name: String, tensor: HostTensor)] {
    var names = structure.parameters.map(\.name)
    names += structure.parameters.flatMap { parameter in optimizer.stateNames.map { "\(parameter.name).\($0)" } }
    if optimizer.needsStep { names.append("step") }
    return try names.compactMap { name in try variables[name].map { (name, try $0.read()) } }
  }

  /// Replaces parameters, and state where there is any. Throws `.invalidInput` when a parameter is missing or has another type.
  public func load(_ tensors: [(name: String, tensor: HostTensor)], needsState: Bool, path: String) throws {
    if needsState { _ = try variablesOfStep() }
    let given = Dictionary(tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    // All checks come before the first change.
    for (name, buffer) in variables.sorted(by: { $0.key < $1.key }) {
      let isParameter = structure.parameters.contains { $0.name == name }
      guard isParameter || needsState else { continue }
      guard let tensor = given[name] else {
        throw MartletError(.invalidInput, "\(path) has no tensor '\(name)', which the model \(self.name) needs")
      }
      guard tensor.type == buffer.type else {
        throw MartletError(.invalidInput, "\(path): tensor '\(name)' is \(tensor.type), the model \(self.name) needs \(buffer.type)")
      }
    }
    for (name, buffer) in variables { if let tensor = given[name] { try buffer.write(tensor) } }
  }

  /// The state exists once a step has been made.
  private func variablesOfStep() throws -> Int {
    if let known = steps.keys.first { return known }
    _ = try step(1)
    return 1
  }

  /// SHA-256 over all parameters in model order, row-major little-endian f32.
  public func weightsHash() throws -> String {
    var hash = SHA256()
    for parameter in structure.parameters {
      guard let tensor = try variables[parameter.name]?.read() else { continue }
      tensor.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest()
  }
}
