import MartletCore
import MartletRuntime

/// The comparison of what the processes of a run were started with.
package enum SameSettings {
  /// Throws M1214 unless all processes have the same settings, data and instruction set. All of them call it together; `others` are settings that a
  /// checkpoint does not hold.
  package static func expect(_ settings: Checkpoint.Settings, _ others: [(String, String)], in group: any ProcessGroup) throws {
    let entries = settings.entries + others
    let texts = try group.gatherTexts(entries.map { "\($0.0) = \($0.1.replacing("\n", with: " "))" }.joined(separator: "\n"))
    let first = texts[0].split(separator: "\n")
    for (rank, text) in texts.enumerated() where text != texts[0] {
      let own = text.split(separator: "\n")
      let (one, other) = zip(first, own).first { $0 != $1 } ?? (first.last ?? "", own.last ?? "")
      throw MartletError(
        TrainingErrorCode.processesDiffer, "process 0 has '\(one)', process \(rank) has '\(other)'",
        advice: other.hasPrefix("instruction-set")
          ? "MARTLET_ISA caps the instruction set: give all processes the same one, for example with mpirun -x MARTLET_ISA=avx2."
          : "Start all processes with one command, and give all machines the same data and libraries.")
    }
  }
}
