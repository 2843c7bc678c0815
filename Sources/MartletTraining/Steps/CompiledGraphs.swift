import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms

/// The graphs of a step or function, one compiled for each number of samples; of those that were used last, some are kept.
final class CompiledGraphs {
  /// A compiled graph with memory for everything that is not a variable.
  struct Bound {
    /// Before simplification and fusion.
    var graph: Graph
    var executable: any Executable
    var arguments: [any DeviceBuffer]
    /// By name: the inputs of the user's function, and those that the compiler adds.
    var inputs: [String: any DeviceBuffer]
    var outputs: [(name: String, buffer: any DeviceBuffer)]
    /// Arithmetic of one run.
    var floatingPointOperations: Int

    func output(_ name: String) throws -> any DeviceBuffer {
      guard let output = outputs.first(where: { $0.name == name }) else {
        throw MartletError(TrainingErrorCode.inconsistentGraph, "the graph needs a result \(name), and there is none")
      }
      return output.buffer
    }

    /// Writes an input that some graphs do not have.
    func write<Scalar: TensorScalar>(_ name: String, _ shape: Shape, _ elements: [Scalar]) throws {
      try inputs[name]?.write(HostTensor(shape, elements: elements))
    }

    /// Writes an input where it is stored.
    func fill(_ name: String, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws { try inputs[name]?.fill(body) }

    func values() throws -> ResultValues {
      ResultValues(
        try outputs.filter { !$0.name.hasPrefix(Tracer.shownPrefix) && !($0.buffer is AbsentBuffer) }.map {
          ($0.name, try $0.buffer.read())
        })
    }

    /// Runs the graph with what its memory holds, and prints the values that are to be shown.
    func run() throws { try run(into: outputs.map(\.buffer)) }

    /// The same with other memory for the results, one for each of `outputs`.
    func run(into buffers: [any DeviceBuffer]) throws {
      try executable.run(arguments, buffers)
      try show(buffers)
    }

    /// Runs the graph, and calls `done` with the names of outputs whose memory it does not use any more, while it has others to compute. On a device
    /// that runs programs as a whole that is at the end. `phaseEnded` is called often, on any thread, one at a time.
    func run(into buffers: [any DeviceBuffer], phaseEnded: () -> Void, done: (_ outputs: [String]) throws -> Void) throws {
      guard let executable = executable as? any PhasedExecutable else {
        try run(into: buffers)
        return try done(outputs.map(\.name))
      }
      let phases = executable.phasesUntilDone
      var start = 0
      for end in Set(phases + [executable.phaseCount]).sorted() {
        try executable.run(arguments, buffers, phases: start..<end, phaseEnded: phaseEnded)
        try done(zip(outputs, phases).filter { $0.1 == end }.map(\.0.name))
        start = end
      }
      try show(buffers)
    }

    private func show(_ buffers: [any DeviceBuffer]) throws {
      for ((name, _), buffer) in zip(outputs, buffers) where name.hasPrefix(Tracer.shownPrefix) {
        // show.NUMBER.LABEL
        let label = name.split(separator: ".", maxSplits: 2).last.map(String.init) ?? name
        ShownTensor(label: label, tensor: try buffer.read()).write()
      }
    }
  }

  let inputs: [(name: String, specification: InputSpecification)]
  /// For how many sizes of batches graphs are kept.
  var mostKept = 16
  /// How many graphs a size needs: two where batches are divided into micro-batches, whose sizes differ by a sample.
  var graphsOfSize = 1
  private let device: any ExecutionDevice
  private let make: (_ samples: Int) throws -> Graph
  private let compiler: Compiler
  private let variable: (String, TensorType) throws -> any DeviceBuffer
  /// Wraps each compilation: takes the time, records it.
  var compiling: (_ body: (_ instruments: [any Instrument]) throws -> any Executable) throws -> any Executable = {
    try $0([VerifyInstrument()])
  }
  /// Results whose memory whoever runs the graph gives, by the graph.
  var isOutside: (_ graph: Graph) -> Set<String> = { _ in [] }
  private var kept: [Int: (bound: Bound, use: Int)] = [:]
  private var uses = 0
  private var resultsOfSamples: Set<String>?

  /// `make` traces the graph for a number of samples; `variable` gives the memory of a parameter or state.
  convenience init(
    _ specifications: [InputSpecification], _ device: any ExecutionDevice, _ compiler: Compiler,
    variable: @escaping (String, TensorType) throws -> any DeviceBuffer,
    make: @escaping (_ samples: Int) throws -> Graph
  ) {
    let inputs = specifications.enumerated().map { (name: CompiledGraphs.inputName($0.offset), specification: $0.element) }
    self.init(named: inputs, device, compiler, variable: variable, make: make)
  }

  /// The same with inputs of other names.
  init(
    named inputs: [(name: String, specification: InputSpecification)], _ device: any ExecutionDevice, _ compiler: Compiler,
    variable: @escaping (String, TensorType) throws -> any DeviceBuffer, make: @escaping (_ samples: Int) throws -> Graph
  ) {
    self.inputs = inputs
    self.device = device
    self.compiler = compiler
    self.variable = variable
    self.make = make
  }

  static func inputName(_ position: Int) -> String { "input\(position)" }

  /// The inputs for a number of samples.
  func inputs(samples: Int) -> [(name: String, specification: InputSpecification)] {
    inputs.map { ($0.name, $0.specification.with(samples: samples)) }
  }

  /// The number of samples that the specifications say. Throws where they disagree.
  func specifiedSamples() throws -> Int {
    let counts = inputs.filter(\.specification.hasBatch).map { ($0.name, $0.specification.shape[0]) }
    return try CompiledGraphs.agreed(counts)
  }

