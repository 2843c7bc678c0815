import Glibc
import MartletCore
import MartletRuntime
import Synchronization

/// Ends all processes of a run when one has ended, with one message and exit code 5, and passes on the error of a process that ends because of it.
///
/// MPI itself notices neither: a message from a process that is gone is waited for without an end. The watch has a thread in each process and
/// connections of its own, by TCP: the system closes them when a process ends, however it ends.
package final class ProcessWatch: @unchecked Sendable {
  /// What process 0 should print: processes that cannot be watched. Empty in the other processes.
  package let notes: [String]
  private let group: any ProcessGroup
  private let thread: (loop: WatchLoop, id: pthread_t)?
  /// Whether process 0 watches this process, or this is process 0.
  private let isConnected: Bool
  private let hasFinished = Atomic<Bool>(false)

  /// Milliseconds until the watch of process 0 has to answer.
  private static let patience = 3000
  /// Microseconds that a failed call of MPI waits for the watch.
  private static let callPatience: UInt32 = 1_000_000

  /// Begins to watch. Every process calls it once, before other messages. A process that cannot connect runs without the watch, and
  /// `notes` says so. Throws what the group's `gather` throws.
  package static func start(_ group: any ProcessGroup) throws -> ProcessWatch { try ProcessWatch(group) }

  private init(_ group: any ProcessGroup) throws {
    self.group = group
    guard group.count > 1 else {
      (notes, thread, isConnected) = ([], nil, false)
      return
    }
    if group.rank == 0 { ProcessWatch.allowOpenFiles(for: group.count) }
    let listening = WatchSocket.listening()
    let card = WatchCard(port: listening?.port ?? 0, addresses: NetworkAddress.own())
    // A card that cannot be read is one of nobody who listens.
    let cards = try group.gather(card.bytes).map { WatchCard($0) ?? WatchCard(port: 0, addresses: []) }
    let loop = WatchLoop(rank: group.rank, cards: cards, listener: listening?.socket)
    var isConnected = group.rank == 0 && listening != nil
    if group.rank > 0, let loop, let first = WatchContact.reach([0], from: group.rank, cards, milliseconds: ProcessWatch.patience) {
      loop.add(first.socket, rank: 0)
      isConnected = true
    }
    thread = loop.flatMap { loop in ProcessWatch.startThread(loop).map { (loop, $0) } }
    self.isConnected = isConnected && thread != nil
    let answers = try group.gather([self.isConnected ? 1 : 0])
    let missing = answers.indices.filter { answers[$0] != [1] }
    notes = group.rank == 0 && !missing.isEmpty ? [ProcessWatch.note(missing, of: group.count)] : []
    guard let loop = thread?.loop else { return }
    Terminations.notify(loop.wakingDescriptor)
    LibraryAborts.waitForWatch()
    guard let group = group as? MPIProcessGroup else { return }
    group.patience.store(ProcessWatch.callPatience, ordering: .relaxed)
    if !missing.isEmpty { loop.endUnconnected { group.endAll(exitCode: $0) } }
  }

  /// Prints a message, once for all processes, and ends all of them with a code. Where several processes call it, the first message counts.
  package func fail(_ text: String, exitCode: Int32) -> Never {
    guard let thread, isConnected, !hasFinished.load(ordering: .relaxed) else {
      ProcessEnd.write(text)
      if group.count > 1, !hasFinished.load(ordering: .relaxed) { (group as? MPIProcessGroup)?.endAll(exitCode: exitCode) }
      ProcessEnd.now(exitCode)
    }
    thread.loop.send(.fail(text: text, code: exitCode))
    // The thread ends the process.
    while true { pause() }
  }

  /// Leaves MPI and ends the watch, at the end of a process where all went well: every process calls it. Throws M1703 where MPI reports an error.
  package func finish() throws {
    try (group as? MPIProcessGroup)?.finish()
    guard let thread, !hasFinished.exchange(true, ordering: .relaxed) else { return }
    thread.loop.send(.finish)
    pthread_join(thread.id, nil)
    Terminations.restore()
  }

  // MARK: Messages

  /// The error of processes that have ended before the others.
  package static func ended(_ ranks: [Int], of count: Int, isSilent: Bool = false) -> MartletError {
    let what =
      if isSilent { ranks.count == 1 ? "does not answer" : "do not answer" } else { ranks.count == 1 ? "has ended" : "have ended" }
    return MartletError(
      MPIErrorCode.processEnded,
      "\(names(ranks)) of \(count), numbered from 0, \(what); the checkpoint, if there is one, is as it was saved last")
  }

  static func printed(_ error: MartletError) -> String { "error \(error.code): \(error)" }

  static func note(_ ranks: [Int], of count: Int) -> String {
    guard !ranks.contains(0) else { return "process 0 cannot be reached by the others: when a process ends, only mpirun ends the others" }
    let ending = ranks.count == 1 ? "when it ends" : "when one of them ends"
    return "\(names(ranks)) of \(count), numbered from 0, cannot connect to process 0: \(ending), only mpirun ends the others"
  }

  /// `process 2`, `processes 2 and 3`, `processes 2, 3, 4 and 12 more`.
  private static func names(_ ranks: [Int]) -> String {
    let shown = ranks.count > 4 ? Array(ranks.prefix(3)) : ranks
    let rest = ranks.count > shown.count ? ["\(ranks.count - shown.count) more"] : []
    let parts = shown.map(String.init) + rest
    guard parts.count > 1, let last = parts.last else { return "process \(parts.first ?? "")" }
    return "processes \(parts.dropLast().joined(separator: ", ")) and \(last)"
  }

  // MARK: System

  private static func startThread(_ loop: WatchLoop) -> pthread_t? {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(loop)
    let status = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<WatchLoop>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return nil
    }
    return thread
  }

  /// A connection for each process.
  private static func allowOpenFiles(for count: Int) {
    var limit = rlimit()
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    let wanted = rlim_t(count * 2 + 1024)
    guard getrlimit(kind, &limit) == 0, limit.rlim_cur < wanted else { return }
    limit.rlim_cur = min(wanted, limit.rlim_max)
    setrlimit(kind, &limit)
  }
}
