import MartletCore

/// Errors of training runs.
package enum TrainingErrorCode: Int, ErrorCode {
  case nonFiniteLoss = 1201
  case nonFiniteVariable = 1202
  case interrupted = 1203
  case inconsistentGraph = 1204
  case outputsDiffer = 1205
  case terminated = 1206
  case metricInput = 1207
  case unknownMetric = 1208
  case logColumns = 1209
  case rateRange = 1210
  case outputCount = 1211
  case moreProcesses = 1212
  case microBatchCount = 1213
  case processesDiffer = 1214
  case otherTerms = 1215
  case resultsOfMicroBatches = 1216

  package var explanation: ErrorExplanation {
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
        .terminated, "SIGTERM ended the run, or SIGHUP, which comes when the terminal is closed.",
        "With --checkpoint FILE the state is saved where that takes less than a second, and --resume continues.")
    case .metricInput:
      ErrorExplanation(
        .invalidInput, "A metric was given outputs or labels that do not fit: of another shape or type, or a label that is no class.",
        "Give outputs [N, classes] and N labels from 0 on, and name the label that is to be ignored.")
    case .unknownMetric:
      ErrorExplanation(
        .usage, "No metric has this name.",
        "Name one of those that the message lists.")
    case .logColumns:
      ErrorExplanation(
        .invalidInput, "A CSV log has other columns than the run that is to be added to it, or a row was given that does not fit them.",
        "Give the log of the run that goes on, or the name of a new file.")
    case .outputCount:
      ErrorExplanation(
        .invalidInput, "A model gives another number of outputs than the data have classes, or numbers to predict.",
        "Use a model with as many outputs as the message says.")
    case .moreProcesses:
      ErrorExplanation(
        .usage, "A run has more processes than micro-batches, so that some would have nothing to compute.",
        "Start fewer processes, or divide each batch into as many micro-batches: --accumulate.")
    case .microBatchCount:
      ErrorExplanation(
        .usage, "A batch can be divided into 1 to 65536 micro-batches.",
        "Give a number of this range.")
    case .otherTerms:
      ErrorExplanation(
        .usage,
        "A step's function computes gradients of other parameters for one number of samples than for another, so that micro-batches cannot be added up.",
        "Compute the same for any number of samples, or divide batches into parts of one size.")
    case .resultsOfMicroBatches:
      ErrorExplanation(
        .usage,
        "The shape of a result depends on the number of samples in another way than by rows, so that the results of micro-batches cannot be put together.",
        "Return it with the samples along its first axis, or reduced over them.")
    case .processesDiffer:
      ErrorExplanation(
        .invalidInput, "The processes of a run have other settings, data or instruction sets: their sums would mean nothing.",
        "Start all with one command, on the same data; MARTLET_ISA gives all the same instruction set.")
    case .rateRange:
      ErrorExplanation(
        .usage, "A learning-rate range test was asked for with rates or a number of steps that make no sense.",
        "Give a lowest rate above 0, a highest one above it, and at least 2 steps.")
    }
  }
}
