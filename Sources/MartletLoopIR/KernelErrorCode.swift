import MartletCore

/// Errors of kernels in loop IR.
package enum KernelErrorCode: Int, ErrorCode {
  case expressionType = 601
  case unknownBuffer = 602
  case functionType = 603
  case verification = 604
  case arguments = 605
  case execution = 606

  package var explanation: ErrorExplanation {
    switch self {
    case .expressionType:
      ErrorExplanation(
        .invalidInput, "An expression of a kernel combines types that do not go together.",
        "Convert one of the operands.")
    case .unknownBuffer:
      ErrorExplanation(
        .invalidInput, "A kernel reads or writes memory that it does not have here.",
        "Declare it as a parameter or an alloc.")
    case .functionType:
      ErrorExplanation(
        .lowering, "A function of a kernel is computed of a value that is no floating-point number.",
        "Convert it first.")
    case .verification:
      ErrorExplanation(
        .lowering, "A kernel is not valid: an index out of range, memory that nobody writes, a race between iterations.",
        "Report it with the kernel: martlet dump --stage kernels.")
    case .arguments:
      ErrorExplanation(
        .checkFailed, "A kernel was given tensors that it does not take.",
        "Give one tensor a parameter, of its type.")
    case .execution:
      ErrorExplanation(
        .checkFailed, "The interpreter of kernels met an access out of range or memory without a value.",
        "Report it with the kernel: martlet dump --stage kernels.")
    }
  }
}
