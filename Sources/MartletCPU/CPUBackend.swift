import MartletCore
import MartletLoopIR
import MartletRuntime
import Synchronization

/// Compiles programs with LLVM for this machine's processor and runs them on its threads.
public final class CPUBackend: Backend {
  public let target: Target
  public let threads: Int
  private let profiler: Profiler?
  private let compiler: KernelCompiler
  /// Kernels of another batch size often have the same source.
  private let objects = Mutex<[KernelCompiler.Source: [UInt8]]>([:])

  /// `threads` nil: as many as the process may use. Throws `.unavailable` when LLVM cannot be loaded or the machine lacks the
  /// instruction set. With a profiler every kernel's time is recorded.
  public init(threads: Int? = nil, instructionSet: InstructionSet? = nil, profiler: Profiler? = nil) throws {
    self.profiler = profiler
    try LLVMLibrary.load()
    target = Target(try HostProcessor.chosenInstructionSet(cap: instructionSet))
    self.threads = max(threads ?? Processors.available, 1)
    compiler = KernelCompiler(target)
  }

  public var name: String { "cpu" }
  public func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { HostBuffer(type) }

  public func load(_ program: Program) throws -> any Executable {
    let module = try JITModule(target.instructionSet)
    var functions: [KernelFunction] = []
    for kernel in program.kernels { try module.add(try object(kernel), name: kernel.name) }
    for kernel in program.kernels { functions.append(try module.function(kernel.name)) }
    return try CPUExecutable(program, module, functions, try pool(), profiler)
  }

  private func object(_ kernel: Kernel) throws -> [UInt8] {
    let source = try compiler.source(kernel)
    if let known = objects.withLock({ $0[source] }) { return known }
    let object = try compiler.compile(source, name: kernel.name)
    objects.withLock { $0[source] = object }
    return object
  }

  private let sharedPool = Mutex<WorkerPool?>(nil)

  /// One pool for all executables of this backend: they run one after the other.
  private func pool() throws -> WorkerPool {
    try sharedPool.withLock { pool in
      if let pool { return pool }
      let created = try WorkerPool(count: threads)
      pool = created
      return created
    }
  }
}
