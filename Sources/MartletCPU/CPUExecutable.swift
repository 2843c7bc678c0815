import MartletCore
import MartletLoopIR
import MartletRuntime

/// A program in machine code: runs its phases one after the other, the launches of each divided among the workers.
final class CPUExecutable: PhasedExecutable, WorkExecutor {
  private let program: Program
  /// Keeps the code in memory.
  private let module: JITModule
  private let functions: [KernelFunction]
  private let pool: WorkerPool
  private let arena: HostBuffer
  private let workerArenas: [HostBuffer]
  private let tables: [HostBuffer]
  /// For each temporary a buffer of its own, in worker memory one a worker, if `MARTLET_CHECKS=guard`.
  private let ownMemory: [[HostBuffer]]
  /// For each worker the addresses of all launches' buffers, one launch (or call of a region) after the other.
  private let addresses: [UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>]
  /// Where each launch's addresses begin.
  private let starts: [Int]
  private let storages: [Program.Storage]
  private let bases: [Program.Storage]
  private let zeroed: [Int?]
  private let profiler: Profiler?
  /// The profiler while it records.
  private var recording: Profiler?
  /// The profiler's numbers of the kernels, and of what is recorded between them.
  private let profiled: [UInt16]
  private let (copying, zeroing): (UInt16, UInt16)
  private let waits: PhaseWaits?
  /// What workers do: a part of a launch each.
  private let units: [Unit]
  private let schedule: WorkSchedule
  /// The phases in the order in which they run, those of loops once a step: the phases of the schedule.
  private let turns: [Program.Turn]
  private let hasLoops: Bool
  /// For each launch the places among its addresses that move with the loops around it.
  private let moving: [[Moving]]

  /// For each launch what its calls have of one shard. A parameter in global space of a finished sum keeps the address of all shards.
  private let sharded: [[Sharded]]

  /// The memory of one shard of a sum.
  private struct Sharded {
    /// In the table of addresses.
    var position: Int
    var temporary: Int
    var byteCount: Int
  }

  /// An address that moves.
  private struct Moving {
    var position: Int
    var slice: Program.Slice
    /// In the table of base addresses.
    var base: Int
  }

  /// Iterations of a kernel, or shards of a region.
  private struct Unit {
    var launch: Int
    var range: Range<Int>
  }

  /// A worker's share of a kernel is cut into so many units, so that others can take over what it does not get to.
  private static let unitsOfShare = 4
  /// The addresses of arguments and outputs that the tables hold.
  private var bound: [UnsafeMutableRawPointer?] = []
  /// The storage of the result that guards the updates.
  private var guardingAddress: UnsafeMutableRawPointer?

