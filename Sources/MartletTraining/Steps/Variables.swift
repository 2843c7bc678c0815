import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import Synchronization

/// The parameters and states of one or several models, in the memory of a device, under PyTorch's names.
///
/// ```swift
/// let weights = try Variables(net, seed: 0, on: .best())
/// try weights.load("net.safetensors")
/// let bias: [Float] = try weights.values("out.bias")
/// ```
///
/// Any number of `TrainingStep`s and `Function`s share them. Several functions may run at once; a step that begins while another step or a
/// function runs
/// is an error.
public final class Variables: @unchecked Sendable {
  /// Where the numbers are stored.
  package let device: Device
  /// In the order of the layers, parameters and states alike.
  public let names: [String]
  package let structure: ModelStructure
  private let buffers: [String: any DeviceBuffer]
  private let use = Mutex<Use>(.none)
  /// The batches that each layer with running statistics has seen in training, by PyTorch's names.
  private let batchCounts: Mutex<[String: Int64]>

  private enum Use {
    case none
    /// Programs that read the variables.
    case read(Int)
    case written
  }

  /// The initial values are those that PyTorch draws for the same layers after `torch.manual_seed(seed)`. Throws M153 where the
  /// device lacks the memory, and M1501 for two variables of one name.
  public convenience init(_ model: any Layer, seed: UInt64 = 0, on device: Device) throws {
    try self.init([("", model)], seed: seed, device)
  }

  /// Several models: their names go before those of their variables, as in a `torch.nn.ModuleDict`.
  public convenience init(_ models: KeyValuePairs<String, any Layer>, seed: UInt64 = 0, on device: Device) throws {
    try self.init(models.map { ($0.key, $0.value) }, seed: seed, device)
  }

  /// Several models without names: their numbers go before those of their variables, as in a `torch.nn.ModuleList`.
  public convenience init(_ first: any Layer, _ second: any Layer, _ more: any Layer..., seed: UInt64 = 0, on device: Device) throws {
    try self.init(([first, second] + more).enumerated().map { (String($0.offset), $0.element) }, seed: seed, device)
  }

  /// No variables: for functions of inputs alone.
  public convenience init(on device: Device) throws { try self.init([], seed: 0, device) }

