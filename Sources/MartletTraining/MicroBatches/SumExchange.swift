import MartletCompiler
import MartletRuntime

/// The exchange of a step's sums over micro-batches: every process sends the sums of its own subtrees to the owners of their terms, in several
/// messages. A message is begun as soon as its terms are computed, while the process computes others.
final class SumExchange {
  /// The terms of a message, and to whom it goes.
  struct Part: Hashable {
    var owner: Int
    var terms: Range<Int>
    /// Among the messages to this owner.
    var number: Int
  }

  /// Sums of other processes, of the terms that this one owns.
  private(set) var received: [(node: MicroBatchTree.Node, terms: TermBuffers)] = []
  private let exchange: TermExchange
  private var pending: [PendingTerms] = []
  /// Messages that are begun all at once, at the end, with the order in which both sides give them; nil where each is begun as soon as it can be.
  private var held: [(order: (Int, Int), message: TermExchange.Message)]?
  private var sentSums: [ObjectIdentifier] = []

  /// What the number of a message is added to.
  private static let firstTag = 16

  /// The messages for the sum of a node.
  static func parts(_ layout: TermLayout, _ owned: [Range<Int>]) -> [Part] {
    owned.enumerated().flatMap { owner, terms in
      layout.messages(of: terms).enumerated().map { Part(owner: owner, terms: $0.element, number: $0.offset) }
    }
  }

  /// Begins to receive what `parts` have for this process. `buffers` gives memory for the terms that it owns. Throws what `TermExchange.begin` throws.
  init(_ exchange: TermExchange, _ parts: [Part], _ tree: MicroBatchTree, buffers: () throws -> TermBuffers) throws {
    self.exchange = exchange
    held = try exchange.isOneGroup() ? [] : nil
    let (rank, count) = (exchange.group.rank, exchange.group.count)
    let own = parts.filter { $0.owner == rank }
    guard !own.isEmpty else { return }
    var messages: [(order: (Int, Int), message: TermExchange.Message)] = []
    for other in 0..<count where other != rank {
      for (number, node) in tree.nodes(covering: tree.batches.ofProcess(other, of: count)).enumerated() {
        let terms = try buffers()
        received.append((node, terms))
        messages += own.map { part in
          ((number, part.number), .receive(terms, part.terms, from: other, tag: SumExchange.firstTag + part.number))
        }
      }
    }
    try begin(messages)
  }

  /// Begins to send terms of a sum. Sums are given in the order of their nodes; the parts of each in any order.
  func send(_ sum: TermBuffers, _ parts: [Part]) throws {
    guard !parts.isEmpty else { return }
    if sentSums.last != ObjectIdentifier(sum) { sentSums.append(ObjectIdentifier(sum)) }
    let number = sentSums.count - 1
    try begin(
      parts.map { part in
        ((number, part.number), .send(sum, part.terms, to: part.owner, tag: SumExchange.firstTag + part.number))
      })
  }

  private func begin(_ messages: [(order: (Int, Int), message: TermExchange.Message)]) throws {
    if held == nil { pending.append(try exchange.begin(messages.map(\.message))) } else { held?.append(contentsOf: messages) }
  }

  /// Moves the messages along, without waiting for any.
  func advance() { for pending in pending { pending.advance() } }

  /// Returns when all are done.
  func wait() throws {
    if let messages = held, !messages.isEmpty {
      held = []
      pending.append(try exchange.begin(messages.sorted { $0.order < $1.order }.map(\.message)))
    }
    for pending in pending { try pending.wait() }
    pending = []
  }
}
