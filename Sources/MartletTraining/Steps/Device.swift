import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletLowering
import MartletRuntime

/// What runs graphs, and whose memory holds variables: `.best()`, `.cpu(threads: 2)`, `.cuda()` or `.interpreter`.
public struct Device {
  package let execution: any ExecutionDevice

  package init(_ execution: any ExecutionDevice) { self.execution = execution }

  /// `cpu`, `cuda`, `interpreter`, with what the machine has.
  public var name: String { execution.name }

  /// A GPU that computes what it should, otherwise the processor with all its threads. Throws M906 where
  /// there is neither a GPU nor LLVM.
  public static func best() throws -> Device {
    if let gpu = try? CUDABackend.checked(cache: ObjectCache()) { return Device(CompilingDevice(gpu)) }
    return try .cpu()
  }

  /// The processor, with so many threads, at least one; without a number with all that the process may use. Throws M906 without LLVM, M806
  /// where the system starts no thread, and M904 or M905 where `MARTLET_ISA` names no instruction set of the machine.
  public static func cpu(threads: Int? = nil) throws -> Device {
    Device(CompilingDevice(try CPUBackend(threads: threads, cache: ObjectCache())))
  }

  /// The first GPU of NVIDIA. Throws M1412 where there is none or no driver, M1405 without NVRTC.
  public static func cuda() throws -> Device { Device(CompilingDevice(try CUDABackend(cache: ObjectCache()))) }

  /// Kernels for a GPU, run on the processor by a C++ compiler: slow, for tests. Throws M1407 without a compiler.
  package static func cudaEmulated() throws -> Device { Device(CompilingDevice(try CUDABackend.emulated())) }

  /// Runs `evaluate` of each operation, without compiling: slow, and the reference of the other devices.
  public static var interpreter: Device { Device(InterpreterDevice()) }
}
