import ArgumentParser
import MartletInspection
import MartletTraining
import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime

/// The name of a device, as `--device` takes it.
struct DeviceOptions: ParsableArguments {
  @Option(help: "Device: auto (a GPU that works, otherwise cpu), interpreter, cpu, cuda or cuda-emulated.") var device = "auto"
  @Flag(help: "Do not read or write the object cache.") var noCache = false

  func make(threads: Int? = nil, profiler: Profiler? = nil) throws -> any ExecutionDevice {
    device == "interpreter" ? InterpreterDevice() : CompilingDevice(try backend(threads: threads, profiler: profiler))
  }

  /// What compiles for the device. `auto` is a GPU where one computes what it should, unless threads or a profile of the processor are requested
  /// for.
  func backend(threads: Int? = nil, profiler: Profiler? = nil) throws -> any TimingBackend {
    if !noCache { CacheNote.say() }
    let cache = noCache ? nil : ObjectCache()
    switch device {
    case "auto" where threads == nil && profiler == nil:
      let number = try DeviceOptions.gpuNumber()
      if let gpu = try? CUDABackend.checked(cache: cache, number: number) { return gpu }
      return try CPUBackend(cache: cache)
    case "auto", "cpu": return try CPUBackend(threads: threads, profiler: profiler, cache: cache)
    case "interpreter": throw MartletError(UsageErrorCode.nothingToMeasure, "the interpreter has no kernels to measure")
    case "cuda-emulated": return try CUDABackend.emulated()
    case "cuda": return try CUDABackend(cache: cache, number: try DeviceOptions.gpuNumber())
    case "mps": throw MartletError(UsageErrorCode.noDevice, "the device mps is for Apple only")
    default:
      throw MartletError(
        UsageErrorCode.unknownDevice, "unknown device '\(device)'",
        advice: KnownNames.advice("devices", ["auto", "interpreter", "cpu", "cuda", "cuda-emulated"], insteadOf: device))
    }
  }
}

extension DeviceOptions {
  /// The number of the GPU that this process takes, modulo the number of GPUs: 0 for a process by itself, else the number of processes before it on its machine.
  private static func gpuNumber() throws -> Int { try Machines.current.map { try GPUPlacement.number(in: $0.group) } ?? 0 }
}

enum OptionText {
  static func optimizer(_ name: String) throws -> UpdateRule {
    guard let optimizer = UpdateRule(named: name) else {
      throw MartletError(
        UsageErrorCode.unknownOptimizer, "unknown optimizer '\(name)'",
        advice: KnownNames.advice("optimizers", UpdateRule.names, insteadOf: name))
    }
    return optimizer
  }

  /// The target of `--isa`, or that of the machine. Nothing runs, so the machine need not have it.
  static func target(_ name: String?) throws -> Target {
    guard let level = try name.map(InstructionSet.init(rawValue:)) ?? HostProcessor.chosenInstructionSet() else {
      throw MartletError(
        UsageErrorCode.unknownInstructionSet, "unknown instruction set '\(name ?? "")'",
        advice: KnownNames.advice("instruction sets", InstructionSet.allCases.map(\.rawValue), insteadOf: name ?? ""))
    }
    return Target(level, hasMatrixLibrary: MatrixLibrary.name != nil)
  }

  /// Throws unless the number is at least `least`.
  static func expect(_ name: String, _ value: Int?, atLeast least: Int) throws {
    guard let value, value < least else { return }
    throw MartletError(UsageErrorCode.tooSmall, "\(name) must be at least \(least), found \(value)", advice: "Give \(least) or more.")
  }

  /// A model by name, or a graph from a file, on its way through the compiler.
  static func compilation(
    _ model: String, inference: Bool, batch: Int, optimizer: String, fuses: Bool, isMicroBatch: Bool = false
  ) throws -> Compilation {
    try expect("--batch", batch, atLeast: 1)
    let optimizer = try self.optimizer(optimizer)
    if model == "-" || model.hasSuffix(".gir") { return Compilation(try graph(model), optimizer: optimizer, fuses: fuses) }
    var options = ModelOptions()
    options.isMicroBatch = isMicroBatch
    return try Compilation(
      ModelRegistry.make(model), name: model, batch: batch, purpose: inference ? .inference : .training, optimizer: optimizer, fuses: fuses,
      options: options)
  }

  /// Throws unless the number, where there is one, is finite and above 0.
  static func expectPositive(_ name: String, _ value: Double?) throws {
    guard let value, !(value.isFinite && value > 0) else { return }
    throw MartletError(UsageErrorCode.notPositive, "\(name) is a positive number, found \(value)")
  }

  /// A graph from a file, or from standard input for "-".
  static func graph(_ path: String) throws -> Graph {
    try GraphParser.parse(try FileBytes.readText(path), file: path == "-" ? "<stdin>" : path)
  }
}
