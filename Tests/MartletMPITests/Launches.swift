import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletMPI

/// How the variables of launchers are read, and libraries name themselves.
@Suite struct Launches {
  @Test func launchersAreKnown() {
    func found(_ environment: [String: String]) -> Launch? { Launch.found(in: environment) }
    #expect(found(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"]) == Launch(launcher: .openMPI, rank: 1, count: 4))
    #expect(found(["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"]) == Launch(launcher: .openMPI, rank: 0, count: 1))
    // Open MPI sets those of PMIx, too.
    let both = ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "PMIX_RANK": "1", "PMIX_NAMESPACE": "7"]
    #expect(found(both) == Launch(launcher: .openMPI, rank: 1, count: 2))
    #expect(found(["PMI_RANK": "3", "PMI_SIZE": "4", "PMI_FD": "8"]) == Launch(launcher: .hydra, rank: 3, count: 4))
    let slurm = ["SLURM_PROCID": "2", "SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "3"]
    #expect(found(slurm.merging(["PMI_RANK": "2", "PMI_SIZE": "3"]) { $1 }) == Launch(launcher: .slurm, rank: 2, count: 3))
    #expect(
      found(slurm.merging(["PMIX_RANK": "2", "PMIX_NAMESPACE": "slurm.pmix.7.0"]) { $1 }) == Launch(launcher: .pmix, rank: 2, count: 3))
    #expect(found(["PMIX_RANK": "2", "PMIX_NAMESPACE": "x"]) == Launch(launcher: .pmix, rank: 2, count: nil))
  }

  @Test func othersAreNone() {
    let none: [[String: String]] = [
      [:], ["OMPI_COMM_WORLD_SIZE": "4"], ["OMPI_COMM_WORLD_RANK": "1"], ["PMI_RANK": "1"], ["PMI_SIZE": "2"], ["PMIX_RANK": "1"],
      ["PMIX_NAMESPACE": "x"], ["OMPI_COMM_WORLD_RANK": "4", "OMPI_COMM_WORLD_SIZE": "4"], ["PMI_RANK": "-1", "PMI_SIZE": "2"],
      ["PMI_RANK": "one", "PMI_SIZE": "2"], ["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "99999999999999999999"],
      // The script of a job, and srun without MPI.
      ["SLURM_PROCID": "0", "SLURM_NTASKS": "4"],
    ]
    for environment in none { #expect(Launch.found(in: environment) == nil, "\(environment)") }
    // A count that cannot be is none.
    let wrong = ["PMIX_RANK": "3", "PMIX_NAMESPACE": "x", "SLURM_PROCID": "3", "SLURM_NTASKS": "2"]
    #expect(Launch.found(in: wrong) == Launch(launcher: .pmix, rank: 3, count: nil))
  }

  @Test func librariesOfLaunchers() throws {
    for launcher in Launch.Launcher.allCases {
      let launch = Launch(launcher: launcher, rank: 0, count: 2)
      let error = #expect(throws: MartletError.self) { try MPIProcessGroup.started(launch, library: "/none/libmpi.so") }
      #expect(error?.number == 1701 && error?.exitCode == 5)
      #expect(error?.message.contains("/none/libmpi.so: cannot open shared object file") == true, "\(error?.message ?? "")")
    }
    for launcher in Launch.Launcher.allCases { #expect(!MPILibrary.candidates(for: launcher).names.isEmpty && !launcher.name.isEmpty) }
    #expect(MPILibrary.candidates(for: .openMPI).names.first == "libmpi.so.40")
    #expect(MPILibrary.candidates(for: .hydra).names.first == "libmpich.so.12")
  }

  /// Programs by their names, links to those of Open MPI and Hydra; what cannot be run is none.
  @Test func launchersOnThePath() throws {
    let folder = try Repository.TemporaryFolder()
    func make(_ name: String, mode: Int = 0o755) throws {
      try FileBytes.write([], to: "\(folder.path)/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(folder.path)/\(name)")
    }
    for name in ["orterun", "mpiexec.hydra", "srun"] { try make(name) }
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/mpirun", withDestinationPath: "orterun")
    try make("mpirun.mpich", mode: 0o644)
    #expect(Launch.installed(searchPath: "/none:\(folder.path)") == ["mpirun (Open MPI)", "mpiexec.hydra (MPICH)", "srun"])
    #expect(Launch.installed(searchPath: "/none") == [])
  }

  @Test func versions() {
    let versions = [
      "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022": "Open MPI 4.1.4",
      "MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n": "MPICH 4.0.2",
      "MPICH Version:      4.3.0\n": "MPICH 4.3.0",
      "Intel(R) MPI Library 2021.9 for Linux* OS\n": "Intel(R) MPI Library 2021.9 for Linux* OS",
      "MVAPICH2 Version :     2.3.7\nMVAPICH2 Release date : x": "MVAPICH2 2.3.7", "": "an MPI library",
    ]
    for (text, short) in versions { #expect(MPILibrary.shortened(text) == short) }
  }
}
