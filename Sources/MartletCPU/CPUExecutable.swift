import MartletCore
import MartletLoopIR
import MartletRuntime

/// A program in machine code: runs its phases one after the other, the launches of each divided among the workers.
final class CPUExecutable: Executable {
  private let program: Program
  /// Keeps the code in memory.
  private let module: JITModule
  private let functions: [KernelFunction]
  private let pool: WorkerPool
  private let arena: HostBuffer
  private let workerArenas: [HostBuffer]
  /// For each temporary a buffer of its own, in worker memory one a worker, where `MARTLET_CHECKS` asks for that.
  private let ownMemory: [[HostBuffer]]
  /// For each worker the addresses of all launches' buffers, one launch (or call of a region) after the other.
  private let addresses: [UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>]
  /// Where each launch's addresses begin.
  private let starts: [Int]
  private let storages: [Program.Storage]
  private let zeroed: [Int?]
  private let profiler: Profiler?
  /// The profiler's numbers of the kernels.
  private let profiled: [UInt16]
  /// The addresses of arguments and outputs that the tables hold.
  private var bound: [UnsafeMutableRawPointer?] = []
  /// Where the result lies that guards the updates.
  private var guardingAddress: UnsafeMutableRawPointer?

  init(_ program: Program, _ module: JITModule, _ functions: [KernelFunction], _ pool: WorkerPool, _ profiler: Profiler?) throws {
    self.profiler = profiler
    zeroed = CPUExecutable.zeroed(program)
    profiled = profiler.map { profiler in program.kernels.map { profiler.number(of: $0.name) } } ?? []
    self.program = program
    self.module = module
    self.functions = functions
    self.pool = pool
    arena = try HostBuffer(TensorType(.u8, [program.memory.arenaByteCount]))
    var starts: [Int] = []
    var storages: [Program.Storage] = []
    for launch in program.launches {
      starts.append(storages.count)
      storages += launch.storages
    }
    self.starts = starts
    self.storages = storages
    workerArenas = try (0..<pool.count).map { _ in try HostBuffer(TensorType(.u8, [program.workerMemory.arenaByteCount])) }
    ownMemory = try program.temporaries.map { temporary in
      guard RuntimeOptions.guardsTemporaries else { return [] }
      return try (0..<(temporary.space == .worker ? pool.count : 1)).map { _ in try HostBuffer(temporary.type) }
    }
    addresses = (0..<pool.count).map { _ in
      let table = UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>.allocate(capacity: max(storages.count, 1))
      table.initialize(repeating: nil)
      return table
    }
  }

