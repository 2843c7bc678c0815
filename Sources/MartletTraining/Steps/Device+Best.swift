import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletLowering
import MartletRuntime

extension Device where Self == CompilingDevice {
  /// A GPU where there is one that computes what it should, else the processor with all its threads.
  public static func best() throws -> CompilingDevice {
    if let gpu = try? CUDABackend.checked(cache: ObjectCache()) { return CompilingDevice(gpu) }
    return try .cpu()
  }

  /// The processor. `threads` is as many as the process may use, unless given.
  public static func cpu(threads: Int? = nil) throws -> CompilingDevice {
    CompilingDevice(try CPUBackend(threads: threads, cache: ObjectCache()))
  }
}

extension Device where Self == InterpreterDevice {
  /// Each operation as it is defined, without compiling: slow, and what other devices are compared with.
  public static var interpreter: InterpreterDevice { InterpreterDevice() }
}
