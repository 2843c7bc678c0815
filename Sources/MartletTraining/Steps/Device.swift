import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletLowering
import MartletRuntime

/// What runs graphs, and whose memory holds variables: `.best()`, `.cpu(threads: 2)`, `.cuda()`, `.cudaEmulated()` or `.interpreter`.
public struct Device {
  package let execution: any ExecutionDevice

  package init(_ execution: any ExecutionDevice) { self.execution = execution }

  /// `cpu`, `cuda`, `interpreter`, with what the machine has.
  public var name: String { execution.name }

  /// A GPU that computes what it should, otherwise the processor with all its threads. Throws `.unavailable` without LLVM.
  public static func best() throws -> Device {
    if let gpu = try? CUDABackend.checked(cache: ObjectCache()) { return Device(CompilingDevice(gpu)) }
    return try .cpu()
  }

  /// The processor. Without `threads` it uses as many threads as the process may. Throws `.unavailable` without LLVM, `.usage` for no threads.
  public static func cpu(threads: Int? = nil) throws -> Device {
    Device(CompilingDevice(try CPUBackend(threads: threads, cache: ObjectCache())))
  }

  /// The first GPU. Throws `.unavailable` where there is none, or no driver or NVRTC.
  public static func cuda() throws -> Device { Device(CompilingDevice(try CUDABackend(cache: ObjectCache()))) }

  /// Kernels for a GPU, run on the processor by a C++ compiler: slow, for tests. Throws `.unavailable` without a compiler.
  package static func cudaEmulated() throws -> Device { Device(CompilingDevice(try CUDABackend.emulated())) }

  /// Runs `evaluate` of each operation, without compiling: slow, and the reference of the other devices.
  public static var interpreter: Device { Device(InterpreterDevice()) }
}
