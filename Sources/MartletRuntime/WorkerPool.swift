import CHost
import Glibc
import MartletCore
import Synchronization

/// Threads that run one function together, again and again. The caller is worker 0; the others wait between runs, spinning shortly, then
/// asleep. All flush denormals to zero while they work.
public final class WorkerPool: @unchecked Sendable {
  public let count: Int
  private let shared = SharedState()
  private var threads: [pthread_t] = []

  /// `count` workers, the caller among them. Throws `.unavailable` when the system gives no thread.
  public init(count: Int) throws {
    self.count = max(count, 1)
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

  deinit { stop() }

  private func stop() {
    shared.isStopping.store(true, ordering: .releasing)
    shared.wake()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// Calls `body` once on every worker, with its number, and returns when all are done. Not to be called from inside a body.
  public func run(_ body: (Int) -> Void) {
    guard count > 1 else {
      withFlushToZero { body(0) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      shared.body = escaping
      shared.running.store(count - 1, ordering: .releasing)
      shared.wake()
      withFlushToZero { escaping(0) }
      var spins = 0
      while shared.running.load(ordering: .acquiring) > 0 { SharedState.pause(&spins) }
      shared.body = nil
    }
  }

  /// Waits inside a body until every worker has come to this point.
  public func barrier() {
    guard count > 1 else { return }
    shared.barrier(count)
  }

  /// The share of `0 ..< iterations` that a worker takes: contiguous, bounds on multiples of `multiple`.
  public func range(_ iterations: Int, worker: Int, multiple: Int = 1) -> Range<Int> {
    let units = (iterations + multiple - 1) / multiple
    let lower = units * worker / count * multiple
    let upper = units * (worker + 1) / count * multiple
    return min(lower, iterations)..<min(upper, iterations)
  }
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
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Grows by one with every run; workers start when they see a new number.
  private let generation = Atomic<Int>(0)
  let running = Atomic<Int>(0)
  let isStopping = Atomic<Bool>(false)
  private let arrived = Atomic<Int>(0)
  private let barrierGeneration = Atomic<Int>(0)
  /// Written before a generation begins, read after it has.
  var body: ((Int) -> Void)?

  /// A short spin is cheaper than sleeping and waking; a long one takes the processor from others.
  private static let spins = 20_000

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func wake() {
    pthread_mutex_lock(mutex)
    generation.add(1, ordering: .acquiringAndReleasing)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  func barrier(_ count: Int) {
    let seen = barrierGeneration.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      barrierGeneration.store(seen + 1, ordering: .releasing)
      return
    }
    var spins = 0
    while barrierGeneration.load(ordering: .acquiring) == seen { SharedState.pause(&spins) }
  }

  static func pause(_ spins: inout Int) {
    spins += 1
    if spins < SharedState.spins { host_spin_pause() } else { sched_yield() }
  }

  func work(_ worker: Int) {
    host_set_flush_to_zero(1)
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen {
        spins += 1
        if spins < SharedState.spins {
          host_spin_pause()
          continue
        }
        pthread_mutex_lock(mutex)
        while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
      }
      seen += 1
      if isStopping.load(ordering: .acquiring) { return }
      body?(worker)
      running.subtract(1, ordering: .acquiringAndReleasing)
    }
  }
}
