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

  /// Each worker writes to a list of its own.
  private final class List {
    var records: [Record] = []
  }

  private let lists: [List]
  private let names = Mutex<[String]>([])
  private let firstCount = host_cycle_counter()
  private let firstTime = ContinuousClock.now
  /// Older events stay, newer ones are dropped.
  private let capacity: Int

  /// Keeps at most `capacity` events for each worker.
  public init(workers: Int, capacity: Int = 1 << 20) {
    self.capacity = capacity
    lists = (0..<max(workers, 1)).map { _ in List() }
  }

  /// A number for a name, to record it by.
  public func number(of name: String) -> Int32 {
    names.withLock { names in
      if let known = names.firstIndex(of: name) { return Int32(known) }
      names.append(name)
      return Int32(names.count - 1)
    }
  }

  /// Records what `body` takes. A worker is one thread.
  @inline(__always)
  public func record<Made>(_ name: Int32, worker: Int, _ body: () throws -> Made) rethrows -> Made {
    let start = host_cycle_counter()
    let made = try body()
    let end = host_cycle_counter()
    let list = lists[worker]
    if list.records.count < capacity { list.records.append(Record(name: name, start: start, end: end)) }
    return made
  }

  /// Whether no list is full.
  public var isComplete: Bool { lists.allSatisfy { $0.records.count < capacity } }

  /// Forgets all events.
  public func clear() { for list in lists { list.records.removeAll(keepingCapacity: true) } }

  /// All events, worker by worker in order of time. Not to be called while workers record.
  public func events() -> [Event] {
    let elapsed = (ContinuousClock.now - firstTime) / .seconds(1)
    let counts = Double(host_cycle_counter() &- firstCount)
    let scale = counts > 0 ? elapsed / counts : 0
    let names = names.withLock { $0 }
    return lists.enumerated().flatMap { worker, list in
      list.records.map { record in
        Event(
          name: names[Int(record.name)], worker: worker, start: Double(record.start &- firstCount) * scale,
          end: Double(record.end &- firstCount) * scale)
      }
    }
  }
}
