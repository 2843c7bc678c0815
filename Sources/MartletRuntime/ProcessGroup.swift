import MartletCore

/// The processes of one run, numbered from 0, which exchange bytes: those that `mpirun` started, or threads that stand for processes in tests.
///
/// The bits of what is received are those that were sent: no function here adds numbers, for the order of a library's sums is its own.
/// Calls of one process come from one thread at a time.
package protocol ProcessGroup: AnyObject {
  /// The number of this process, `0 ..< count`.
  var rank: Int { get }
  var count: Int { get }
  /// Name and version of the library that carries the messages, such as `Open MPI 4.1.4`.
  var library: String { get }

  /// Begins to send and to receive; the memory of all messages stays valid and untouched until `wait` of the result returns. Messages from one
  /// process to another with one tag arrive in the order in which they were sent; sizes of both sides are equal; a process may send
  /// to itself. Throws M1703 where the library reports an error, such as a process that has ended.
  func begin(_ messages: [ProcessMessage]) throws -> any PendingMessages

  /// What each process gave, by its number; all give as many bytes. Every process calls it, in the same order among other calls of this kind.
  func gather(_ own: [UInt8]) throws -> [[UInt8]]
}

/// Bytes on the way from one process to another.
package enum ProcessMessage {
  case send(UnsafeRawBufferPointer, to: Int, tag: Int)
  case receive(UnsafeMutableRawBufferPointer, from: Int, tag: Int)
}

/// Messages that were begun.
package protocol PendingMessages: AnyObject {
  /// Moves them along, without waiting for any: libraries move long messages on only while they are called.
  func advance()
  /// Returns when all of them are done: what was received is in its memory.
  func wait() throws
}

extension ProcessGroup {
  /// Sends and receives, and returns when all is done.
  package func exchange(_ messages: [ProcessMessage]) throws { try begin(messages).wait() }

  /// A text of each process, in every process.
  package func gatherTexts(_ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    let counts = try gather(withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) })
      .map { $0.reversed().reduce(0) { $0 << 8 | Int($1) } }
    let padded = bytes + [UInt8](repeating: 0, count: (counts.max() ?? 0) - bytes.count)
    return zip(counts, try gather(padded)).map { String(decoding: $1.prefix($0), as: UTF8.self) }
  }

  /// The bytes of process 0, in every process.
  package func distribute(_ own: [UInt8]) throws -> [UInt8] {
    let counts = try gather(withUnsafeBytes(of: UInt64(own.count).littleEndian) { Array($0) })
    let count = counts[0].reversed().reduce(0) { $0 << 8 | Int($1) }
    var bytes = rank == 0 ? own : [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { bytes in
      let others = (1..<max(self.count, 1)).filter { $0 != rank }
      let messages: [ProcessMessage] =
        rank == 0 ? others.map { .send(UnsafeRawBufferPointer(bytes), to: $0, tag: 3) } : [.receive(bytes, from: 0, tag: 3)]
      try exchange(count == 0 ? [] : messages)
    }
    return bytes
  }
}
