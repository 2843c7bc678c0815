import MartletRuntime

/// Carries terms from process to process: the bytes that they have in the host's memory, by MPI.
struct TermExchange {
  /// Terms on their way.
  enum Message {
    case send(TermBuffers, Range<Int>, to: Int, tag: Int)
    /// Into memory that holds nothing yet.
    case receive(TermBuffers, Range<Int>, from: Int, tag: Int)
  }

  let group: any ProcessGroup

  /// Begins to send and to receive; nothing may use the terms until `wait` of the result returns. Throws what `ProcessGroup.begin` throws.
  func begin(_ messages: [Message]) throws -> PendingTerms {
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
}

/// Terms that were begun to be sent and received.
struct PendingTerms {
  private let pending: any PendingMessages
  private let received: [(terms: TermBuffers, range: Range<Int>)]

  fileprivate init(_ pending: any PendingMessages, received: [(terms: TermBuffers, range: Range<Int>)]) {
    (self.pending, self.received) = (pending, received)
  }

  /// Moves the messages along, without waiting for any.
  func advance() { pending.advance() }

  /// Returns when all have come to where they were sent.
  func wait() throws {
    try pending.wait()
    for (terms, range) in received { try terms.arrived(range) }
  }
}