  private init(_ models: [(name: String, layer: any Layer)], seed: UInt64, _ device: Device) throws {
    self.device = device
    structure = ModelStructure(models)
    try Variables.expectMemory(structure, copies: 1, for: "the variables of the model")
    var buffers: [String: any DeviceBuffer] = [:]
    try structure.forEachInitialVariable(seed: seed) { _, name, tensor in
      guard buffers[name] == nil else {
        throw MartletError(
          LibraryErrorCode.duplicateName, "two variables are named '\(name)'", advice: "Give the models or properties different names.")
      }
      let buffer = try device.execution.makeBuffer(tensor.type)
      try buffer.write(tensor)
      buffers[name] = buffer
    }
    self.buffers = buffers
    names = structure.variables.map(\.name)
    batchCounts = Mutex(Dictionary(structure.batchCounters.map { ($0, 0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Throws M153, with the line of the layer that has the largest one, where so many copies of the variables are more than the memory.
  static func expectMemory(_ structure: ModelStructure, copies: Int, for purpose: String) throws {
    func size(_ shape: Shape) -> Double { Double(shape.elementCount) * Double(MemoryLayout<Float>.size * copies) }
    // In Double, for no sum of absurd sizes ends the program.
    let bytes = structure.variables.reduce(0) { $0 + size($1.specification.shape) }
    let largest = structure.variables.max { size($0.specification.shape) < size($1.specification.shape) }
    do {
      try MachineMemory.expect(
        Int(min(bytes, 1e18)), for: purpose + (largest.map { ", of which '\($0.name)' \($0.specification.shape) is the largest" } ?? ""))
    } catch let error as MartletError {
      throw error.located(at: largest?.identity.location)
    }
  }

  // MARK: Numbers

  /// A copy of a variable's numbers. Throws M1502 where no variable has the name, M1503 while a step runs.
  public subscript(name: String) -> HostTensor {
    get throws {
      let buffer = try buffer(name)
      return try reading { try buffer.read() }
    }
  }

  /// A copy of a variable's numbers, in row-major order. Throws as the subscript does, and M1505 where the variable has another element type.
  public func values<Scalar: TensorScalar>(_ name: String, as scalar: Scalar.Type = Scalar.self) throws -> [Scalar] {
    let tensor = try self[name]
    guard let elements = tensor.elements(as: Scalar.self) else {
      throw MartletError(
        LibraryErrorCode.inputType, "the variable '\(name)' is \(tensor.type), its elements are not \(Scalar.self)",
        advice: "Read them as [Float].")
    }
    return elements
  }

  /// Replaces a variable's numbers. Throws M1502 where no variable has the name, M1505 where its type is another one, M1503 while a step or
  /// function runs.
  public func set(_ name: String, to tensor: HostTensor) throws {
    let buffer = try buffer(name)
    guard buffer.type == tensor.type else {
      throw MartletError(
        LibraryErrorCode.inputType, "the variable '\(name)' is \(buffer.type), found \(tensor.type)",
        advice: "Give a tensor of the variable's type and shape.")
    }
    try writing { try buffer.write(tensor) }
  }

  /// Replaces a variable's numbers, which are given in row-major order. Throws as with a tensor, and M151 for another number of them.
  public func set<Scalar: TensorScalar>(_ name: String, to elements: [Scalar]) throws {
    try set(name, to: HostTensor(buffer(name).type.shape, elements: elements))
  }

  /// Copies of all variables, in the order of `names`. Throws M1503 while a step runs.
  public func tensors() throws -> [(name: String, tensor: HostTensor)] {
    try reading { try names.map { ($0, try buffer($0).read()) } }
  }

  // MARK: Files

  /// Writes all variables to a safetensors file, for `module.load_state_dict(safetensors.torch.load_file(path))` in PyTorch: it has the names,
  /// shapes and types of the module's `state_dict()`, the counters of batches included. The file appears whole or not at all.
  public func save(_ path: String) throws { try FileBytes.writeAtomically(stateDictionary().encoded(), to: path) }

  /// What `save` writes.
  func stateDictionary() throws -> Safetensors {
    var file = Safetensors(metadata: [("format", "pt")], tensors: try tensors())
    let counts = batchCounts.withLock { $0 }
    file.foreign = structure.batchCounters.map { ForeignTensor($0, counting: counts[$0] ?? 0) }
    return file
  }

  /// Counts one batch for each layer whose running statistics the graph renews.
  func countBatch(_ graph: Graph) { countBatch(renewing: graph.results.map(\.name)) }

  /// The same for a step that renews these variables.
  func countBatch(renewing names: [String]) {
    batchCounts.withLock { counts in
      guard !counts.isEmpty else { return }
      for name in names { if let counter = ModelStructure.batchCounter(beside: name) { counts[counter]? += 1 } }
    }
  }

  /// Reads all variables from a safetensors file: one of `save`, a checkpoint of `martlet train`, or a `state_dict()` of PyTorch. A prefix
  /// before all names is left out, F16, BF16 and F64 are converted to f32, and tensors that are no variables are left out; the notes say so.
  /// Throws, and changes nothing, where a variable is missing or has another shape.
  @discardableResult
  public func load(_ path: String) throws -> LoadNotes { try load(Safetensors.read(path), path: path) }

  /// The same from a file that has been read; `path` is for messages.
  @discardableResult
  package func load(_ file: Safetensors, path: String) throws -> LoadNotes {
    let (found, notes) = try match(file, path: path)
    try writing { for (name, tensor) in found { try buffer(name).write(tensor) } }
    batchCounts.withLock { counts in for name in counts.keys { counts[name] = file.counter(name, prefix: notes.prefix) } }
    return notes
  }

  /// The file's tensors for all variables, and for an optimizer's state. Changes nothing.
  func match(
    _ file: Safetensors, path: String, optimizer: [StateMatching.Variable] = []
  ) throws -> (tensors: [(name: String, tensor: HostTensor)], notes: LoadNotes) {
    try StateMatching(
      path: path, owner: "the model", model: names.map { ($0, try buffer($0).type) }, optimizer: optimizer,
      counters: Set(structure.batchCounters)
    ).match(file)
  }

  // MARK: For steps and functions

  /// The memory of a variable. Throws where no variable has the name.
  func buffer(_ name: String) throws -> any DeviceBuffer {
    guard let buffer = buffers[name] else {
      let similar = names.filter { $0.hasSuffix(".\(name)") || $0.hasPrefix("\(name).") }
      let known = (similar.isEmpty ? names : similar).prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw MartletError(
        LibraryErrorCode.unknownVariable, "there is no variable '\(name)'",
        advice: names.isEmpty
          ? "The model has no variables."
          : (KnownNames.nearest(to: name, among: names).map { "Did you mean '\($0)'? " } ?? "")
            + "There are \(known)\(names.count > 8 && similar.isEmpty ? " and others" : "").")
    }
    return buffer
  }

  func has(_ name: String) -> Bool { buffers[name] != nil }

  /// Runs a body that reads the variables. Throws while a step changes them.
  func reading<Result>(_ body: () throws -> Result) throws -> Result {
    try use.withLock { use in
      switch use {
      case .none: use = .read(1)
      case .read(let count): use = .read(count + 1)
      case .written: throw Variables.busy("a step changes the variables at the same time")
      }
    }
    defer { use.withLock { use in if case .read(let count) = use { use = count > 1 ? .read(count - 1) : .none } } }
    return try body()
  }

  /// Runs a body that changes the variables. Throws while anything else reads or changes them.
  func writing<Result>(_ body: () throws -> Result) throws -> Result {
    try use.withLock { use in
      switch use {
      case .none: use = .written
      case .read: throw Variables.busy("a function or a copy reads the variables that a step is about to change")
      case .written: throw Variables.busy("two steps change the variables at the same time")
      }
    }
    defer { use.withLock { $0 = .none } }
    return try body()
  }

  private static func busy(_ reason: String) -> MartletError { MartletError(LibraryErrorCode.inUse, reason) }
}
