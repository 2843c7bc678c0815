import CHost
import Glibc
import Synchronization

/// Records when each worker ran what: kernels inside executables, and stretches of host code. Recording costs two reads of the processor's
/// counter and a store; an executable without a profiler has a test of a pointer.
public final class Profiler: @unchecked Sendable {
  /// A stretch of time on one worker, in counts of the processor's counter.
  public struct Event: Sendable {
    public var name: String
    public var worker: Int
    /// Seconds since the profiler was made.
    public var start: Double
    public var end: Double
  }

  private struct Record {
    var name: Int32
    var start: UInt64
    var end: UInt64
  }

  /// Each worker writes to a list of its own, in memory that is there beforehand.
  private final class List {
    let records: UnsafeMutablePointer<Record>
    var count = 0

    init(capacity: Int) {
      records = .allocate(capacity: capacity)
      // The pages are there before the clock runs.
      records.initialize(repeating: Record(name: 0, start: 0, end: 0), count: capacity)
    }
    deinit { records.deallocate() }
  }

  private let lists: [List]
  private let names = Mutex<[String: Int32]>([:])
  private let firstCount = host_cycle_counter()
  private let firstTime = ContinuousClock.now
  /// Older events stay, newer ones are dropped.
  private let capacity: Int

  /// Keeps at most `capacity` events for each worker.
  public init(workers: Int, capacity: Int = 1 << 20) {
    self.capacity = max(capacity, 1)
    lists = (0..<max(workers, 1)).map { _ in List(capacity: max(capacity, 1)) }
  }

  /// A number for a name, to record it by.
  public func number(of name: String) -> Int32 {
    names.withLock { names in
      if let known = names[name] { return known }
      names[name] = Int32(names.count)
      return Int32(names.count - 1)
    }
  }

  /// Records what `body` takes. A worker is one thread.
  @inline(__always)
  public func record<Made>(_ name: Int32, worker: Int, _ body: () throws -> Made) rethrows -> Made {
    let start = begin()
    let made = try body()
    record(name, worker: worker, since: start)
    return made
  }

  /// The beginning of a stretch that `record(_:worker:since:)` ends.
  @inline(__always)
  public func begin() -> UInt64 { host_cycle_counter() }

  /// Records what has passed since a beginning; returns the end, with which the next stretch may begin.
  @inline(__always) @discardableResult
  public func record(_ name: Int32, worker: Int, since start: UInt64) -> UInt64 {
    let list = lists[worker]
    guard list.count < capacity else { return start }
    let end = host_cycle_counter()
    list.records[list.count] = Record(name: name, start: start, end: end)
    list.count += 1
    return end
  }

  /// Whether no list is full.
  public var isComplete: Bool { lists.allSatisfy { $0.count < capacity } }

  /// Forgets all events.
  public func clear() { for list in lists { list.count = 0 } }

  /// All events, worker by worker in order of time. Not to be called while workers record.
  public func events() -> [Event] {
    let elapsed = (ContinuousClock.now - firstTime) / .seconds(1)
    let counts = Double(host_cycle_counter() &- firstCount)
    let scale = counts > 0 ? elapsed / counts : 0
    let names = names.withLock { $0 }.sorted { $0.value < $1.value }.map(\.key)
    return lists.enumerated().flatMap { worker, list in
      UnsafeBufferPointer(start: list.records, count: list.count).map { record in
        Event(
          name: names[Int(record.name)], worker: worker, start: Double(record.start &- firstCount) * scale,
          end: Double(record.end &- firstCount) * scale)
      }
    }
  }
}
