import CHost
import MartletCore
import MartletLoopIR
import MartletRuntime
import Synchronization

/// Compiles programs with LLVM for this machine's processor and runs them on its threads.
package final class CPUBackend: TimingBackend {
  package let target: Target
  package let threads: Int
  private let profiler: Profiler?
  private let compiler: KernelCompiler
  private let cache: ObjectCache?
  /// What objects depend on beside their kernel.
  private let environment: String
  /// Kernels of another batch size often have the same source.
  private let objects = Mutex<[KernelCompiler.Source: [UInt8]]>([:])

  /// `threads` nil: as many as the process may use. With a profiler every kernel's time is recorded, with a cache objects are kept for the
  /// next process. Throws `.unavailable` when LLVM cannot be loaded or the machine lacks the instruction set.
  package convenience init(
    threads: Int? = nil, instructionSet: InstructionSet? = nil, profiler: Profiler? = nil, cache: ObjectCache? = nil
  ) throws {
    try self.init(threads: threads, instructionSet: instructionSet, profiler: profiler, cache: cache, writesProvenFlags: true)
  }

  /// `writesProvenFlags` false: LLVM is promised nothing about indices and memory. Tests compare both.
  package init(
    threads: Int? = nil, instructionSet: InstructionSet? = nil, profiler: Profiler? = nil, cache: ObjectCache? = nil,
    writesProvenFlags: Bool
  ) throws {
    self.profiler = profiler
    self.cache = cache
    try LLVMLibrary.load()
    let chosen = try HostProcessor.chosenInstructionSet(cap: instructionSet)
    target = Target(chosen, hasMatrixLibrary: MatrixLibrary.name != nil)
    self.threads = max(threads ?? Processors.available, 1)
    compiler = KernelCompiler(target, writesProvenFlags: writesProvenFlags)
    environment = "\(LLVMLibrary.description) \(HostProcessor.featureList(chosen))"
  }

  package var name: String { "cpu" }
  package func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try HostBuffer(type) }

  package func load(_ program: Program) throws -> any Executable { try load(program, profiler: profiler) }

  /// An executable whose kernels' times are recorded, or not, whatever the backend does. All executables of a backend share its threads.
  package func load(_ program: Program, profiler: Profiler?) throws -> any Executable {
    do { return try load(program, profiler, readsCache: true) } catch let error as MartletError
      where cache != nil && error.number == CPUErrorCode.linking.rawValue
    {
      // An object of the cache is whole, and LLVM does not take it: all are compiled again, and kept in its place.
      return try load(program, profiler, readsCache: false)
    }
  }

  private func load(_ program: Program, _ profiler: Profiler?, readsCache: Bool) throws -> any Executable {
    // Layers of one shape have the same kernels: each is compiled once. A profiler from outside wants to see every name.
    let all = program.kernels.map(\.kernel)
    let (kernels, numbers) = PerformanceMap.isWanted ? (all, Array(all.indices)) : try CPUBackend.distinct(all)
    let objects = try objects(kernels, profiler, readsCache: readsCache)
    let module = try JITModule(target.processor())
    for (kernel, object) in zip(kernels, objects) { try module.add(object, name: kernel.name) }
    let functions = try zip(kernels, objects).map { try module.function($0.symbol, in: $1) }
    return try CPUExecutable(program, module, numbers.map { functions[$0] }, try pool(), profiler)
  }

  package func loadTimed(_ program: Program) throws -> any TimedExecutable {
    let profiler = Profiler(workers: threads)
    return ProfiledExecutable(program, profiler, try load(program, profiler: profiler))
  }

  /// Kernels that differ in more than their names and those of their parameters, and for each given kernel which of them it is.
  private static func distinct(_ kernels: [Kernel]) throws -> (kernels: [Kernel], numbers: [Int]) {
    var known: [Kernel: Int] = [:]
    var distinct: [Kernel] = []
    let numbers = try kernels.map { kernel in
      var plain = try kernel.withPlainNames()
      if let number = known[plain] { return number }
      known[plain] = distinct.count
      // The name of the first one: the same for other batches, whose objects then are the same too.
      plain.name = kernel.name
      distinct.append(plain)
      return distinct.count - 1
    }
    return (distinct, numbers)
  }

  /// Compiles kernels on all threads, the longest first.
  private func objects(_ kernels: [Kernel], _ profiler: Profiler?, readsCache: Bool) throws -> [[UInt8]] {
    let results = Mutex([Result<[UInt8], any Error>?](repeating: nil, count: kernels.count))
    let order = kernels.indices.map { ($0, kernels[$0].statementCount) }.sorted { ($0.1, $1.0) > ($1.1, $0.0) }.map(\.0)
    let next = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    try pool().run { worker in
      // LLVM folds constants: it must see numbers as they are.
      let controlWord = host_set_flush_to_zero(0)
      defer { host_restore_control_word(controlWord) }
      while true {
        let position = next.add(1, ordering: .relaxed).oldValue
        guard position < order.count else { return }
        let kernel = kernels[order[position]]
        let start = profiler?.begin() ?? 0
        let result = Result { try object(kernel, readsCache: readsCache) }
        if let profiler { profiler.record(profiler.number(of: "compile \(kernel.name)", .compile), worker: worker, since: start) }
        results.withLock { $0[order[position]] = result }
        CompilationProgress.report(done.add(1, ordering: .relaxed).newValue, of: order.count)
      }
    }
    return try results.withLock { try $0.map { try $0?.get() ?? [] } }
  }

  private func object(_ kernel: Kernel, readsCache: Bool) throws -> [UInt8] {
    let key = cache?.key("\(environment)\n\(kernel)")
    if readsCache, let cache, let key, let known = cache.object(key) { return known }
    let source = try compiler.source(kernel)
    let object: [UInt8]
    if let known = objects.withLock({ $0[source] }) {
      object = known
    } else {
      object = try compiler.compile(source, name: kernel.name)
      objects.withLock { $0[source] = object }
    }
    if let key { cache?.keep(object, key) }
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

extension Kernel {
  /// The kernel with names that say nothing of the graph that it was made for, so that equal kernels are equal.
  fileprivate func withPlainNames() throws -> Kernel {
    let plain = parameters.indices.map { "parameter_\($0)" }
    let own = names
    guard !plain.contains(where: own.contains) else { return self }
    let renamed = Dictionary(zip(parameters.map(\.name), plain), uniquingKeysWith: { first, _ in first })
    var copy = self
    copy.name = "kernel"
    for (index, name) in plain.enumerated() { copy.parameters[index].name = name }
    copy.body = try Renaming(data: { renamed[$0] ?? $0 }, index: { Index(variable: $0) })(body)
    return copy
  }

  /// Statements, nested ones too: a guess at how long a compilation takes.
  fileprivate var statementCount: Int {
    var count = 0
    body.forEachNested { _ in count += 1 }
    return count
  }
}
