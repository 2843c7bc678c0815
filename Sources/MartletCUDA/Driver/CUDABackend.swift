import CCUDA
import MartletCore
import MartletLoopIR
import MartletRuntime
import Synchronization

/// Compiles programs as CUDA C and runs them on a GPU, or on the processor where that is asked for: everything but the compiler and the driver is
/// the same.
public final class CUDABackend: TimingBackend, @unchecked Sendable {
  /// Who makes the device's code of a text.
  private enum Compiler {
    /// NVIDIA's, for the device's architecture.
    case runtime(ObjectCache?)
    /// clang, for the processor.
    case host
  }

  private let context: CUDAContext
  private let compiler: Compiler

  /// The first GPU of this machine. Throws `.unavailable` without a GPU, its driver or NVRTC.
  public convenience init(cache: ObjectCache? = nil) throws {
    let context = try CUDAContext(try CUDADriver.installed())
    try RuntimeCompiler.load()
    self.init(context, .runtime(cache))
  }

  /// The first GPU of this machine if it adds two numbers as it should; nil otherwise, whatever the reason.
  public static func working(cache: ObjectCache? = nil) -> CUDABackend? {
    guard let backend = try? CUDABackend(cache: cache), (try? backend.addsCorrectly()) == true else { return nil }
    return backend
  }

  /// Whether a small kernel gives what it should.
  func addsCorrectly() throws -> Bool {
    let builder = KernelBuilder(name: "self_check")
    let x = builder.parameter("x", .read, .global, .f32, [64])
    let y = builder.parameter("y", .write, .global, .f32, [64])
    builder.parallel("e") { e in y.store(x[e] + .number(1), [e]) }
    let type = TensorType(.f32, [64])
    let program = try Program(
      name: "self_check", parameters: [Program.Parameter(name: "x", role: .input, type: type)],
      results: [Program.Result(name: "y", type: type, updates: nil)],
      kernels: [try builder.finish(over: 64).mappedToThreads(target)], launches: [.kernel(0, [.parameter(0), .result(0)])], temporaries: [])
    let (input, output) = (try makeBuffer(type), try makeBuffer(type))
    try input.write(HostTensor(type, numbers: (0..<64).map(Double.init)))
    try load(program).run([input], [output])
    return try output.read().numbers == (1...64).map(Double.init)
  }

  /// The same kernels on this machine's processor, in an order of blocks and threads that the seed chooses: slow, and shows that the text
  /// computes what it should where there is no GPU.
  public static func emulated(seed: UInt32 = 1) throws -> CUDABackend {
    CUDABackend(try CUDAContext(try CUDADriver.imitated(seed: seed)), .host)
  }

  private init(_ context: CUDAContext, _ compiler: Compiler) {
    self.context = context
    self.compiler = compiler
  }

  public var name: String { context.driver.isImitation ? "cuda-emulated" : "cuda" }
  /// As the driver calls it.
  public var deviceName: String { context.deviceName }
  public var target: Target { .cuda }
  public func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try CUDABuffer(type, context) }
  public func load(_ program: Program) throws -> any Executable { try loadAll([program])[0] }
  public func loadTimed(_ program: Program) throws -> any TimedExecutable { try loadAll([program])[0] }

  /// Loads several programs, compiled together: that is much quicker than one by one.
  public func load(all programs: [Program]) throws -> [any Executable] { try loadAll(programs) }

  private func loadAll(_ programs: [Program]) throws -> [CUDAExecutable] {
    var number = 0
    let prepared = try programs.map { program in
      try program.kernels.map { kernel in
        var kernel = try kernel.prepared(for: .cuda)
        // Programs may have kernels of one name.
        if programs.count > 1 {
          number += 1
          kernel.name = "k\(number).\(kernel.name)"
        }
        return kernel
      }
    }
    let module = try module(prepared.flatMap { $0 })
    return try zip(programs, prepared).map { try CUDAExecutable($0, $1, module) }
  }

  /// A binary for the very device; PTX where NVRTC does not know it yet, or where the driver is older than NVRTC and does not take its binaries.
  private func compiled(_ text: String, _ architecture: String) throws -> ([UInt8], CUDAModule) {
    do {
      let binary = try RuntimeCompiler.compile(text, for: architecture).binary
      return (binary, try CUDAModule(context, image: binary))
    } catch {
      guard let portable = try? RuntimeCompiler.compile(text, for: RuntimeCompiler.portableArchitecture).binary,
        let module = try? CUDAModule(context, image: portable + [0])
      else { throw error }
      return (portable + [0], module)
    }
  }

  private func module(_ kernels: [Kernel]) throws -> CUDAModule {
    let text = try CUDAEmitter.module(kernels)
    switch compiler {
    case .host:
      let library = try HostCompiler.compile(EmulationText.header + text + kernels.map(EmulationText.launcher).joined())
      defer { library.remove() }
      return try CUDAModule(context, image: Array(library.path.utf8) + [0])
    case .runtime(let cache):
      let architecture = "sm_\(context.capability)"
      let key = cache?.key("\(RuntimeCompiler.description) \(architecture)\n\(text)")
      if let cache, let key, let known = cache.object(key), let module = try? CUDAModule(context, image: known) { return module }
      let (binary, module) = try compiled(text, architecture)
      if let cache, let key { cache.keep(binary, key) }
      return module
    }
  }
}
