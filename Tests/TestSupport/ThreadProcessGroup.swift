import Foundation
import MartletRuntime

/// Processes of a run that are threads of this process, for tests of what runs on several processes.
///
/// It is stricter than MPI: memory that is sent must not change before `wait`, memory that is received into holds `0xAA` until then, sizes of both sides
/// are equal, and whoever waits for a minute gets an error.
package final class ThreadProcessGroup: ProcessGroup {
  package let rank: Int
  package let library = "threads"
  private let post: Post
  private var received: [Post.Key: Int] = [:]
  private var sent: [Post.Key: Int] = [:]
  private var gathers = 0
  fileprivate let calls = Calls()

  /// How often messages were moved along.
  package var advances: Int { calls.advances }

  package var count: Int { post.count }

  private init(rank: Int, _ post: Post) {
    self.rank = rank
    self.post = post
  }

  /// Runs `body` on a thread for each process, and returns what they gave, by number. Throws the first error that one of them threw; the others'
  /// waiting then ends.
  package static func run<Result>(count: Int, _ body: @escaping @Sendable (any ProcessGroup) throws -> Result) throws -> [Result] {
    let post = Post(count: count)
    let results = Collected<Result>()
    let done = DispatchGroup()
    for rank in 0..<count {
      done.enter()
      let thread = Thread {
        do {
          results.set(rank, try body(ThreadProcessGroup(rank: rank, post)))
        } catch {
          post.stop(error)
        }
        done.leave()
      }
      // As the first thread of a process has.
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    if let error = post.error { throw error }
    return results.ordered
  }

  package func begin(_ messages: [ProcessMessage]) throws -> any PendingMessages {
    var parts: [ThreadPendingMessages.Part] = []
    for message in messages {
      switch message {
      case .send(let bytes, let other, let tag):
        try expect(other, tag)
        let key = Post.Key(from: rank, to: other, tag: tag)
        let copy = Array(bytes)
        post.put(copy, key, sent[key, default: 0])
        sent[key, default: 0] += 1
        parts.append(.sent(bytes, copy))
      case .receive(let memory, let other, let tag):
        try expect(other, tag)
        let key = Post.Key(from: other, to: rank, tag: tag)
        memory.initializeMemory(as: UInt8.self, repeating: 0xaa)
        parts.append(.received(memory, key, received[key, default: 0]))
        received[key, default: 0] += 1
      }
    }
    return ThreadPendingMessages(post, parts, calls)
  }

  package func gather(_ own: [UInt8]) throws -> [[UInt8]] {
    gathers += 1
    return try post.gather(own, rank: rank, round: gathers)
  }

  private func expect(_ other: Int, _ tag: Int) throws {
    // Every library of MPI allows these tags.
    guard 0..<count ~= other, 0...32_767 ~= tag else { throw GroupError("there is no process \(other) among \(count), or no tag \(tag)") }
  }

  package struct GroupError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
  }
}

private final class ThreadPendingMessages: PendingMessages {
  enum Part {
    case sent(UnsafeRawBufferPointer, [UInt8])
    case received(UnsafeMutableRawBufferPointer, Post.Key, Int)
  }

  private let post: Post
  private var parts: [Part]
  private let calls: Calls

  init(_ post: Post, _ parts: [Part], _ calls: Calls) {
    self.post = post
    self.parts = parts
    self.calls = calls
  }

  func advance() { calls.advance() }

  func wait() throws {
    try calls.expectNone()
    for part in parts {
      switch part {
      case .sent(let memory, let copy):
        guard memory.elementsEqual(copy) else { throw ThreadProcessGroup.GroupError("memory has changed while it was sent") }
      case .received(let memory, let key, let number):
        let bytes = try post.take(key, number)
        guard bytes.count == memory.count else {
          throw ThreadProcessGroup.GroupError("\(bytes.count) bytes came from \(key.from) to \(key.to), \(memory.count) were expected")
        }
        memory.copyBytes(from: bytes)
      }
    }
    parts = []
  }
}

/// Calls of one process, which come one at a time.
private final class Calls: @unchecked Sendable {
  private let lock = NSLock()
  private let count = NSLock()
  private var overlaps = false
  private(set) var advances = 0

  func advance() {
    guard lock.try() else { return count.withLock { overlaps = true } }
    advances += 1
    // Long enough for another thread to come.
    usleep(20)
    lock.unlock()
  }

  func expectNone() throws {
    guard lock.try(), !overlaps else { throw ThreadProcessGroup.GroupError("two threads of a process called at once") }
    lock.unlock()
  }
}

/// Messages between threads.
private final class Post: @unchecked Sendable {
  struct Key: Hashable {
    var from: Int
    var to: Int
    var tag: Int
  }

  let count: Int
  private let condition = NSCondition()
  /// By what is sent and its number among what is sent so.
  private var messages: [Key: [Int: [UInt8]]] = [:]
  /// What each process gave in a round.
  private var rounds: [Int: [Int: [UInt8]]] = [:]
  private var readers: [Int: Int] = [:]
  private var stopped: (any Error)?

  private static let patience: TimeInterval = 60

  init(count: Int) { self.count = count }

  var error: (any Error)? { condition.withLock { stopped } }

  /// The first error is the one that counts: the others follow from it.
  func stop(_ error: any Error) {
    condition.withLock {
      stopped = stopped ?? error
      condition.broadcast()
    }
  }

  func put(_ bytes: [UInt8], _ key: Key, _ number: Int) {
    condition.withLock {
      messages[key, default: [:]][number] = bytes
      condition.broadcast()
    }
  }

  func take(_ key: Key, _ number: Int) throws -> [UInt8] {
    try wait("a message from \(key.from) to \(key.to) with tag \(key.tag)") { messages[key]?.removeValue(forKey: number) }
  }

  func gather(_ own: [UInt8], rank: Int, round: Int) throws -> [[UInt8]] {
    condition.withLock {
      rounds[round, default: [:]][rank] = own
      condition.broadcast()
    }
    let all = try wait("what \(count) processes gather") {
      guard let given = rounds[round], given.count == count else { return nil as [[UInt8]]? }
      readers[round, default: 0] += 1
      if readers[round] == count { (rounds[round], readers[round]) = (nil, nil) }
      return given.sorted { $0.key < $1.key }.map(\.value)
    }
    guard all.allSatisfy({ $0.count == own.count }) else {
      throw ThreadProcessGroup.GroupError("processes gather \(all.map(\.count)) bytes, all have to give as many")
    }
    return all
  }

  /// Waits until there is a value.
  private func wait<Value>(_ what: String, _ value: () -> Value?) throws -> Value {
    try condition.withLock {
      let end = Date(timeIntervalSinceNow: Post.patience)
      while true {
        if let stopped { throw stopped }
        if let found = value() { return found }
        guard condition.wait(until: end) else { throw ThreadProcessGroup.GroupError("\(what) was waited for a minute") }
      }
    }
  }
}

/// What threads gave.
private final class Collected<Result>: @unchecked Sendable {
  private let lock = NSLock()
  private var results: [Int: Result] = [:]

  func set(_ rank: Int, _ result: Result) { lock.withLock { results[rank] = result } }

  var ordered: [Result] { lock.withLock { results.sorted { $0.key < $1.key }.map(\.value) } }
}
