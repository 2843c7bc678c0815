import CMPI
import Glibc
import MartletCore
import Synchronization

/// The thread of a process's watch: it sleeps until a connection says something.
///
/// Every process listens and holds a connection to process 0. When one breaks, process 0 prints which process has ended and tells the others to
/// end. When process 0 itself has ended, each of the others tries to reach those with lower numbers: who reaches none is the lowest that is
/// left, prints, and tells those that have reached it. Where it ends before it has told them, they try again.
final class WatchLoop: @unchecked Sendable {
  /// What the program wants.
  enum Command: Sendable {
    case fail(text: String, code: Int32)
    case finish
  }

  private let rank: Int
  private let cards: [WatchCard]
  private let listener: WatchSocket?
  /// Ends the processes that have no connection, where there are such.
  private let unconnected = Mutex<(@Sendable (Int32) -> Void)?>(nil)
  private let commands = Mutex<[Command]>([])
  private let pipe: (reading: Int32, writing: Int32)

  private final class Peer {
    let rank: Int
    let socket: WatchSocket
    var hasLeft = false
    var isLost = false

    init(_ rank: Int, _ socket: WatchSocket) {
      self.rank = rank
      self.socket = socket
    }

    var isOpen: Bool { socket.end == nil }
  }

  /// Connections to processes of the run: process 0 has one to each of the others, these have one to process 0.
  private var peers: [Peer] = []
  /// Connections of which nothing is known yet, each with the time until when it has to say who it is.
  private var strangers: [(socket: WatchSocket, end: Int)] = []
  /// Those that have shown who they are.
  private var answered: Set<Int> = []
  /// Those that wait to be told that the reason of the end is printed.
  private var waiting: [WatchSocket] = []
  /// The exit code, once the reason is printed.
  private var outcome: Int32?
  /// This process's own error, until when process 0 has to answer.
  private var failure: (text: String, code: Int32, end: Int)?
  /// Until when the others have to say goodbye.
  private var leaving: Int?
  /// When SIGTERM ends this process, unless the reason is found by then.
  private var termination: Int?

  private enum Patience {
    // Milliseconds.
    static let stranger = 2000
    static let failure = 2000
    static let leaving = 2000
    /// Under a second: that is what mpirun of Open MPI leaves a process after SIGTERM.
    static let termination = 300
    static let linger = 500
    static let lingerAfterSilence = 2000
    static let end = 50
    static let election = 1500
    /// Longer than the lowest process takes to find out that it is the lowest.
    static let outcome = 3000
    /// How many processes are tried at once.
    static let electionWidth = 16
  }

  /// Nil where the system gives no pipe.
  init?(rank: Int, cards: [WatchCard], listener: WatchSocket?) {
    self.rank = rank
    self.cards = cards
    self.listener = listener
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    pipe = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(pipe.reading)
    close(pipe.writing)
  }

  private var count: Int { cards.count }

  // MARK: Called by other threads

  /// Where SIGTERM writes a byte.
  var wakingDescriptor: Int32 { pipe.writing }

  /// Before the thread starts.
  func add(_ peer: WatchSocket, rank: Int) { peers.append(Peer(rank, peer)) }

  func send(_ command: Command) {
    commands.withLock { $0.append(command) }
    var byte: UInt8 = 0
    write(pipe.writing, &byte, 1)
  }

  /// What ends processes that have no connection.
  func endUnconnected(by body: @escaping @Sendable (Int32) -> Void) { unconnected.withLock { $0 = body } }

  // MARK: The thread

  func run() {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    watch_thread_wakes_early()
    while true {
      wait()
      readPipe()
      accept()
      meetStrangers()
      for peer in peers where peer.isOpen { read(peer) }
      expectPeers()
      if hasLeft { return }
      expectTimes()
    }
  }

