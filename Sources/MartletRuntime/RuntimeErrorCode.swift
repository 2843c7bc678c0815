import MartletCore

/// Errors of running programs.
package enum RuntimeErrorCode: Int, ErrorCode {
  case bufferType = 801
  case bufferBytes = 802
  case bufferCount = 803
  case indexOutOfRange = 804
  case memoryPlan = 805
  case noThread = 806
  case damagedProgram = 807
  case sharedBuffer = 808

  package var explanation: ErrorExplanation {
    switch self {
    case .bufferType:
      ErrorExplanation(
        .invalidInput, "A buffer has the wrong type.",
        "Make the buffer with the type that the message names.")
    case .bufferBytes:
      ErrorExplanation(
        .invalidInput, "More or fewer bytes were copied than a buffer has.",
        "Copy as many bytes as the type takes.")
    case .bufferCount:
      ErrorExplanation(
        .invalidInput, "A program was run with more or fewer buffers than it has parameters and results.",
        "Give one buffer for each parameter, and one for each result that updates none.")
    case .indexOutOfRange:
      ErrorExplanation(
        .invalidInput, "An integer that is used as an index is out of range.",
        "Correct the data: labels and indices count from 0.")
    case .memoryPlan:
      ErrorExplanation(
        .checkFailed, "Two values would share memory while both are needed: a mistake in the planner.",
        "Report it with the plan: martlet dump --stage plan.")
    case .noThread:
      ErrorExplanation(
        .unavailable, "The system refuses to start more threads.",
        "Use fewer: --threads 1.")
    case .damagedProgram:
      ErrorExplanation(
        .lowering, "A kernel would be given memory that it was not compiled for: a mistake in the compiler.",
        "Report it with the graph: martlet dump --stage optimized.")
    case .sharedBuffer:
      ErrorExplanation(
        .invalidInput, "A program was given one buffer for two parameters or results, and it writes one of them.",
        "Make a buffer for each parameter and result.")
    }
  }
}
