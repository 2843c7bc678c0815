import Foundation
import TestSupport
import Testing

/// The launchers of MPI that this machine has, and programs that they start.
enum MPILauncher: String, CaseIterable, CustomTestStringConvertible {
  case openMPI = "Open MPI"
  case mpich = "MPICH"

  static let installed = allCases.filter { $0.path != nil }

  var testDescription: String { rawValue }

  /// `mpirun` of this library.
  var path: String? {
    let names = self == .openMPI ? ["mpirun.openmpi", "mpirun"] : ["mpirun.mpich", "mpiexec.hydra", "mpirun"]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }.first { path in
      guard FileManager.default.isExecutableFile(atPath: path) else { return false }
      let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent
      return target.contains("hydra") == (self == .mpich)
    }
  }

  /// Runs the probe in so many processes; SIGTERM ends the launcher after some seconds, SIGKILL 20 seconds later.
  func run(
    _ count: Int, _ arguments: [String], wrapper: [String] = [], environment: [String: String] = [:], seconds: Int = 60
  ) throws -> ProgramResult {
    // As root and with fewer processors than processes, Open MPI wants to be told that this is meant.
    let allowed = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"].merging(environment) { $1 }
    let options = self == .openMPI ? ["--oversubscribe"] : []
    // Threads of tests block signals, which programs that they start inherit.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    return try runProgram(
      "/usr/bin/env",
      ["timeout", "--kill-after=20", "\(seconds)", path ?? rawValue] + options + ["-n", "\(count)"] + wrapper + [MPILauncher.probe]
        + arguments, environment: allowed)
  }

  /// The program that does what the tests want, beside the tests' own binary.
  static let probe: String = {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let candidates = [folder, Repository.path(".build/release"), Repository.path(".build/x86_64-unknown-linux-gnu/release")]
    return candidates.map { "\($0)/ProcessProbe" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "ProcessProbe"
  }()
}
