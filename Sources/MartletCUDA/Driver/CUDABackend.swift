import CCUDA
import MartletCore
import MartletLoopIR
import MartletRuntime
import Synchronization

/// Compiles programs as CUDA C and runs them on a GPU, or on the processor for `cuda-emulated`: everything but the compiler and the driver is
/// the same.
package final class CUDABackend: TimingBackend, @unchecked Sendable {
  /// Who makes the device's code of a text.
  private enum Compiler {
    /// NVIDIA's, for the device's architecture.
    case runtime(ObjectCache?)
    /// clang, for the processor.
    case host
  }

  private let context: CUDAContext
  private let compiler: Compiler
  private let exchangeLibrary: NCCLLibrary.Source

  /// A GPU of this machine: the one of this number, modulo their number. Throws `.unavailable` without a GPU, its driver or NVRTC.
  package convenience init(cache: ObjectCache? = nil, number: Int = 0) throws {
    let context = try CUDAContext(try CUDADriver.installed(), number: number)
    try RuntimeCompiler.load()
    self.init(context, .runtime(cache), .installed)
  }

  /// The same, after a small kernel has shown that it computes what it should. Throws `.unavailable` where there is none, or where something on the way to it
  /// does not work.
  package static func checked(cache: ObjectCache? = nil, number: Int = 0) throws -> CUDABackend {
    let backend = try CUDABackend(cache: cache, number: number)
    try backend.checkAddition()
    return backend
  }

  func checkAddition() throws {
    let builder = KernelBuilder(name: "self_check")
    let x = builder.parameter("x", .read, .global, .f32, [64])
    let y = builder.parameter("y", .write, .global, .f32, [64])
    builder.parallel("e") { e in y.store(x[e] + .number(1), [e]) }
    let type = TensorType(.f32, [64])
    let program = try Program(
      name: "self_check", parameters: [Program.Parameter(name: "x", role: .input, type: type)],
      results: [Program.Result(name: "y", type: type, updates: nil)],
      kernels: [LoweredKernel(try builder.finish(over: 64).mappedToThreads(target))],
      launches: [.kernel(0, [.parameter(0), .result(0)])], temporaries: [])
    let (input, output) = (try makeBuffer(type), try makeBuffer(type))
    try input.write(HostTensor(type, numbers: (0..<64).map(Double.init)))
    try load(program).run([input], [output])
    guard try output.read().numbers == (1...64).map(Double.init) else {
      throw MartletError(CUDAErrorCode.driverCall, "\(deviceName) does not add two numbers as it should")
    }
  }

  /// The same kernels on this machine's processor, in an order of blocks and threads that the seed chooses: slow, and shows that the text
  /// computes what it should where there is no GPU.
  ///
  /// `exchange`: what carries buffers to other processes. The imitation works among the threads of a process.
  package static func emulated(seed: UInt32 = 1, number: Int = 0, exchange: NCCLLibrary.Source = .none) throws -> CUDABackend {
    CUDABackend(try CUDAContext(try CUDADriver.imitated(seed: seed), number: number), .host, exchange)
  }

  private init(_ context: CUDAContext, _ compiler: Compiler, _ exchangeLibrary: NCCLLibrary.Source) {
    self.context = context
    self.compiler = compiler
    self.exchangeLibrary = exchangeLibrary
  }

  package var name: String { context.driver.isImitation ? "cuda-emulated" : "cuda" }
  /// As the driver calls it.
  package var deviceName: String { context.deviceName }
  package var target: Target { .cuda }
  package func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try CUDABuffer(type, context) }
  package func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute {
    try NCCLExchange.route(among: group, context, exchangeLibrary)
  }
  package func load(_ program: Program) throws -> any Executable { try loadAll([program])[0] }
  package func loadTimed(_ program: Program) throws -> any TimedExecutable { try loadAll([program])[0] }

  /// Loads several programs, compiled together: that is much quicker than one by one.
  package func load(all programs: [Program]) throws -> [any Executable] { try loadAll(programs) }

  private func loadAll(_ programs: [Program]) throws -> [CUDAExecutable] {
    var number = 0
    let prepared = try programs.map { program in
      try program.kernels.map { lowered in
        var kernel = try lowered.kernel.prepared(for: .cuda)
        // Programs may have kernels of one name.
        if programs.count > 1 {
          number += 1
          kernel.name = "k\(number).\(kernel.name)"
        }
        return kernel
      }
    }
    let functions = try functions(of: prepared.flatMap { $0 })
    var remaining = functions[...]
    return try zip(programs, prepared).map { program, kernels in
      defer { remaining = remaining.dropFirst(kernels.count) }
      return try CUDAExecutable(program, kernels, Array(remaining.prefix(kernels.count)), context)
    }
  }

  /// The kernels on the device. They are compiled in several parts side by side, each on a processor of its own.
  private func functions(of kernels: [Kernel]) throws -> [CUDAFunction] {
    let lengths = try kernels.map { try CUDAEmitter.function($0).text.utf8.count }
    let count = max(1, min(Processors.available, lengths.reduce(0, +) / CUDABackend.leastText))
    var parts: [(kernels: [Int], length: Int)] = (0..<count).map { _ in ([], 0) }
    // The longest first, each to the part that is the shortest so far.
    for index in kernels.indices.sorted(by: { (lengths[$0], $1) > (lengths[$1], $0) }) {
      let part = parts.indices.min { parts[$0].length < parts[$1].length } ?? 0
      parts[part].kernels.append(index)
      parts[part].length += lengths[index]
    }
    let shares = parts.map { $0.kernels.sorted() }
    let texts = try shares.map { share in try CUDAEmitter.module(share.map { kernels[$0] }) }
    let results = Mutex([Result<CUDAImage, any Error>?](repeating: nil, count: count))
    let compile: @Sendable (Int) -> Void = { [self] part in
      let result = Result { try image(texts[part], shares[part].map { kernels[$0] }) }
      results.withLock { $0[part] = result }
    }
    if count == 1 { compile(0) } else { try WorkerPool(count: count).run(compile) }
    let images = results.withLock { $0 }
    // Once it is loaded, and when it never will be, a library's file is not needed.
    defer { for case .success(.library(let library)) in images.compactMap({ $0 }) { library.remove() } }
    var functions: [Int: CUDAFunction] = [:]
    for (share, result) in zip(shares, images) {
      guard let module = try result.map({ try module(try $0.get()) }) else { continue }
      for index in share { functions[index] = try CUDAFunction(kernels[index], module) }
    }
    return kernels.indices.compactMap { functions[$0] }
  }

  /// Bytes of text that are worth a part of their own.
  private static let leastText = 30_000

  /// What a compiler made of a text, ready to be loaded.
  private enum CUDAImage {
    /// A binary, with the text that it was made of and the key under which it is kept; nil where it comes from the cache.
    case binary([UInt8], text: String, key: String?)
    case library(HostCompiler.Library)
  }

  /// Compiles a text. Called by several threads at once: it does not talk to the driver.
  private func image(_ text: String, _ kernels: [Kernel]) throws -> CUDAImage {
    switch compiler {
    case .host: return .library(try HostCompiler.compile(EmulationText.header + text + kernels.map(EmulationText.launcher).joined()))
    case .runtime(let cache):
      let key = cache?.key("\(RuntimeCompiler.description) \(architecture)\n\(text)")
      if let cache, let key, let known = cache.object(key) { return .binary(known, text: text, key: nil) }
      do { return .binary(try RuntimeCompiler.compile(text, for: architecture).binary, text: text, key: key) } catch {
        // NVRTC may be older than the GPU.
        guard let portable = try? RuntimeCompiler.compile(text, for: RuntimeCompiler.portableArchitecture).binary else { throw error }
        return .binary(portable + [0], text: text, key: key)
      }
    }
  }

  private var architecture: String { "sm_\(context.capability)" }

  /// Loads what was compiled; PTX where the driver is older than NVRTC and does not take its binaries.
  private func module(_ image: CUDAImage) throws -> CUDAModule {
    switch image {
    case .library(let library): return try CUDAModule(context, image: Array(library.path.utf8) + [0])
    case .binary(var binary, let text, let key):
      let module: CUDAModule
      do { module = try CUDAModule(context, image: binary) } catch {
        guard let portable = try? RuntimeCompiler.compile(text, for: RuntimeCompiler.portableArchitecture).binary,
          let other = try? CUDAModule(context, image: portable + [0])
        else { throw error }
        (module, binary) = (other, portable + [0])
      }
      if case .runtime(let cache?) = compiler, let key { cache.keep(binary, key) }
      return module
    }
  }
}
