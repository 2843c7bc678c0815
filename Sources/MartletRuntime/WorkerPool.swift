import CHost
import Glibc
import MartletCore
import Synchronization

/// What a pool of workers does in one run: phases, one after the other, of units that may run in any order and at the same time. Each worker
/// has a share of every phase's units.
package struct WorkSchedule: Hashable, Sendable {
  /// For each phase and worker the units of its share, which are numbered through.
  package var phases: [[Range<Int>]]

  package init(phases: [[Range<Int>]]) { self.phases = phases }

  func unitCount(_ phase: Int) -> Int { phases[phase].reduce(0) { $0 + $1.count } }
}

/// Does the units of a schedule.
package protocol WorkExecutor: AnyObject {
  /// Runs one unit of a phase, on the thread of a worker. A unit may belong to several phases.
  func execute(unit: Int, phase: Int, worker: Int)
  /// Called once when all units of a phase are done, before any of the next begins; false ends the run.
  func phaseEnded(_ phase: Int) -> Bool
}

/// Threads that work through schedules together. The caller is worker 0; the others wait between runs, spinning shortly, then asleep. All
/// flush denormals to zero while they work.
///
/// A worker first takes the units of its own share, then what is left of the others'. A phase ends when its units are done, not when all workers
/// have come by: a thread that gets no processor does not delay it, unless it has begun a unit. What is computed depends on neither the
/// number of workers nor on who takes which unit.
package final class WorkerPool: @unchecked Sendable {
  package let count: Int
  private let shared: SharedState
  private var threads: [pthread_t] = []
  /// One run at a time.
  private let turn = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  /// `count` workers, the caller among them. No more of them work at a time than `mostActive`, the processors that the process may use: further
  /// ones would only take turns with them. Throws `.unavailable` when the system gives no thread.
  package init(count: Int, mostActive: Int = Processors.available) throws {
    self.count = max(count, 1)
    shared = SharedState(helpers: self.count - 1, mostHelping: min(self.count, max(mostActive, 1)) - 1)
    pthread_mutex_init(turn, nil)
    for worker in 1..<self.count {
      let start = Unmanaged.passRetained(WorkerStart(shared: shared, worker: worker))
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { pointer in
          guard let pointer else { return nil }
          let start = Unmanaged<WorkerStart>.fromOpaque(pointer).takeRetainedValue()
          start.shared.work(start.worker)
          return nil
        }, start.toOpaque())
      guard status == 0 else {
        start.release()
        stop()
        throw MartletError(
          RuntimeErrorCode.noThread, "cannot start worker thread \(worker): \(String(cString: strerror(status)))")
      }
      threads.append(thread)
    }
  }

  deinit {
    stop()
    pthread_mutex_destroy(turn)
    turn.deallocate()
  }

  private func stop() {
    shared.stop()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// Calls `body` once for each number below `count`, and returns when all calls are done. Not to be called from inside a body.
  package func run(_ body: (Int) -> Void) {
    guard count > 1 else { return withFlushToZero { body(0) } }
    withoutActuallyEscaping(body) { escaping in
      let bodies = WorkerBodies(escaping)
      let run = Run(WorkSchedule(phases: [(0..<count).map { $0..<$0 + 1 }]), bodies)
      perform(run)
      // No worker may hold the body when it goes away.
      run.waitForHelpers()
      bodies.body = nil
    }
  }

  /// Runs a schedule made for `count` workers. Not to be called from inside a unit.
  package func run(_ schedule: WorkSchedule, _ executor: any WorkExecutor) {
    guard count > 1 else {
      return withFlushToZero {
        for (number, shares) in schedule.phases.enumerated() {
          for unit in shares.joined() { executor.execute(unit: unit, phase: number, worker: 0) }
          guard executor.phaseEnded(number) else { return }
        }
      }
    }
    perform(Run(schedule, executor))
  }

  private func perform(_ run: Run) {
    pthread_mutex_lock(turn)
    defer { pthread_mutex_unlock(turn) }
    shared.begin(run)
    withFlushToZero { run.work(worker: 0) }
    shared.end()
  }

  /// The share of `0 ..< iterations` that a worker takes: contiguous, bounds on multiples of `multiple`.
  package func range(_ iterations: Int, worker: Int, multiple: Int = 1) -> Range<Int> {
    WorkerPool.part(worker, of: count, iterations, multiple: multiple)
  }

  /// A part of `0 ..< iterations` that is cut into so many: contiguous, bounds on multiples of `multiple`.
  package static func part(_ number: Int, of parts: Int, _ iterations: Int, multiple: Int = 1) -> Range<Int> {
    let units = (iterations + multiple - 1) / multiple
    let lower = units * number / parts * multiple
    let upper = units * (number + 1) / parts * multiple
    return min(lower, iterations)..<min(upper, iterations)
  }
}

