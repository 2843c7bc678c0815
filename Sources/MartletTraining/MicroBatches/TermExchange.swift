import MartletCompiler
import MartletCore
import MartletRuntime

/// Carries terms from process to process: from GPU to GPU where the device can do it, else the bytes that they have in the host's memory, by MPI.
final class TermExchange {
  /// Terms on their way. Of two processes, the messages from one to the other are given in the same order on both sides.
  enum Message {
    case send(TermBuffers, Range<Int>, to: Int, tag: Int)
    /// Into memory that holds nothing yet.
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
    // Whatever uses the terms is behind the messages on the device.
    return PendingTerms(nil, received: [])
  }

  private func beginThroughHost(_ messages: [Message]) throws -> PendingTerms {
    var received: [(terms: TermBuffers, range: Range<Int>)] = []
    let pending = try group.begin(
      messages.map { message in
        switch message {
        case .send(let terms, let range, let other, let tag):
          return .send(UnsafeRawBufferPointer(try terms.hostBytes(range)), to: other, tag: tag)
        case .receive(let terms, let range, let other, let tag):
          received.append((terms, range))
          return .receive(try terms.hostBytes(range, reads: false), from: other, tag: tag)
        }
      })
    return PendingTerms(pending, received: received)
  }

  /// Waits for what is on its way and parts from the other processes. Throws what `BufferExchange.finish` throws.
  func finish() throws { try chosen?.exchange?.finish() }
}

/// Terms that were begun to be sent and received.
struct PendingTerms {
  /// Nil where later work on the device is behind the messages.
  private let pending: (any PendingMessages)?
  private let received: [(terms: TermBuffers, range: Range<Int>)]

  fileprivate init(_ pending: (any PendingMessages)?, received: [(terms: TermBuffers, range: Range<Int>)]) {
    (self.pending, self.received) = (pending, received)
  }

  /// Moves the messages along, without waiting for any.
  func advance() { pending?.advance() }

  /// Returns when all have come to where they were sent, or what the device does next finds them there.
  func wait() throws {
    try pending?.wait()
    for (terms, range) in received { try terms.arrived(range) }
  }
}
