import MartletCPU
import MartletCUDA
import MartletCore
import MartletLowering
import MartletRuntime

extension Device where Self == CompilingDevice {
  /// A GPU that computes what it should, otherwise the processor with all its threads.
  public static func best() throws -> CompilingDevice {
    if let gpu = try? CUDABackend.checked(cache: ObjectCache()) { return CompilingDevice(gpu) }
    return try .cpu()
  }

  /// The processor. Without `threads` it uses as many threads as the process may.
  public static func cpu(threads: Int? = nil) throws -> CompilingDevice {
    CompilingDevice(try CPUBackend(threads: threads, cache: ObjectCache()))
  }
}

extension Device where Self == InterpreterDevice {
  /// Runs `evaluate` of each operation, without compiling: slow, and the reference of the other devices.
  public static var interpreter: InterpreterDevice { InterpreterDevice() }
}
