import MartletCore

/// Errors of runs of several processes.
package enum MPIErrorCode: Int, ErrorCode {
  case noLibrary = 1701
  case wrongLauncher = 1702
  case libraryCall = 1703
  case processEnded = 1704
  case endedByLauncher = 1705

  package var explanation: ErrorExplanation {
    switch self {
    case .noLibrary:
      ErrorExplanation(
        .unavailable, "mpirun or srun started the process, and the MPI library that belongs to it cannot be loaded.",
        "Install Open MPI (Debian, Ubuntu: apt install openmpi-bin) or MPICH (apt install mpich); MARTLET_MPI may name the library's file.")
    case .wrongLauncher:
      ErrorExplanation(
        .unavailable, "The MPI library does not join the run that mpirun or srun started.",
        "Use the mpirun that belongs to the library: martlet doctor lists what is installed.")
    case .libraryCall:
      ErrorExplanation(
        .unavailable, "The MPI library reports an error; the message has its words.",
        "See whether another process has ended and whether the machines reach each other; go on with --resume.")
    case .processEnded:
      ErrorExplanation(
        .unavailable, "A process of the run has ended before the others, or its machine does not answer.",
        "Go on with --resume, also with fewer processes.")
    case .endedByLauncher:
      ErrorExplanation(
        .unavailable, "mpirun ended the process before all processes had met, as it does when one of them ends.",
        "Read what mpirun says of the others, and start again.")
    }
  }
}