  private static func agreed(_ counts: [(name: String, samples: Int)]) throws -> Int {
    guard let first = counts.first else { return 1 }
    guard let other = counts.first(where: { $0.samples != first.samples }) else { return first.samples }
    throw MartletError(
      LibraryErrorCode.inputType,
      "input '\(first.name)' has \(first.samples) samples, input '\(other.name)' has \(other.samples)",
      advice: "Give each input as many samples as the others; an input that has none is marked with .withoutBatch.")
  }

  /// The number of samples of the data. Throws where their number or types are not those of the inputs.
  func samples(_ data: [any InputData]) throws -> Int {
    guard data.count == inputs.count else {
      throw MartletError(LibraryErrorCode.inputCount, "\(inputs.count) inputs are needed, found \(data.count)")
    }
    var counts: [(name: String, samples: Int)] = []
    for (input, own) in zip(inputs, data) {
      let samples = try own.samples(for: input.specification, named: input.name)
      if input.specification.hasBatch { counts.append((input.name, samples)) }
    }
    return try CompiledGraphs.agreed(counts)
  }

  /// The compiled graph for a number of samples.
  func bound(samples: Int) throws -> Bound {
    uses += 1
    if let known = kept[samples] {
      kept[samples] = (known.bound, uses)
      return known.bound
    }
    let bound = try compiled(samples)
    while kept.count / graphsOfSize >= max(mostKept, 1), let oldest = kept.min(by: { $0.value.use < $1.value.use }) {
      kept[oldest.key] = nil
    }
    kept[samples] = (bound, uses)
    return bound
  }

  private func compiled(_ samples: Int) throws -> Bound { try bind(make(samples)) }

  /// The results that have as many rows a sample for each number of samples, such as one. Found out by tracing the function for one sample more; where it
  /// takes no other number, those with a row a sample. Throws M1216 for another result whose shape depends on the number of samples.
  func resultsOfSamples(_ samples: Int) throws -> Set<String> {
    if let resultsOfSamples { return resultsOfSamples }
    func shapes(_ graph: Graph) -> [String: [Int]] {
      Dictionary(graph.results.map { ($0.name, graph.type(of: $0.value).shape.extents) }, uniquingKeysWith: { first, _ in first })
    }
    let own = try shapes(bound(samples: samples).graph)
    let more = (try? make(samples + 1)).map(shapes)
    var names: Set<String> = []
    for (name, extents) in own where !name.hasPrefix(Tracer.shownPrefix) {
      guard let others = more.map({ $0[name] ?? [] }) else {
        if extents.first == samples { names.insert(name) }
        continue
      }
      guard others != extents else { continue }
      let perSample = (extents.first ?? 0) / samples
      guard extents.first == perSample * samples, others == [perSample * (samples + 1)] + extents.dropFirst() else {
        throw MicroBatchResults.error(name, Shape(extents), Shape(others))
      }
      names.insert(name)
    }
    resultsOfSamples = names
    return names
  }

  /// Optimizes and compiles a graph. `observe` is called with the optimized graph.
  func executable(_ graph: Graph, observe: (Graph) -> Void = { _ in }) throws -> any Executable {
    try compiling { instruments in
      let optimized = try compiler.optimized(graph, instruments)
      observe(optimized)
      return try compiler.executable(optimized, on: device)
    }
  }

  /// Compiles a graph and gives it memory.
  func bind(_ graph: Graph) throws -> Bound {
    var operations = 0
    let executable = try executable(graph) { operations = $0.floatingPointOperations }
    var inputs: [String: any DeviceBuffer] = [:]
    let arguments = try executable.parameters.map { parameter in
      guard parameter.role == .input else { return try variable(parameter.name, parameter.type) }
      let buffer = try device.makeBuffer(parameter.type)
      inputs[parameter.name] = buffer
      return buffer
    }
    let outside = isOutside(graph)
    let outputs = try executable.results.filter { $0.updates == nil }.map { result -> (name: String, buffer: any DeviceBuffer) in
      (result.name, outside.contains(result.name) ? AbsentBuffer(type: result.type) : try device.makeBuffer(result.type))
    }
    return Bound(
      graph: graph, executable: executable, arguments: arguments, inputs: inputs, outputs: outputs, floatingPointOperations: operations)
  }

  /// Writes the data to a graph's inputs and runs it.
  func run(_ bound: Bound, _ data: [any InputData]) throws {
    for (input, own) in zip(inputs, data) { if let buffer = bound.inputs[input.name] { try own.write(to: buffer) } }
    try bound.run()
  }
}

/// Stands for memory that is given when the graph runs.
private final class AbsentBuffer: DeviceBuffer {
  let type: TensorType

  init(type: TensorType) { self.type = type }

  func write(_ bytes: UnsafeRawBufferPointer) throws { throw AbsentBuffer.error }
  func read(into bytes: UnsafeMutableRawBufferPointer) throws { throw AbsentBuffer.error }

  private static var error: MartletError {
    MartletError(TrainingErrorCode.inconsistentGraph, "a result of a micro-batch has no memory of its own")
  }
}

extension Tracer.Body {
  /// The results of a user's function. Throws where two have one name, or one has the name of a variable.
  init(_ results: any TracedResults, fallback: String, _ variables: Variables) throws {
    let named = results.named(fallback)
    var seen: Set<String> = []
    for (name, _) in named {
      guard seen.insert(name).inserted, !variables.has(name) else {
        throw MartletError(LibraryErrorCode.duplicateName, "two results, or a result and a variable, are named '\(name)'")
      }
    }
    self.init(named)
  }
}