  deinit { for table in addresses { table.deallocate() } }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    try bind(arguments, outputs)
    let phases = program.phases
    if RuntimeOptions.checks {
      // A phase at a time, so that freed memory can be poisoned in between.
      for (number, phase) in phases.enumerated() {
        guard isAllowed(phase) else { return }
        pool.run { worker in for index in phase { launch(index, worker) } }
        poison(program.memory, arena, at: number)
      }
      return
    }
    pool.run { worker in
      for (number, phase) in phases.enumerated() {
        if number > 0 { pool.barrier() }
        guard isAllowed(phase) else { return }
        for index in phase { launch(index, worker) }
      }
    }
  }

  /// Fills in the addresses, unless they are those of the last run.
  private func bind(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    func host(_ buffer: any DeviceBuffer) throws -> UnsafeMutableRawPointer? {
      guard let host = buffer as? HostBuffer else {
        throw MartletError(CPUErrorCode.foreignBuffer, "the cpu device takes buffers that it made")
      }
      return host.bytes.baseAddress
    }
    let argumentAddresses = try arguments.map(host)
    let given = argumentAddresses + (try outputs.map(host))
    guard given != bound else { return }
    bound = given
    var outputAddresses: [UnsafeMutableRawPointer?] = []
    var next = 0
    for result in program.results {
      outputAddresses.append(result.updates == nil ? try host(outputs[next]) : nil)
      if result.updates == nil { next += 1 }
    }
    guardingAddress = program.updateGuard.flatMap { outputAddresses[$0.result] }
    for (worker, table) in addresses.enumerated() {
      for (position, storage) in storages.enumerated() {
        table[position] =
          switch storage {
          case .parameter(let index): argumentAddresses[index]
          case .result(let index): outputAddresses[index]
          case .temporary(let index): address(ofTemporary: index, worker)
          }
      }
    }
  }

  private func address(ofTemporary index: Int, _ worker: Int) -> UnsafeMutableRawPointer? {
    let isWorkers = program.temporaries[index].space == .worker
    if !ownMemory[index].isEmpty { return ownMemory[index][isWorkers ? worker : 0].bytes.baseAddress }
    return (isWorkers ? workerArenas[worker] : arena).bytes.baseAddress.map { $0 + program.offsets[index] }
  }

  /// Whether a phase may run: those with updates only after a finite loss. All workers see the same loss, for none writes it any more.
  private func isAllowed(_ phase: Range<Int>) -> Bool {
    guard let updateGuard = program.updateGuard, phase.lowerBound == updateGuard.launch, let guardingAddress else { return true }
    return guardingAddress.load(as: Float.self).isFinite
  }

  // MARK: Launches

  private func launch(_ index: Int, _ worker: Int) {
    guard let table = addresses[worker].baseAddress else { return }
    switch program.launches[index] {
    case .kernel(let kernel, _):
      let range = pool.range(program.kernels[kernel].over, worker: worker, multiple: program.kernels[kernel].multiple)
      guard !range.isEmpty else { return }
      var clock = profiler?.begin() ?? 0
      call(kernel, UnsafePointer(table + starts[index]), range, profiler?.track(ofWorker: worker), &clock)
    case .copy(let source, _):
      guard worker == 0, let from = table[starts[index]], let to = table[starts[index] + 1] else { return }
      to.copyMemory(from: from, byteCount: program.type(of: source).byteCount)
    case .region(let region):
      for shard in pool.range(region.shards, worker: worker) {
        enter(shard, of: region, table + starts[index], worker)
        region.forEachTile(ofShard: shard) { run(region, $0, worker, launch: index) }
      }
    }
  }

  /// Runs a kernel. With a profiler what has passed since `clock` is its time, and the clock is set to now.
  @inline(__always)
  private func call(
    _ kernel: Int, _ buffers: UnsafePointer<UnsafeMutableRawPointer?>, _ range: Range<Int>, _ track: Profiler.Track?,
    _ clock: inout UInt64
  ) {
    functions[kernel](buffers, range.lowerBound, range.upperBound)
    if let track { clock = track.record(profiled[kernel], since: clock) }
  }

  /// Points the calls to a shard's memory.
  private func enter(_ shard: Int, of region: BatchRegion, _ table: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ worker: Int) {
    var position = 0
    for call in region.calls {
      for storage in call.storages {
        if case .temporary(let index) = storage, program.temporaries[index].space == .shard {
          let byteCount = program.temporaries[index].type.byteCount / region.shards
          table[position] = address(ofTemporary: index, worker).map { $0 + shard * byteCount }
        }
        position += 1
      }
    }
  }

  /// Runs a tile of samples. Each sum is zeroed just before a shard first uses it: it is in the cache then.
  private func run(_ region: BatchRegion, _ tile: BatchRegion.Tile, _ worker: Int, launch: Int) {
    guard let table = addresses[worker].baseAddress else { return }
    var position = starts[launch]
    let track = profiler?.track(ofWorker: worker)
    var clock = profiler?.begin() ?? 0
    for (time, call) in region.calls.enumerated() {
      defer { position += call.storages.count }
      guard let range = tile.range(of: call) else { continue }
      if tile.isFirst || call.isOncePerShard {
        for offset in call.storages.indices {
          if let byteCount = zeroed[position + offset] {
            table[position + offset]?.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
          }
        }
        // Zeroing is no kernel's time.
        if let profiler { clock = profiler.begin() }
      }
      self.call(call.kernel, UnsafePointer(table + position), range, track, &clock)
      if RuntimeOptions.checks { poison(program.workerMemory, workerArenas[worker], at: program.firstCalls[launch] + time) }
    }
  }

  /// For each storage of the launches in a row: the bytes of a shard where a region first uses a sum.
  private static func zeroed(_ program: Program) -> [Int?] {
    program.launches.flatMap { launch -> [Int?] in
      guard case .region(let region) = launch else { return launch.storages.map { _ in nil } }
      var seen: Set<Int> = []
      return region.calls.flatMap { call in
        zip(program.kernels[call.kernel].parameters, call.storages).map { parameter, storage -> Int? in
          guard parameter.access == .update, case .temporary(let index) = storage, program.temporaries[index].space == .shard,
            seen.insert(index).inserted
          else { return nil }
          return program.temporaries[index].type.byteCount / region.shards
        }
      }
    }
  }

  /// Fills what died at this time with bytes that are NaN as f32 and f64.
  private func poison(_ plan: MemoryPlan, _ memory: HostBuffer, at time: Int) {
    for (position, request) in plan.requests.enumerated() where request.lifetime.upperBound == time {
      let start = plan.offsets[position]
      for byte in start..<start + request.byteCount { memory.bytes[byte] = 0xff }
    }
  }
}