/// A unit for each body.
private final class WorkerBodies: WorkExecutor, @unchecked Sendable {
  var body: ((Int) -> Void)?

  init(_ body: @escaping (Int) -> Void) { self.body = body }

  func execute(unit: Int, phase: Int, worker: Int) { body?(unit) }
  func phaseEnded(_ phase: Int) -> Bool { true }
}

/// A 32-bit number that threads can sleep on until it changes.
private struct FutexWord: @unchecked Sendable {
  private let value = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  /// A short spin is cheaper than sleeping and waking; a long one keeps the processor from a thread that has work to do.
  private static let spins = 10_000
  /// Beside other processes a worker may be without a processor in the middle of a unit, while the others sleep until that unit is done. Linux
  /// moves a thread that has been ready for half a millisecond to a processor on which another thread falls asleep, at that moment only. One long
  /// sleep would begin too early for that.
  private static let napMicroseconds: UInt32 = 500

  init() { value.initialize(to: 0) }

  func deallocate() { value.deallocate() }

  var current: UInt32 { host_load(value) }

  func set(_ new: UInt32) { host_store(value, new) }

  /// Wakes so many of the threads that sleep on it.
  func wake(_ most: Int) { host_futex_wake(value, Int32(clamping: most)) }

  /// Returns when the number is not `old` any more. `sleepers` counts the threads that sleep.
  func wait(while old: UInt32, sleepers: borrowing Atomic<Int>, inNaps: Bool) {
    for _ in 0..<FutexWord.spins {
      if current != old { return }
      host_spin_pause()
    }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while current == old { host_futex_wait(value, old, inNaps ? FutexWord.napMicroseconds : 0) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
  }
}

/// One run of a schedule: which units are taken, and how many are done. A thread that comes late finds nothing to take.
private final class Run: @unchecked Sendable {
  private let schedule: WorkSchedule
  private let executor: any WorkExecutor
  private let shares: Int
  /// For each phase how many units of each share are taken, then how many of all are done: each on a cache line of its own.
  private let counters: UnsafeMutablePointer<Atomic<Int>>
  private static let stride = 8
  private let counterCount: Int
  /// The processor of each worker; `Processors.none` for those that have not come.
  private let processors: UnsafeMutablePointer<UInt32>
  /// The phases that are done.
  private let progress = FutexWord()
  private let sleepers = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  /// Threads beside the caller that have joined and not left; only changed under the lock of the pool.
  let helping = Atomic<Int>(0)

  init(_ schedule: WorkSchedule, _ executor: any WorkExecutor) {
    self.schedule = schedule
    self.executor = executor
    shares = schedule.phases.first?.count ?? 0
    counterCount = schedule.phases.count * (shares + 1) * Run.stride
    counters = .allocate(capacity: max(counterCount, 1))
    processors = .allocate(capacity: max(shares, 1))
    processors.initialize(repeating: Processors.none, count: shares)
    for position in 0..<counterCount { (counters + position).initialize(to: Atomic(0)) }
  }

  deinit {
    counters.deinitialize(count: counterCount)
    counters.deallocate()
    processors.deallocate()
    progress.deallocate()
  }

  private func taken(_ phase: Int, _ share: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    counters + (phase * (shares + 1) + share) * Run.stride
  }