  /// Sleeps until something comes or a time is over.
  private func wait(atMost limit: Int = .max, for others: [Int32] = []) {
    let times = strangers.map(\.end) + [failure?.end, leaving, termination].compactMap { $0 }
    let now = WatchClock.milliseconds
    let left = min(times.min().map { max($0 - now, 0) } ?? .max, limit)
    let descriptors =
      [pipe.reading] + [listener].compactMap { $0?.descriptor } + strangers.map(\.socket.descriptor)
      + peers.filter(\.isOpen).map(\.socket.descriptor) + others
    var list = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&list, nfds_t(list.count), left == .max ? -1 : Int32(clamping: left))
  }

  private func readPipe() {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(pipe.reading, &bytes, bytes.count)
    if count > 0, bytes[..<count].contains(Terminations.mark), termination == nil {
      termination = WatchClock.milliseconds + Patience.termination
    }
    let given = commands.withLock { list in
      defer { list = [] }
      return list
    }
    for command in given {
      switch command {
      case .fail(let text, let code): fail(text, code)
      case .finish:
        leaving = WatchClock.milliseconds + Patience.leaving
        for peer in peers where peer.isOpen { peer.socket.send(WatchFrame.goodbye.bytes) }
      }
    }
  }

  private func fail(_ text: String, _ code: Int32) {
    guard rank != 0, let first = peers.first, first.isOpen else {
      ProcessEnd.write(text)
      endOthers(code)
    }
    first.socket.send(WatchFrame.failure(code: code, text: text).bytes)
    failure = (text, code, WatchClock.milliseconds + Patience.failure)
  }

  // MARK: Connections

  /// A stranger cannot fill the table of open files.
  private var mostStrangers: Int { count + 64 }

  private func accept() {
    while let socket = listener?.accepted() {
      if strangers.count < mostStrangers { strangers.append((socket, WatchClock.milliseconds + Patience.stranger)) }
    }
  }

  /// Answers those that show this process's token and a number of the run.
  private func meetStrangers() {
    let now = WatchClock.milliseconds
    var left: [(socket: WatchSocket, end: Int)] = []
    for stranger in strangers {
      let socket = stranger.socket
      socket.receive()
      guard socket.inbox.count >= WatchCard.tokenCount + 4 else {
        if socket.end == nil, now < stranger.end { left.append(stranger) }
        continue
      }
      let other = Int(WatchFrame.number(socket.inbox[WatchCard.tokenCount..<WatchCard.tokenCount + 4]))
      let token = Array(socket.inbox[..<WatchCard.tokenCount])
      guard token == cards[rank].token, other != rank, cards.indices.contains(other) else { continue }
      socket.send(cards[other].token)
      answered.insert(other)
      // Elsewhere it wants to know whether this process is there, and has printed why all end.
      if rank != 0 {
        if let outcome { socket.send(WatchFrame.end(code: outcome).bytes) } else { waiting.append(socket) }
      }
      guard rank == 0, !peers.contains(where: { $0.rank == other }) else { continue }
      socket.inbox.removeFirst(WatchCard.tokenCount + 4)
      peers.append(Peer(other, socket))
    }
    strangers = left
  }

  private func read(_ peer: Peer) {
    peer.socket.receive()
    do throws(WatchFrame.Damage) {
      while let frame = try WatchFrame.next(&peer.socket.inbox) {
        switch frame {
        case .end(let code): if rank != 0 { endTogether(code) }
        case .goodbye: peer.hasLeft = true
        case .failure(let code, let text):
          guard rank == 0 else { continue }
          ProcessEnd.write(text)
          endOthers(code)
        }
      }
    } catch {
      peer.isLost = true
    }
    if !peer.isOpen, !peer.hasLeft { peer.isLost = true }
  }

  // MARK: The end

  private func expectPeers() {
    let lost = peers.filter(\.isLost)
    guard !lost.isEmpty else { return }
    let isSilent = lost.allSatisfy { $0.socket.end == .vanished }
    if let failure {
      // Process 0 cannot print it.
      ProcessEnd.write(failure.text)
      endTogether(failure.code)
    }
    let code = MartletError.Kind.unavailable.rawValue
    while rank != 0, let lower = reachedLower() { if let code = outcome(of: lower) { endTogether(code) } }
    ProcessEnd.write(ProcessWatch.printed(ProcessWatch.ended(lost.map(\.rank).sorted(), of: count, isSilent: isSilent)))
    guard rank != 0 else { endOthers(code) }
    tellWaiting(code)
    linger(isSilent ? Patience.lingerAfterSilence : Patience.linger) { answered.count >= count - rank - 1 }
    endTogether(code)
  }

  /// A connection to a process with a lower number, process 0 aside; nil where none is left.
  private func reachedLower() -> WatchSocket? {
    for first in stride(from: 1, to: rank, by: Patience.electionWidth) {
      let ranks = Array(first..<min(first + Patience.electionWidth, rank))
      // Those with higher numbers try to reach this process at the same time.
      let reached = WatchContact.reach(ranks, from: rank, cards, milliseconds: Patience.election) {
        accept()
        meetStrangers()
      }
      if let reached { return reached.socket }
    }
    return nil
  }

  /// The exit code, once a lower process has it that the reason is printed; nil where that process ends before.
  private func outcome(of lower: WatchSocket) -> Int32? {
    let end = WatchClock.milliseconds + Patience.outcome
    while WatchClock.milliseconds < end {
      lower.receive()
      if case .end(let code)? = try? WatchFrame.next(&lower.inbox) { return code }
      guard lower.end == nil else { return nil }
      wait(atMost: 50, for: [lower.descriptor])
      accept()
      meetStrangers()
    }
    return MartletError.Kind.unavailable.rawValue
  }

  /// Tells those that wait, and those that come later, that the reason is printed.
  private func tellWaiting(_ code: Int32) {
    outcome = code
    for socket in waiting { socket.send(WatchFrame.end(code: code).bytes) }
    waiting = []
  }

  /// Ends all processes with a code, once the reason is printed.
  private func endOthers(_ code: Int32) -> Never {
    for peer in peers where peer.isOpen && !peer.hasLeft { peer.socket.send(WatchFrame.end(code: code).bytes) }
    endTogether(code)
  }

  /// Waits as long as all others do that know of the end, so that all end at once: mpirun of Open MPI kills the rest when the second one has ended.
  private func endTogether(_ code: Int32) -> Never {
    tellWaiting(code)
    linger(Patience.end) { false }
    unconnected.withLock { $0 }?(code)
    ProcessEnd.now(code)
  }

  /// Stays until the others have read what was sent, and answers those that only now find out.
  private func linger(_ milliseconds: Int, until isDone: () -> Bool) {
    let end = WatchClock.milliseconds + milliseconds
    strangers.indices.forEach { strangers[$0].end = end }
    while !isDone() {
      let left = end - WatchClock.milliseconds
      guard left > 0 else { return }
      wait(atMost: min(left, 50))
      accept()
      meetStrangers()
      for peer in peers where peer.isOpen {
        peer.socket.receive()
        peer.socket.inbox = []
      }
    }
  }

  /// Whether all have said goodbye, this process among them.
  private var hasLeft: Bool {
    guard let leaving else { return false }
    return peers.allSatisfy { $0.hasLeft || !$0.isOpen } || WatchClock.milliseconds >= leaving
  }

  private func expectTimes() {
    let now = WatchClock.milliseconds
    if let failure, now >= failure.end {
      ProcessEnd.write(failure.text)
      endTogether(failure.code)
    }
    if let termination, now >= termination {
      self.termination = nil
      Terminations.terminate()
    }
  }
}
