import Glibc
import MartletCore
import MartletMPI
import MartletRuntime
import MartletTraining
import Synchronization

/// The processes of a run that `mpirun` or `srun` started, as a command sees them: process 0 alone prints, and an error of one ends all.
final class Machines: Sendable {
  let group: MPIProcessGroup
  private let watch: ProcessWatch

  private static let joined = Mutex<Machines?>(nil)

  /// The processes that this one has joined; nil for a process by itself.
  static var current: Machines? { joined.withLock { $0 } }

  private init(_ group: MPIProcessGroup) throws {
    self.group = group
    watch = try ProcessWatch.start(group)
  }

  /// Joins the processes of the run: every one of them calls it, before it prints anything. Nil, and nothing is loaded, where no launcher started the
  /// process, or one that started no other. Throws M1701 and M1702 where the library of the launcher cannot be used.
  static func join() throws -> Machines? {
    if let current { return current }
    guard let group = try MPIProcessGroup.started() else { return nil }
    guard group.count > 1 else {
      // The launcher expects that the process leaves what it has joined.
      try group.finish()
      return nil
    }
    if group.rank > 0 { Output.isSilent = true }
    let machines = try Machines(group)
    joined.withLock { $0 = machines }
    for note in machines.watch.notes { Output.error("note: \(note)") }
    return machines
  }

  /// Prints the error of a process once, and ends all processes with its code.
  func fail(_ text: String, exitCode: Int32) -> Never { watch.fail(text, exitCode: exitCode) }

  /// Leaves the run, where all went well.
  func finish() throws { try watch.finish() }
}
