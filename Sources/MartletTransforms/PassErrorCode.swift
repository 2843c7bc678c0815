import MartletCore

/// Errors of passes over graphs.
package enum PassErrorCode: Int, ErrorCode {
  case noGradients = 501
  case gradientNorm = 502
  case noLoss = 503
  case lossIsNoScalar = 504
  case alreadyDifferentiated = 505
  case noDerivative = 506
  case adjoints = 507
  case unknownPass = 508
  case passArgument = 509
  case invalidGraphMade = 510
  case bisected = 511
  case gradientBound = 512
  case averageDecay = 513
  case noUpdates = 514

  package var explanation: ErrorExplanation {
    switch self {
    case .noGradients:
      ErrorExplanation(
        .invalidInput, "A pass needs gradients, and the graph has none.",
        "Run the pass differentiate first.")
    case .gradientNorm:
      ErrorExplanation(
        .usage, "Gradients can be clipped to a positive norm only.",
        "Give a positive number.")
    case .noLoss:
      ErrorExplanation(
        .invalidInput, "A graph without a result 'loss' cannot be differentiated.",
        "Name a scalar result loss.")
    case .lossIsNoScalar:
      ErrorExplanation(
        .invalidInput, "The loss has several elements, or is not a floating-point number.",
        "Reduce it with reduce_mean or reduce_sum.")
    case .alreadyDifferentiated:
      ErrorExplanation(
        .invalidInput, "The graph has a gradient already.",
        "Run differentiate once.")
    case .noDerivative:
      ErrorExplanation(
        .invalidInput, "The loss depends on a parameter through an operation without a derivative.",
        "Compute the loss without it, or read inputs through it only.")
    case .adjoints:
      ErrorExplanation(
        .checkFailed, "The adjoints of an operation differ from its operands in number or type: a mistake in the operation.",
        "Correct differentiate of the operation.")
    case .unknownPass:
      ErrorExplanation(
        .usage, "No pass has this name.",
        "martlet opt --list-passes lists the passes.")
    case .passArgument:
      ErrorExplanation(
        .usage, "A pass was given an argument that it does not take.",
        "Write the pass as martlet opt --help shows.")
    case .invalidGraphMade:
      ErrorExplanation(
        .checkFailed, "A pass made a graph that is not valid, or that does not survive printing and parsing: a mistake in the pass.",
        "Report it with the graph: martlet opt --print-after-all shows where, and the graph before the pass is kept.")
    case .bisected:
      ErrorExplanation(
        .checkFailed, "opt --bisect found a pass or a kernel that changes results: a mistake in it.",
        "Start with the rewrite that the message names.")
    case .gradientBound:
      ErrorExplanation(
        .usage, "The elements of gradients can be clipped to a positive bound only.",
        "Give a positive number that the type of the gradients holds.")
    case .averageDecay:
      ErrorExplanation(
        .usage, "The decay of moving averages is at least 0 and below 1.",
        "Give a number such as 0.999.")
    case .noUpdates:
      ErrorExplanation(
        .invalidInput, "A pass needs updated parameters, and the graph has none.",
        "Run the passes differentiate and apply-optimizer first.")
    }
  }
}
