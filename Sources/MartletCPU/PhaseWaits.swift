import MartletRuntime

/// Records how long each worker has nothing to do between its last unit of a phase and its first one of a later phase: it waits for the others.
final class PhaseWaits: @unchecked Sendable {
  /// A worker's last unit; each has a cache line of its own, and another one that the processor fetches with it.
  private struct Last {
    var end: UInt64 = 0
    /// -1: none in this run.
    var phase = -1
    private var space = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    private var more = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
  }

  private let profiler: Profiler
  private let label: UInt16
  private let last: UnsafeMutableBufferPointer<Last>

  init(_ profiler: Profiler, workers: Int) {
    self.profiler = profiler
    label = profiler.number(of: "wait for other workers", .synchronization)
    last = .allocate(capacity: workers)
    last.initialize(repeating: Last())
  }

  deinit { last.deallocate() }

  /// Called before the workers begin.
  func beginRun() { for worker in last.indices { last[worker].phase = -1 } }

  func begin(_ phase: Int, _ worker: Int) {
    guard last[worker].phase >= 0, last[worker].phase != phase else { return }
    profiler.track(ofWorker: worker).record(label, since: last[worker].end)
  }

  func end(_ phase: Int, _ worker: Int) {
    last[worker].phase = phase
    last[worker].end = profiler.begin()
  }
}
