import MartletCore
import MartletGraph
import MartletLowering
import MartletRuntime

/// Something that runs graphs: the interpreter, the CPU, later a GPU. One conformance suite is run on all of them.
package protocol ExecutionDevice: AnyObject {
  var name: String { get }
  /// Whether its memory is not the host's: copies and answers take long, and are better not waited for.
  var isRemote: Bool { get }
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer
  /// Makes a graph ready to run as it is written; passes come before.
  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable
  /// How buffers come to the other processes: all of them call it together, and decide alike. Throws what the library of the way throws.
  func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute
}

extension ExecutionDevice {
  /// Through the host's memory.
  package func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute { BufferRoute() }

  package func compile(_ graph: Graph) throws -> any Executable { try compile(graph, Lowering.Options()) }
}

/// Runs each operation's `evaluate`: slow, and what the others are compared with.
package final class InterpreterDevice: ExecutionDevice {
  package init() {}

  package var name: String { "interpreter" }
  package let isRemote = false
  package func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try HostBuffer(type) }
  package func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable {
    try InterpreterExecutable(graph, options)
  }
}

private final class InterpreterExecutable: Executable {
  private let graph: Graph
  let parameters: [Program.Parameter]
  let results: [Program.Result]
  private let guardingResult: String?

  init(_ graph: Graph, _ options: Lowering.Options) throws {
    self.graph = graph
    guardingResult = options.guardingResult
    let limits = try graph.inputIndexLimits()
    parameters = graph.parameters.enumerated().map {
      Program.Parameter(name: $0.element.name, role: $0.element.role, type: $0.element.type, indexLimit: limits[$0.offset])
    }
    results = graph.results.map { result in
      Program.Result(name: result.name, type: graph.type(of: result.value), updates: graph.parameterIndex(named: result.name))
    }
  }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    let computed = try withFlushToZero { try graph.evaluate(try arguments.map { try $0.read() }) }
    let isGuarded = zip(results, computed).contains { $0.name == guardingResult && !$1.isFinite }
    var remaining = outputs[...]
    for (result, tensor) in zip(results, computed) {
      if isGuarded, result.updates != nil { continue }
      let target = result.updates.map { arguments[$0] } ?? remaining.popFirst()
      try target?.write(tensor)
    }
  }
}

/// Lowers graphs to kernels and hands the program to a backend.
package final class CompilingDevice: ExecutionDevice {
  package let backend: any Backend

  package init(_ backend: any Backend) { self.backend = backend }

  package var name: String { backend.name }
  package var isRemote: Bool { backend.target.hasOwnMemory }
  package func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try backend.makeBuffer(type) }
  package func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute { try backend.bufferRoute(among: group) }
  package func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable {
    try backend.load(try Lowering.lower(graph, for: backend.target, options))
  }
}

extension ExecutionDevice {
  /// Runs a graph once on host tensors: compiles, copies in, runs, copies out. `arguments` are in the order of the parameters.
  package func run(_ graph: Graph, _ arguments: [HostTensor], _ options: Lowering.Options = .init()) throws -> [HostTensor] {
    let executable = try compile(graph, options)
    guard arguments.count == executable.parameters.count else {
      throw MartletError(
        LoweringErrorCode.argumentCount, "graph @\(graph.name) takes \(executable.parameters.count) tensors, found \(arguments.count)")
    }
    let buffers = try zip(executable.parameters, arguments).map { parameter, tensor in
      let buffer = try makeBuffer(parameter.type)
      try buffer.write(tensor)
      return buffer
    }
    let outputs = try executable.results.filter { $0.updates == nil }.map { try makeBuffer($0.type) }
    try executable.run(buffers, outputs)
    var remaining = outputs[...]
    return try executable.results.map { result in
      guard let buffer = result.updates.map({ buffers[$0] }) ?? remaining.popFirst() else {
        throw MartletError(RuntimeErrorCode.bufferCount, "result \(result.name) has no buffer")
      }
      return try buffer.read()
    }
  }
}