  init(_ program: Program, _ module: JITModule, _ functions: [KernelFunction], _ pool: WorkerPool, _ profiler: Profiler?) throws {
    self.profiler = profiler
    zeroed = CPUExecutable.zeroed(program)
    profiled = profiler?.numbers(of: program) ?? []
    (copying, zeroing) = (profiler?.number(of: "copy", .copy) ?? 0, profiler?.number(of: "zero sums", .copy) ?? 0)
    waits = profiler.map { PhaseWaits($0, workers: pool.count) }
    turns = program.turns
    hasLoops = !program.loops.isEmpty
    (units, schedule) = CPUExecutable.units(program, turns, workers: pool.count)
    self.program = program
    self.module = module
    self.functions = functions
    self.pool = pool
    arena = try HostBuffer(TensorType(.u8, [program.memory.arenaByteCount]))
    tables = try program.tables.map { table in
      let buffer = try HostBuffer(table.tensor.type)
      try buffer.write(table.tensor)
      return buffer
    }
    var starts: [Int] = []
    var storages: [Program.Storage] = []
    for launch in program.launches {
      starts.append(storages.count)
      storages += launch.storages
    }
    self.starts = starts
    self.storages = storages
    // Behind the addresses of all launches stand those of the memory whose parts move.
    var bases: [Program.Storage] = []
    moving = program.launches.enumerated().map { index, launch in
      launch.storages.enumerated().compactMap { offset, storage -> Moving? in
        guard case .slice(let base, let slice) = storage else { return nil }
        if !bases.contains(base) { bases.append(base) }
        return Moving(
          position: starts[index] + offset, slice: slice, base: storages.count + (bases.firstIndex(of: base) ?? 0))
      }
    }
    self.bases = bases
    sharded = program.launches.enumerated().map { index, launch in
      guard case .region(let region) = launch else { return [] }
      let parameters = region.calls.flatMap { program.kernels[$0.kernel].kernel.parameters }
      return zip(parameters, launch.storages).enumerated().compactMap { offset, pair -> Sharded? in
        guard pair.0.space == .shard, case .temporary(let temporary) = pair.1 else { return nil }
        return Sharded(
          position: starts[index] + offset, temporary: temporary,
          byteCount: program.temporaries[temporary].type.byteCount / region.shards)
      }
    }
    workerArenas = try (0..<pool.count).map { _ in try HostBuffer(TensorType(.u8, [program.workerMemory.arenaByteCount])) }
    ownMemory = try program.temporaries.map { temporary in
      guard RuntimeOptions.guardsTemporaries else { return [] }
      return try (0..<(temporary.space == .worker ? pool.count : 1)).map { _ in try HostBuffer(temporary.type) }
    }
    addresses = (0..<pool.count).map { _ in
      let table = UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>.allocate(capacity: max(storages.count + bases.count, 1))
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
    guard turns.first.map(isAllowed) ?? true else { return }
    startRecording()
    pool.run(schedule, self)
  }

  private func startRecording() {
    recording = profiler.flatMap { $0.isRecording ? $0 : nil }
    if recording != nil { waits?.beginRun() }
  }

  /// With updates that depend on a result the whole run counts as one phase: whether the rest runs is decided on the way.
  var phaseCount: Int { program.updateGuard == nil ? turns.count : 1 }
  private(set) lazy var phasesUntilDone: [Int] = program.turnsUntilDone.map { min($0, phaseCount) }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer], phases: Range<Int>, phaseEnded: () -> Void) throws {
    guard !phases.isEmpty else { return }
    guard program.updateGuard == nil else {
      try run(arguments, outputs)
      return phaseEnded()
    }
    if phases.lowerBound == 0 { try check(arguments, outputs) }
    try bind(arguments, outputs)
    startRecording()
    withoutActuallyEscaping(phaseEnded) { phaseEnded in
      let part = PhasesOfRun(self, first: phases.lowerBound, phaseEnded)
      pool.run(WorkSchedule(phases: Array(schedule.phases[phases])), part)
      // A worker that comes late holds it, and finds no phase to end.
      part.ended = nil
    }
  }

  /// The launches of each phase, divided into a share for each worker.
  private static func units(_ program: Program, _ turns: [Program.Turn], workers: Int) -> ([Unit], WorkSchedule) {
    var units: [Unit] = []
    let phases = program.phases.map { phase in
      (0..<workers).map { worker -> Range<Int> in
        let first = units.count
        for launch in phase {
          switch program.launches[launch] {
          case .kernel(let index, _):
            let kernel = program.kernels[index].kernel
            let parts = workers == 1 ? 1 : unitsOfShare
            for part in worker * parts..<(worker + 1) * parts {
              let range = WorkerPool.part(part, of: workers * parts, kernel.over, multiple: kernel.multiple)
              if !range.isEmpty { units.append(Unit(launch: launch, range: range)) }
            }
          case .copy: if worker == 0 { units.append(Unit(launch: launch, range: 0..<1)) }
          case .region(let region):
            for shard in WorkerPool.part(worker, of: workers, region.shards) {
              units.append(Unit(launch: launch, range: shard..<shard + 1))
            }
          }
        }
        return first..<units.count
      }
    }
    return (units, WorkSchedule(phases: turns.map { phases[$0.phase] }))
  }

  func execute(unit: Int, phase: Int, worker: Int) {
    let unit = units[unit]
    // Most programs have no loop: nothing moves.
    if hasLoops { move(unit.launch, turns[phase].counters, worker) }
    if recording != nil { waits?.begin(phase, worker) }
    launch(unit, worker)
    if recording != nil { waits?.end(phase, worker) }
  }

  /// Points a launch to the parts of this step.
  private func move(_ launch: Int, _ counters: [Int], _ worker: Int) {
    let table = addresses[worker]
    for moving in moving[launch] { table[moving.position] = table[moving.base].map { $0 + moving.slice.offset(counters) } }
  }

  func phaseEnded(_ phase: Int) -> Bool {
    if RuntimeOptions.checks, turns[phase].isLast { poison(program.memory, arena, at: turns[phase].phase) }
    guard program.updateGuard != nil, phase + 1 < turns.count else { return true }
    return isAllowed(turns[phase + 1])
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
    try checkDistinct(given)
    bound = given
    var outputAddresses: [UnsafeMutableRawPointer?] = []
    var next = 0
    for result in program.results {
      outputAddresses.append(result.updates == nil ? try host(outputs[next]) : nil)
      if result.updates == nil { next += 1 }
    }
    guardingAddress = program.updateGuard.flatMap { outputAddresses[$0.result] }
    for (worker, table) in addresses.enumerated() {
      for (position, storage) in (storages + bases).enumerated() {
        table[position] =
          switch storage {
          case .parameter(let index): argumentAddresses[index]
          case .result(let index): outputAddresses[index]
          case .table(let index): tables[index].bytes.baseAddress
          case .temporary(let index): address(ofTemporary: index, worker)
          case .slice: nil
          }
      }
    }
  }

  /// Kernels are compiled for memory that does not overlap: a buffer that is written is given once. Throws `M808`.
  private func checkDistinct(_ addresses: [UnsafeMutableRawPointer?]) throws {
    var first: [UnsafeMutableRawPointer: Int] = [:]
    let updated = Set(results.compactMap(\.updates))
    let outputs = results.filter { $0.updates == nil }
    func name(_ index: Int) -> String {
      index < parameters.count ? "%\(parameters[index].name)" : "result \(outputs[index - parameters.count].name)"
    }
    for (index, address) in addresses.enumerated() {
      guard let address, let other = first.updateValue(index, forKey: address) else { continue }
      guard [index, other].contains(where: { $0 >= parameters.count || updated.contains($0) }) else { continue }
      throw MartletError(
        RuntimeErrorCode.sharedBuffer, "\(name(other)) and \(name(index)) are given the same buffer, and the run writes it",
        advice: "Make a buffer for each of them.")
    }
  }

  private func address(ofTemporary index: Int, _ worker: Int) -> UnsafeMutableRawPointer? {
    let isWorkers = program.temporaries[index].space == .worker
    if !ownMemory[index].isEmpty { return ownMemory[index][isWorkers ? worker : 0].bytes.baseAddress }
    return (isWorkers ? workerArenas[worker] : arena).bytes.baseAddress.map { $0 + program.offsets[index] }
  }

  /// Whether a phase may run: those with updates only after a finite loss.
  private func isAllowed(_ turn: Program.Turn) -> Bool {
    guard let updateGuard = program.updateGuard, program.phases[turn.phase].lowerBound == updateGuard.launch, let guardingAddress,
      turn.counters.allSatisfy({ $0 == 0 })
    else { return true }
    return guardingAddress.load(as: Float.self).isFinite
  }

  // MARK: Launches

  private func launch(_ unit: Unit, _ worker: Int) {
    guard let table = addresses[worker].baseAddress else { return }
    let index = unit.launch
    switch program.launches[index] {
    case .kernel(let kernel, _):
      var clock = recording?.begin() ?? 0
      call(kernel, UnsafePointer(table + starts[index]), unit.range, recording?.track(ofWorker: worker), &clock)
    case .copy(let source, _):
      guard let from = table[starts[index]], let to = table[starts[index] + 1] else { return }
      let clock = recording?.begin() ?? 0
      to.copyMemory(from: from, byteCount: program.type(of: source).byteCount)
      if let recording { recording.track(ofWorker: worker).record(copying, since: clock) }
    case .region(let region):
      for shard in unit.range {
        for part in sharded[index] {
          table[part.position] = address(ofTemporary: part.temporary, worker).map { $0 + shard * part.byteCount }
        }
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
    if let track { clock = track.record(profiled[kernel], since: clock, part: range.count) }
  }

  /// Runs a tile of samples. Each sum is zeroed just before a shard first uses it: it is in the cache then.
  private func run(_ region: BatchRegion, _ tile: BatchRegion.Tile, _ worker: Int, launch: Int) {
    guard let table = addresses[worker].baseAddress else { return }
    var position = starts[launch]
    let track = recording?.track(ofWorker: worker)
    var clock = recording?.begin() ?? 0
    for (time, call) in region.calls.enumerated() {
      defer { position += call.storages.count }
      guard let range = tile.range(of: call) else { continue }
      if tile.isFirst || call.isOncePerShard {
        var hasZeroed = false
        for offset in call.storages.indices {
          if let byteCount = zeroed[position + offset] {
            table[position + offset]?.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
            hasZeroed = true
          }
        }
        // Zeroing is no kernel's time.
        if let track, hasZeroed { clock = track.record(zeroing, since: clock) }
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
        zip(program.kernels[call.kernel].kernel.parameters, call.storages).map { parameter, storage -> Int? in
          guard parameter.access == .update, parameter.space == .shard, case .temporary(let index) = storage, seen.insert(index).inserted
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

/// Some phases of a program, and what is done after each.
private final class PhasesOfRun: WorkExecutor {
  private let executable: CPUExecutable
  private let first: Int
  var ended: (() -> Void)?

  init(_ executable: CPUExecutable, first: Int, _ ended: @escaping () -> Void) {
    (self.executable, self.first, self.ended) = (executable, first, ended)
  }

  func execute(unit: Int, phase: Int, worker: Int) { executable.execute(unit: unit, phase: first + phase, worker: worker) }

  func phaseEnded(_ phase: Int) -> Bool {
    ended?()
    return executable.phaseEnded(first + phase)
  }
}
