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

  /// Throws M1214 unless all processes have the same settings, data and instruction set.
  func expectSame(_ settings: Checkpoint.Settings, _ others: [(String, String)]) throws {
    let entries = settings.entries + others
    let texts = try group.gatherTexts(entries.map { "\($0.0)=\($0.1.replacing("\n", with: " "))" }.joined(separator: "\n"))
    let own = texts[0].split(separator: "\n")
    for (rank, text) in texts.enumerated() where text != texts[0] {
      let other = text.split(separator: "\n")
      let (mine, theirs) = zip(own, other).first { $0 != $1 } ?? (own.last ?? "", other.last ?? "")
      throw MartletError(
        TrainingErrorCode.processesDiffer, "process 0 has \(mine), process \(rank) has \(theirs)",
        advice: theirs.hasPrefix("instruction-set")
          ? "MARTLET_ISA caps the instruction set: give all processes the same one, for example mpirun -x MARTLET_ISA=avx2."
          : "Start all processes with one command, and give all machines the same data and libraries.")
    }
  }
}

extension ProcessGroup {
  /// A text of each process.
  fileprivate func gatherTexts(_ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    let counts = try gather(withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) }).map {
      $0.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let padded = bytes + [UInt8](repeating: 0, count: (counts.max() ?? 0) - bytes.count)
    return zip(counts, try gather(padded)).map { String(decoding: $1.prefix($0), as: UTF8.self) }
  }
}
