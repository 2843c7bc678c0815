import MartletCore
import MartletLoopIR

/// Runs programs with the loop interpreter: what machine code is compared with, bit for bit. For tests; slow.
public struct LoopInterpreterBackend: Backend {
  public let target: Target
  /// Run kernels as the emitters see them, or as they were built.
  public let isPrepared: Bool

  public init(_ target: Target, isPrepared: Bool = true) {
    self.target = target
    self.isPrepared = isPrepared
  }

  public var name: String { "loop-interpreter" }
  public func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { HostBuffer(type) }

  public func load(_ program: Program) throws -> any Executable {
    var prepared = program
    if isPrepared { prepared.kernels = try program.kernels.map { try $0.prepared(for: target) } }
    return LoopInterpreterExecutable(prepared)
  }
}

private final class LoopInterpreterExecutable: Executable {
  private let program: Program

  init(_ program: Program) { self.program = program }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    var memory: [Program.Storage: HostTensor] = [:]
    for (index, argument) in arguments.enumerated() { memory[.parameter(index)] = try argument.read() }
    func tensor(_ storage: Program.Storage) -> HostTensor { memory[storage] ?? HostTensor(repeating: .nan, program.type(of: storage)) }
    for launch in program.launches {
      switch launch {
      case .copy(let source, let target):
        memory[target] = try tensor(source).reshaped(program.type(of: target).shape)
      case .kernel(let index, let storages):
        let kernel = program.kernels[index]
        for (storage, value) in zip(storages, try KernelInterpreter.run(kernel, storages.map(tensor))) { memory[storage] = value }
      }
    }
    var remaining = outputs[...]
    for (index, result) in program.results.enumerated() {
      if let updates = result.updates {
        try arguments[updates].write(tensor(.parameter(updates)))
      } else {
        try remaining.popFirst()?.write(tensor(.result(index)))
      }
    }
  }
}
