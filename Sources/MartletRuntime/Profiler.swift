import CHost
import Glibc
import Synchronization

/// Records when each worker ran what: kernels inside executables, and stretches of host code. Recording costs two reads of the processor's
/// counter and a store; an executable without a profiler has a test of a pointer.
package final class Profiler: @unchecked Sendable {
  /// A stretch of time on one worker, in counts of the processor's counter.
  package struct Event: Sendable {
    package var name: String
    package var worker: Int
    /// Seconds since the profiler was made.
    package var start: Double
    package var end: Double
  }

  /// Few bytes: they leave the caches to the kernels.
  fileprivate struct Record {
    let start: UInt64
    /// 48 bits of length, 16 bits of name.
    private let rest: UInt64

    init(start: UInt64, length: UInt64, name: UInt16) {
      self.start = start
      rest = length << 16 | UInt64(name)
    }

    var length: UInt64 { rest >> 16 }
    var name: Int { Int(rest & 0xffff) }
  }

  /// Where one worker records: a list of its own, in memory that is there beforehand. Whoever records often keeps it. Valid as long as its
  /// profiler.
  package struct Track {
    fileprivate let records: UnsafeMutablePointer<Record>
    fileprivate let count: UnsafeMutablePointer<Int>
    fileprivate let capacity: Int

    /// Records what has passed since a beginning; returns the end, with which the next stretch may begin.
    @inline(__always) @discardableResult
    package func record(_ name: UInt16, since start: UInt64) -> UInt64 {
      guard count.pointee < capacity else { return start }
      let end = host_cycle_counter()
      records[count.pointee] = Record(start: start, length: end &- start, name: name)
      count.pointee += 1
      return end
    }
  }

  private let tracks: [Track]
  private let names = Mutex<[String: UInt16]>([:])
  private let firstCount = host_cycle_counter()
  private let firstTime = ContinuousClock.now
  /// Older events stay, newer ones are dropped.
  private let capacity: Int

  /// Keeps at most `capacity` events for each worker.
  package init(workers: Int, capacity: Int = 1 << 20) {
    self.capacity = max(capacity, 1)
    tracks = (0..<max(workers, 1)).map { _ in
      let track = Track(records: .allocate(capacity: max(capacity, 1)), count: .allocate(capacity: 16), capacity: max(capacity, 1))
      // The pages are there before the clock runs. Counts have cache lines of their own.
      track.records.initialize(repeating: Record(start: 0, length: 0, name: 0), count: track.capacity)
      track.count.initialize(repeating: 0, count: 16)
      return track
    }
  }

  deinit {
    for track in tracks {
      track.records.deallocate()
      track.count.deallocate()
    }
  }

  package func track(ofWorker worker: Int) -> Track { tracks[worker] }

  /// A number for a name, to record it by.
  package func number(of name: String) -> UInt16 {
    names.withLock { names in
      if let known = names[name] { return known }
      // More names than fit share the last number.
      let number = UInt16(clamping: names.count)
      names[name] = number
      return number
    }
  }

  /// Records what `body` takes. A worker is one thread.
  @inline(__always)
  package func record<Made>(_ name: UInt16, worker: Int, _ body: () throws -> Made) rethrows -> Made {
    let start = begin()
    let made = try body()
    record(name, worker: worker, since: start)
    return made
  }

  /// The beginning of a stretch that `record(_:worker:since:)` ends.
  @inline(__always)
  package func begin() -> UInt64 { host_cycle_counter() }

  /// Records what has passed since a beginning; returns the end, with which the next stretch may begin.
  @inline(__always) @discardableResult
  package func record(_ name: UInt16, worker: Int, since start: UInt64) -> UInt64 { tracks[worker].record(name, since: start) }

  /// Whether no list is full.
  package var isComplete: Bool { tracks.allSatisfy { $0.count.pointee < capacity } }

  /// Forgets all events.
  package func clear() { for track in tracks { track.count.pointee = 0 } }

  /// All events, worker by worker in order of time. Not to be called while workers record.
  package func events() -> [Event] {
    let elapsed = (ContinuousClock.now - firstTime) / .seconds(1)
    let counts = Double(host_cycle_counter() &- firstCount)
    let scale = counts > 0 ? elapsed / counts : 0
    let names = names.withLock { $0 }.sorted { $0.value < $1.value }.map(\.key)
    return tracks.enumerated().flatMap { worker, track in
      UnsafeBufferPointer(start: track.records, count: track.count.pointee).map { record in
        let start = Double(record.start &- firstCount) * scale
        return Event(name: names[record.name], worker: worker, start: start, end: start + Double(record.length) * scale)
      }
    }
  }
}
