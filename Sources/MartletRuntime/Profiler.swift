import CHost
import Glibc
import Synchronization

/// Records when each worker ran what: kernels inside executables, and stretches of host code. Recording costs two reads of the processor's
/// counter and a store; an executable without a profiler has a test of a pointer.
package final class Profiler: @unchecked Sendable {
  /// A stretch of time on one worker.
  package struct Event: Sendable {
    package var name: String
    /// The position among `labels`.
    package var label: Int
    package var worker: Int
    /// Seconds since the profiler was made.
    package var start: Double
    package var end: Double
    /// How many of a kernel's iterations ran, or which step it was; nil where nothing was noted, or more than fits.
    package var part: Int?
  }

  /// Few bytes: they leave the caches to the kernels.
  fileprivate struct Record {
    /// 48 bits of the beginning (a day), 16 bits of the label.
    private let first: UInt64
    /// 40 bits of the length (six minutes), 24 bits of the part.
    private let second: UInt64

    static let longest = UInt64(1) << 40 - 1
    static let largestPart = 1 << 24 - 1

    init(start: UInt64, length: UInt64, label: UInt16, part: Int) {
      first = start << 16 | UInt64(label)
      second = min(length, Record.longest) << 24 | UInt64(truncatingIfNeeded: min(max(part, 0), Record.largestPart))
    }

    var start: UInt64 { first >> 16 }
    var label: Int { Int(first & 0xffff) }
    var length: UInt64 { second >> 24 }
    var part: Int { Int(second & 0xff_ffff) }
  }

  /// Where one worker records: a list of its own, in memory that is there beforehand. Whoever records often keeps it. Valid as long as its
  /// profiler.
  package struct Track {
    fileprivate let records: UnsafeMutablePointer<Record>
    fileprivate let count: UnsafeMutablePointer<Int>
    fileprivate let capacity: Int
    /// The counter when the profiler was made.
    fileprivate let origin: UInt64

    /// Records what has passed since a beginning; returns the end, with which the next stretch may begin.
    @inline(__always) @discardableResult
    package func record(_ label: UInt16, since start: UInt64, part: Int = 0) -> UInt64 {
      guard count.pointee < capacity else { return start }
      let end = host_cycle_counter()
      records[count.pointee] = Record(start: start > origin ? start &- origin : 0, length: end &- start, label: label, part: part)
      count.pointee += 1
      return end
    }
  }

  private let tracks: [Track]
  private let numbers = Mutex<(known: [Label: UInt16], labels: [Label])>(([:], []))
  private let firstCount: UInt64
  private let firstTime = ContinuousClock.now
  /// Whether anything is recorded: changed between two runs only. What is recorded stays.
  package var isRecording = true
  /// Older events stay, newer ones are dropped.
  private let capacity: Int

  /// Keeps at most `capacity` events for each worker.
  package init(workers: Int, capacity: Int = 1 << 20) {
    self.capacity = max(capacity, 1)
    let origin = host_cycle_counter()
    firstCount = origin
    tracks = (0..<max(workers, 1)).map { _ in
      let track = Track(
        records: .allocate(capacity: max(capacity, 1)), count: .allocate(capacity: 16), capacity: max(capacity, 1), origin: origin)
      // The pages are there before the clock runs. Counts have cache lines of their own.
      track.records.initialize(repeating: Record(start: 0, length: 0, label: 0, part: 0), count: track.capacity)
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

  /// A number for a label, to record it by.
  package func number(of label: Label) -> UInt16 {
    numbers.withLock { numbers in
      if let known = numbers.known[label] { return known }
      // More labels than fit share the last number.
      let number = UInt16(clamping: numbers.labels.count)
      numbers.known[label] = number
      if numbers.labels.count <= Int(UInt16.max) { numbers.labels.append(label) }
      return number
    }
  }

  package func number(of name: String, _ category: Label.Category) -> UInt16 { number(of: Label(name, category)) }

  /// What events name by their position here.
  package var labels: [Label] { numbers.withLock { $0.labels } }

  /// Records what `body` takes. A worker is one thread.
  @inline(__always)
  package func record<Made>(_ label: UInt16, worker: Int, part: Int = 0, _ body: () throws -> Made) rethrows -> Made {
    let start = begin()
    let made = try body()
    record(label, worker: worker, since: start, part: part)
    return made
  }

  /// The beginning of a stretch that `record(_:worker:since:)` ends.
  @inline(__always)
  package func begin() -> UInt64 { host_cycle_counter() }

  /// Records what has passed since a beginning; returns the end, with which the next stretch may begin.
  @inline(__always) @discardableResult
  package func record(_ label: UInt16, worker: Int, since start: UInt64, part: Int = 0) -> UInt64 {
    isRecording ? tracks[worker].record(label, since: start, part: part) : start
  }

  /// Whether no list is full.
  package var isComplete: Bool { tracks.allSatisfy { $0.count.pointee < capacity } }

  /// Forgets all events.
  package func clear() { for track in tracks { track.count.pointee = 0 } }

  /// All events, worker by worker in order of time. Not to be called while workers record.
  package func events() -> [Event] {
    let elapsed = (ContinuousClock.now - firstTime) / .seconds(1)
    let counts = Double(host_cycle_counter() &- firstCount)
    let scale = counts > 0 ? elapsed / counts : 0
    let names = labels.map(\.name)
    return tracks.enumerated().flatMap { worker, track in
      UnsafeBufferPointer(start: track.records, count: track.count.pointee).map { record in
        let start = Double(record.start) * scale
        let isNoted = (1..<Record.largestPart).contains(record.part)
        return Event(
          name: names[record.label], label: record.label, worker: worker, start: start, end: Double(record.start + record.length) * scale,
          part: isNoted ? record.part : nil)
      }
    }
  }
}