  private func done(_ phase: Int) -> UnsafeMutablePointer<Atomic<Int>> { taken(phase, shares) }

  /// Works through all phases; returns when the last one is done.
  func work(worker: Int) {
    for phase in schedule.phases.indices {
      takeOwnProcessor(worker)
      var count = 0
      for turn in 0..<shares {
        let share = (worker + turn) % shares
        let units = schedule.phases[phase][share]
        while true {
          let next = taken(phase, share).pointee.add(1, ordering: .relaxed).oldValue
          guard next < units.count else { break }
          executor.execute(unit: units.lowerBound + next, phase: phase, worker: worker)
          count += 1
        }
      }
      finish(count, of: phase)
      while true {
        let ended = progress.current
        guard ended <= phase else { break }
        progress.wait(while: ended, sleepers: sleepers, inNaps: true)
      }
      if isStopped.load(ordering: .acquiring) { return }
    }
  }

  /// Linux wakes a thread where its waker runs if all processors seem to be equally busy. Two workers on one processor take turns there, while
  /// other processes have the other one. The caller's thread belongs to the program and is not moved.
  private func takeOwnProcessor(_ worker: Int) {
    let here = Processors.current
    if worker > 0, (0..<shares).contains(where: { $0 != worker && host_load(processors + $0) == here }) {
      host_store(processors + worker, Processors.none)
      Processors.leave(UnsafeBufferPointer(start: processors, count: shares))
      host_store(processors + worker, Processors.current)
    } else if host_load(processors + worker) != here {
      host_store(processors + worker, here)
    }
  }

  /// Whoever finishes the last unit of a phase opens the next one.
  private func finish(_ count: Int, of phase: Int) {
    let all = schedule.unitCount(phase)
    guard count > 0 || all == 0 else { return }
    if all == 0 {
      // Nobody has a unit to finish: the first to come opens the next phase.
      guard done(phase).pointee.add(1, ordering: .acquiringAndReleasing).newValue == 1 else { return }
    } else {
      guard done(phase).pointee.add(count, ordering: .acquiringAndReleasing).newValue == all else { return }
    }
    if !executor.phaseEnded(phase) { isStopped.store(true, ordering: .releasing) }
    progress.set(UInt32(phase + 1))
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { progress.wake(Int.max) }
  }

  /// Returns when no other thread is inside.
  func waitForHelpers() { while helping.load(ordering: .acquiring) > 0 { sched_yield() } }
}

/// What a new thread is handed: the state, not the pool, which joins its threads when it goes.
private final class WorkerStart {
  let shared: SharedState
  let worker: Int

  init(shared: SharedState, worker: Int) {
    self.shared = shared
    self.worker = worker
  }
}

private final class SharedState: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Grows by one with every run; workers start a run when they see a new number.
  private let generation = FutexWord()
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let helpers: Int
  private let mostHelping: Int
  /// Under the mutex.
  private var current: Run?

  init(helpers: Int, mostHelping: Int) {
    self.helpers = helpers
    self.mostHelping = mostHelping
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    generation.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  func begin(_ run: Run) {
    locked { current = run }
    generation.set(generation.current &+ 1)
    // Those that spin come by themselves.
    let missing = mostHelping - (helpers - sleepers.load(ordering: .sequentiallyConsistent))
    if missing > 0 { generation.wake(missing) }
  }

  func end() { locked { current = nil } }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    generation.set(generation.current &+ 1)
    generation.wake(Int.max)
  }

  func work(_ worker: Int) {
    host_set_flush_to_zero(1)
    var seen: UInt32 = 0
    while true {
      generation.wait(while: seen, sleepers: sleepers, inNaps: false)
      seen = generation.current
      if isStopping.load(ordering: .acquiring) { return }
      let run = locked { () -> Run? in
        guard let current, current.helping.load(ordering: .relaxed) < mostHelping else { return nil }
        current.helping.add(1, ordering: .relaxed)
        return current
      }
      run?.work(worker: worker)
      run?.helping.subtract(1, ordering: .releasing)
    }
  }
}
