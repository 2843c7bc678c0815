import Glibc
import MartletCore

/// How a process of several was started, as the variables tell that its launcher set.
///
/// Sources: the manual of Open MPI's `mpirun` (OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE), PMI version 1 (PMI_RANK, PMI_SIZE: Hydra, Intel
/// MPI, Flux, Slurm with `--mpi=pmi2`), PMIx (PMIX_NAMESPACE, PMIX_RANK: Slurm with `--mpi=pmix`), `srun` (SLURM_PROCID, SLURM_STEP_NUM_TASKS).
package struct Launch: Hashable, Sendable {
  package enum Launcher: Hashable, Sendable, CaseIterable {
    /// `mpirun` of Open MPI.
    case openMPI
    /// A launcher that speaks PMI: Hydra, MPICH's `mpiexec`, and those of the libraries with its interface.
    case hydra
    /// `srun` with PMI 2.
    case slurm
    /// `srun` with PMIx, or another launcher that speaks it.
    case pmix

    package var name: String {
      switch self {
      case .openMPI: "mpirun of Open MPI"
      case .hydra: "mpirun of MPICH (Hydra)"
      case .slurm: "srun with PMI 2"
      case .pmix: "a launcher with PMIx"
      }
    }
  }

  package var launcher: Launcher
  /// The number of this process, from 0.
  package var rank: Int
  /// How many processes there are; nil where the launcher does not say it in a variable.
  package var count: Int?

  package init(launcher: Launcher, rank: Int, count: Int?) {
    self.launcher = launcher
    self.rank = rank
    self.count = count
  }

  /// The variables that are read.
  package static let variables = [
    "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "PMIX_RANK", "PMIX_NAMESPACE", "SLURM_PROCID",
    "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS",
  ]

  /// Nil where no launcher of MPI started the process. Slurm's own variables do not suffice: the script of a job has them, too.
  package static func found(in environment: [String: String]) -> Launch? {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    func pair(_ launcher: Launcher, _ rank: String, _ count: String) -> Launch? {
      guard let rank = number(rank), let count = number(count), 0..<count ~= rank else { return nil }
      return Launch(launcher: launcher, rank: rank, count: count)
    }
    let isSlurm = number("SLURM_PROCID") != nil
    if let launch = pair(.openMPI, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE") { return launch }
    if let launch = pair(isSlurm ? .slurm : .hydra, "PMI_RANK", "PMI_SIZE") { return launch }
    guard environment["PMIX_NAMESPACE"] != nil, let rank = number("PMIX_RANK"), rank >= 0 else { return nil }
    let count = isSlurm ? number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS") : nil
    return Launch(launcher: .pmix, rank: rank, count: count.flatMap { $0 > rank ? $0 : nil })
  }

  /// The name and the number of processes, for people.
  package var description: String {
    let processes = count.map { "process \(rank) of \($0), numbered from 0" } ?? "process \(rank), numbered from 0"
    return "\(processes), started by \(launcher.name)"
  }

  /// How this process was started; nil where no launcher of MPI did it.
  package static var current: Launch? {
    var environment: [String: String] = [:]
    for name in variables { environment[name] = FileBytes.environment(name) }
    return found(in: environment)
  }

  /// The launchers on the search path, each with the library that it belongs to where its file tells: `mpirun (Open MPI)`, `srun`.
  package static func installed(searchPath: String = FileBytes.environment("PATH") ?? "/usr/bin:/bin") -> [String] {
    let folders = searchPath.split(separator: ":")
    return ["mpirun", "mpirun.openmpi", "mpirun.mpich", "mpiexec.hydra", "srun"].compactMap { name in
      let paths = folders.map { folder in "\(folder)/\(name)" }
      guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { return nil }
      guard name != "srun", let target = realpath(path, nil) else { return name }
      defer { free(target) }
      let program = String(cString: target).split(separator: "/").last.map(String.init) ?? ""
      if ["orterun", "prterun", "prun"].contains(program) || program.contains("openmpi") { return "\(name) (Open MPI)" }
      return program.contains("hydra") ? "\(name) (MPICH)" : name
    }
  }
}
