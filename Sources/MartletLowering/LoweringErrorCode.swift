import MartletCore

/// Errors of making kernels of graphs.
package enum LoweringErrorCode: Int, ErrorCode {
  case updatesCannotWait = 701
  case noKernel = 702
  case argumentCount = 703
  case memoryLimit = 704

  package var explanation: ErrorExplanation {
    switch self {
    case .updatesCannotWait:
      ErrorExplanation(
        .lowering, "The loss is ready only when variables have been updated, so it cannot guard the updates.",
        "Train with --nan ignore or --nan warn.")
    case .noKernel:
      ErrorExplanation(
        .lowering, "A kernel of a valid graph cannot be made: a mistake in the compiler.",
        "Report it with the graph: martlet dump --stage optimized.")
    case .argumentCount:
      ErrorExplanation(
        .invalidInput, "A compiled graph was given more or fewer tensors than it has parameters.",
        "Give one tensor for each parameter, in order.")
    case .memoryLimit:
      ErrorExplanation(
        .usage, "A training step takes more memory than it may, whatever is computed twice.",
        "Allow at least the bytes that the message names, or make the batch smaller.")
    }
  }
}
