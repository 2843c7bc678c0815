import MartletCompiler
import MartletCore
import MartletRuntime

/// Carries terms from process to process: from GPU to GPU where the device can do it, else the bytes that they have in the host's memory, by MPI.
final class TermExchange {
  /// Terms on their way. Messages from one process to another with one tag are given in the same order on both sides; where `isOneGroup`, those of all tags.
  enum Message {
    case send(TermBuffers, Range<Int>, to: Int, tag: Int)
    /// The memory is overwritten.
    case receive(TermBuffers, Range<Int>, from: Int, tag: Int)
  }

  let group: any ProcessGroup
  private let device: any ExecutionDevice
  private var chosen: BufferRoute?

  init(group: any ProcessGroup, _ device: any ExecutionDevice) { (self.group, self.device) = (group, device) }

  /// Whether the device computes nothing while terms are on their way, so that there is nothing to gain from sending some early; two processes then give all
  /// their messages at once, for each would wait for what the other sends later.
  func isOneGroup() throws -> Bool { try route().exchange != nil }

  /// The way of the terms, found out when it is first needed: all processes call it together. Throws what the device's `bufferRoute` throws.
  func route() throws -> BufferRoute {
    if let chosen { return chosen }
    let route = try device.bufferRoute(among: group)
    chosen = route
    return route
  }

  /// Begins to send and to receive; nothing may use the terms until `wait` of the result returns. Throws what `ProcessGroup.begin` throws, or
  /// `BufferExchange.exchange`.
  func begin(_ messages: [Message]) throws -> PendingTerms {
    guard let exchange = try route().exchange else { return try beginThroughHost(messages) }
    try exchange.exchange(
      messages.map { message in
        switch message {
        case .send(let terms, let range, let other, _): .send(try terms.run(range), to: other)
        case .receive(let terms, let range, let other, _): .receive(try terms.run(range), from: other)
        }
      })
    // Work that is submitted later runs after the messages.
    return PendingTerms(nil, [])
  }

  private func beginThroughHost(_ messages: [Message]) throws -> PendingTerms {
    // Terms that go to several processes are read from the device once.
    var staged: [(terms: TermBuffers, range: Range<Int>)] = []
    let pending = try group.begin(
      messages.map { message in
        switch message {
        case .send(let terms, let range, let other, let tag):
          let isStaged = staged.contains { $0.terms === terms && $0.range == range }
          staged.append((terms, range))
          return .send(UnsafeRawBufferPointer(try terms.hostBytes(range, reads: !isStaged)), to: other, tag: tag)
        case .receive(let terms, let range, let other, let tag):
          return .receive(try terms.hostBytes(range, reads: false), from: other, tag: tag)
        }
      })
    return PendingTerms(pending, messages)
  }

  /// Waits for what is on its way and closes the connection to the other processes. Throws what `BufferExchange.finish` throws.
  func finish() throws { try chosen?.exchange?.finish() }
}

/// Terms that were begun to be sent and received, whose memory it keeps.
struct PendingTerms {
  /// Nil where later work on the device runs after the messages.
  private let pending: (any PendingMessages)?
  private let messages: [TermExchange.Message]

  fileprivate init(_ pending: (any PendingMessages)?, _ messages: [TermExchange.Message]) {
    (self.pending, self.messages) = (pending, messages)
  }

  /// Moves the messages along, without waiting for any.
  func advance() { pending?.advance() }

  /// Returns when all have come to where they were sent, or what the device does next finds them there.
  func wait() throws {
    try pending?.wait()
    for case .receive(let terms, let range, _, _) in messages { try terms.arrived(range) }
  }
}
