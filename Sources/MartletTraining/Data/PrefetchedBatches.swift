import Glibc
import MartletCore

/// Batches that a thread of its own reads ahead, in order. The thread ends with the last batch, or when the object goes; what it reads at that
/// moment it reads to its end.
public final class PrefetchedBatches {
  /// How many batches there are in all, from the first one that was read ahead.
  public let count: Int
  private let shared: SharedQueue
  private var thread: pthread_t?

  /// What the functions of `mapped` may use, whatever the limit of the process is.
  private static let stackByteCount = 8 << 20

  /// Throws M1033 where the system gives no thread.
  init(_ plan: BatchPlan, from first: Int, ahead: Int, stackByteCount: Int = PrefetchedBatches.stackByteCount) throws {
    count = plan.count - first
    shared = SharedQueue(plan, first..<plan.count, ahead: ahead)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackByteCount)
    let start = Unmanaged.passRetained(shared)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<SharedQueue>.fromOpaque(pointer).takeRetainedValue().fill() }
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      throw MartletError(DataErrorCode.noThread, "cannot start a thread that reads batches: \(String(cString: strerror(status)))")
    }
    self.thread = thread
  }

  deinit {
    shared.stop()
    if let thread { pthread_join(thread, nil) }
  }

  /// The next batch, as soon as it has been read; nil after the last one. Throws what reading this batch threw; the call after that returns the
  /// batch that follows.
  public func next() throws -> DataBatch? { try shared.next() }
}

/// What both threads share: the batches that have been read and not been taken.
private final class SharedQueue: @unchecked Sendable {
  private let plan: BatchPlan
  private let batches: Range<Int>
  private let ahead: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // The mutex protects these.
  private var ready: [Result<DataBatch, any Error>] = []
  private var taken = 0
  private var isStopped = false

  init(_ plan: BatchPlan, _ batches: Range<Int>, ahead: Int) {
    self.plan = plan
    self.batches = batches
    self.ahead = ahead
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// The thread's work.
  func fill() {
    for number in batches {
      // Room first: no more than `ahead` batches take memory.
      guard
        locked({
          while ready.count >= ahead, !isStopped { pthread_cond_wait(changed, mutex) }
          return !isStopped
        })
      else { return }
      let batch = Result { try plan.read(number) }
      locked {
        ready.append(batch)
        pthread_cond_broadcast(changed)
      }
    }
  }

  func next() throws -> DataBatch? {
    let batch: Result<DataBatch, any Error>? = locked {
      guard taken < batches.count else { return nil }
      while ready.isEmpty { pthread_cond_wait(changed, mutex) }
      taken += 1
      pthread_cond_broadcast(changed)
      return ready.removeFirst()
    }
    return try batch?.get()
  }

  func stop() {
    locked {
      isStopped = true
      pthread_cond_broadcast(changed)
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
