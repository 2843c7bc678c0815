import MartletCore

/// Errors of training runs.
public enum TrainingErrorCode: Int, ErrorCode {
  case nonFiniteLoss = 1201
  case nonFiniteVariable = 1202
  case interrupted = 1203
  case inconsistentGraph = 1204
  case outputsDiffer = 1205
  case terminated = 1206

  public var explanation: ErrorExplanation {
    switch self {
    case .nonFiniteLoss:
      ErrorExplanation(
        .checkFailed, "The loss is not finite. The step updated nothing; the message names the first operation that is not finite.",
        "A smaller --lr, --clip-norm or --warm-up may help; --nan warn continues. Check the data if it is the first step.")
    case .nonFiniteVariable:
      ErrorExplanation(
        .checkFailed, "An update gave a variable a value that is not finite. It is not saved.",
        "A smaller --lr, --clip-norm or --warm-up may help; --nan warn continues.")
    case .interrupted:
      ErrorExplanation(
        .interrupted, "The user ended the run.",
        "With --checkpoint FILE the state is saved and --resume continues.")
    case .inconsistentGraph:
      ErrorExplanation(
        .checkFailed, "The graph of a model lacks what training needs: a result or a variable.",
        "Let the model return logits, and keep its layers in properties.")
    case .outputsDiffer:
      ErrorExplanation(
        .checkFailed, "Compiled kernels give other numbers than the interpreter.",
        "Report it with the model: nothing was measured.")
    case .terminated:
      ErrorExplanation(
        .terminated, "SIGTERM ended the run.",
        "With --checkpoint FILE the state is saved where that takes less than a second, and --resume continues.")
    }
  }
}
