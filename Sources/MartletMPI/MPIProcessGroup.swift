import CMPI
import Glibc
import MartletCore
import MartletRuntime
import Synchronization

/// The processes that `mpirun` or `srun` started, which exchange messages by MPI.
///
/// Any thread may call, one at a time.
package final class MPIProcessGroup: ProcessGroup, Sendable {
  package let rank: Int
  package let count: Int
  package let library: String
  /// Longer messages go in pieces: MPI counts with 32 bits.
  private let piece: Int
  private let hasFinished = Atomic<Bool>(false)
  /// How long a failed call waits before it throws: where a process has ended, the watch says so first.
  let patience = Atomic<UInt32>(0)

  private static let largestPiece = 1 << 30
  private static let current = Mutex<MPIProcessGroup?>(nil)

  /// The group of this process, which joins it with the first call; nil, with nothing loaded, unless a launcher of MPI started the process. Throws
  /// M1701 where its library cannot be loaded, M1702 where the library does not join the run, M1703 where MPI reports an error.
  package static func started() throws -> MPIProcessGroup? {
    guard let launch = Launch.current else { return nil }
    return try started(launch, library: FileBytes.environment("MARTLET_MPI"))
  }

  /// The same for another launcher, with the file of the library where one is named; messages of more than `piece` bytes are cut.
  package static func started(_ launch: Launch, library: String?, piece: Int = largestPiece) throws -> MPIProcessGroup {
    try current.withLock { current in
      if let current { return current }
      LibraryAborts.keepLibrariesQuiet()
      try MPILibrary.load(for: launch, named: library)
      Terminations.expect(prints: launch.rank == 0)
      var message: UnsafeMutablePointer<CChar>?
      guard mpi_library_initialize(&message) == 0 else {
        throw wrongLauncher("MPI cannot be started: \(MPILibrary.text(message))")
      }
      let group = MPIProcessGroup(piece: piece)
      guard launch.count ?? group.count == group.count, launch.rank == group.rank else {
        throw wrongLauncher(
          "this is \(launch.description), and for \(group.library) it is process \(group.rank) of \(group.count): they do not belong together"
        )
      }
      current = group
      return group
    }
  }

  private init(piece: Int) {
    rank = Int(mpi_library_rank())
    count = Int(mpi_library_size())
    library = MPILibrary.loadedVersion
    self.piece = piece
  }

  package static func wrongLauncher(_ text: String) -> MartletError { MartletError(MPIErrorCode.wrongLauncher, text) }

  package static func callError(_ text: String) -> MartletError { MartletError(MPIErrorCode.libraryCall, "MPI: \(text)") }

  /// What a process prints when SIGTERM comes before there is a watch.
  package static func endedByLauncher() -> MartletError {
    MartletError(
      MPIErrorCode.endedByLauncher, "ended by the program that started it before all processes had met, as when one of them ends")
  }

  fileprivate func failure(_ message: UnsafeMutablePointer<CChar>?) -> MartletError {
    let text = MPILibrary.text(message)
    usleep(patience.load(ordering: .relaxed))
    return MPIProcessGroup.callError(text)
  }

  /// Begins to send and to receive. Throws M1703 where MPI reports an error, or a process or tag is out of range.
  package func begin(_ messages: [ProcessMessage]) throws -> any PendingMessages {
    let largestTag = Int(mpi_library_largest_tag())
    let list = try messages.map { message in
      let (bytes, byteCount, other, tag, isReceived) =
        switch message {
        case .send(let bytes, let other, let tag): (UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, other, tag, false)
        case .receive(let bytes, let other, let tag): (bytes.baseAddress, bytes.count, other, tag, true)
        }
      guard 0..<count ~= other else { throw MPIProcessGroup.callError("there is no process \(other) among \(count)") }
      guard 0...largestTag ~= tag else { throw MPIProcessGroup.callError("the tag \(tag) is out of the range 0 ... \(largestTag)") }
      return mpi_message(bytes: bytes, byte_count: byteCount, is_received: isReceived ? 1 : 0, other: Int32(other), tag: Int32(tag))
    }
    var pending: OpaquePointer?
    var message: UnsafeMutablePointer<CChar>?
    let status = list.withUnsafeBufferPointer { mpi_library_begin($0.baseAddress, $0.count, piece, &pending, &message) }
    guard status == 0, let pending else { throw failure(message) }
    return MPIPendingMessages(pending, of: self)
  }

  /// What each process gave. Throws M1703 where MPI reports an error.
  package func gather(_ own: [UInt8]) throws -> [[UInt8]] {
    let (total, overflow) = own.count.multipliedReportingOverflow(by: count)
    guard !overflow else { throw MPIProcessGroup.callError("\(count) times \(own.count) bytes are more than fit memory") }
    try MachineMemory.expect(total, for: "what \(count) processes exchange")
    var all = [UInt8](repeating: 0, count: total)
    var message: UnsafeMutablePointer<CChar>?
    let status = own.withUnsafeBytes { own in
      all.withUnsafeMutableBytes { all in
        mpi_library_gather(own.baseAddress, own.count, max(piece / count, 1), all.baseAddress, &message)
      }
    }
    guard status == 0 else { throw failure(message) }
    return (0..<count).map { Array(all[$0 * own.count..<($0 + 1) * own.count]) }
  }

  /// Leaves the run when all processes have come here, at the end of a process where all went well; later calls do nothing. Throws M1703.
  package func finish() throws {
    guard !hasFinished.exchange(true, ordering: .relaxed) else { return }
    Terminations.restore()
    var message: UnsafeMutablePointer<CChar>?
    guard mpi_library_barrier(&message) == 0, mpi_library_finalize(&message) == 0 else { throw failure(message) }
  }

  /// Ends all processes by way of the launcher; returns where the library cannot do it.
  func endAll(exitCode: Int32) { mpi_library_end_all(exitCode) }
}

/// Messages that MPI carries.
private final class MPIPendingMessages: PendingMessages {
  private let pending: OpaquePointer
  private let group: MPIProcessGroup

  init(_ pending: OpaquePointer, of group: MPIProcessGroup) {
    self.pending = pending
    self.group = group
  }

  deinit { mpi_library_free(pending) }

  func advance() { mpi_library_advance(pending) }

  /// Throws M1703 where MPI reports an error, or a message has another length.
  func wait() throws {
    var message: UnsafeMutablePointer<CChar>?
    guard mpi_library_wait(pending, &message) == 0 else { throw group.failure(message) }
  }
}
