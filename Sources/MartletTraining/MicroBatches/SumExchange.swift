import MartletCompiler
import MartletRuntime

/// The exchange of a step's sums over micro-batches: every process sends the sums of its own subtrees to the owners of their terms, in several
/// messages. A message is begun as soon as its terms are computed, while the process computes others.
final class SumExchange {
  /// The terms of a message, and to whom it goes.
  struct Message: Hashable {
    var owner: Int
    var terms: Range<Int>
    /// Among the messages to this owner.
    var number: Int
  }

  /// Sums of other processes, of the terms that this one owns.
  private(set) var received: [(node: MicroBatchTree.Node, terms: TermBuffers)] = []
  private let exchange: TermExchange
  private var pending: [PendingTerms] = []
  /// Messages that are begun all at once, at the end; nil where each is begun as soon as it can be.
  private var held: [TermExchange.Message]?

  /// What the number of a message is added to.
  private static let firstTag = 16

  /// The messages for the sum of a node.
  static func messages(_ layout: TermLayout, _ owned: [Range<Int>]) -> [Message] {
    owned.enumerated().flatMap { owner, terms in
      layout.messages(of: terms).enumerated().map { Message(owner: owner, terms: $0.element, number: $0.offset) }
    }
  }

  /// Begins to receive what `messages` have for this process. `buffers` gives memory for the terms that it owns. Throws what `ProcessGroup.begin` throws.
  init(_ exchange: TermExchange, _ messages: [Message], _ tree: MicroBatchTree, buffers: () throws -> TermBuffers) throws {
    self.exchange = exchange
    held = try exchange.isOneGroup() ? [] : nil
    let (rank, count) = (exchange.group.rank, exchange.group.count)
    let own = messages.filter { $0.owner == rank }
    guard !own.isEmpty else { return }
    var messages: [TermExchange.Message] = []
    for other in 0..<count where other != rank {
      for node in tree.nodes(covering: tree.batches.ofProcess(other, of: count)) {
        let terms = try buffers()
        received.append((node, terms))
        messages += own.map { .receive(terms, $0.terms, from: other, tag: SumExchange.firstTag + $0.number) }
      }
    }
    try begin(messages)
  }

  /// Begins to send terms of a sum. Sums go in the order of their nodes; the messages of each in any order.
  func send(_ sum: TermBuffers, _ messages: [Message]) throws {
    guard !messages.isEmpty else { return }
    try begin(messages.map { .send(sum, $0.terms, to: $0.owner, tag: SumExchange.firstTag + $0.number) })
  }

  private func begin(_ messages: [TermExchange.Message]) throws {
    if held == nil { pending.append(try exchange.begin(messages)) } else { held?.append(contentsOf: messages) }
  }

  /// Moves the messages along, without waiting for any.
  func advance() { for pending in pending { pending.advance() } }

  /// Returns when all are done.
  func wait() throws {
    if let messages = held, !messages.isEmpty { pending.append(try exchange.begin(messages)) }
    held = held.map { _ in [] }
    for pending in pending { try pending.wait() }
    pending = []
  }
}
