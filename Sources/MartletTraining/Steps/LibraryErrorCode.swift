import MartletCore

/// Errors of variables, training steps and functions.
package enum LibraryErrorCode: Int, ErrorCode {
  case duplicateName = 1501
  case unknownVariable = 1502
  case inUse = 1503
  case inputCount = 1504
  case inputType = 1505
  case nothingToTrain = 1506

  package var explanation: ErrorExplanation {
    switch self {
    case .duplicateName:
      ErrorExplanation(
        .usage, "Two variables, inputs or results have the same name.",
        "Give them different names.")
    case .unknownVariable:
      ErrorExplanation(
        .usage, "A variable is named that no layer has.",
        "Names are paths of properties, as in PyTorch: 'features.0.weight'.")
    case .inUse:
      ErrorExplanation(
        .usage, "A training step began while another step or a function used the same variables.",
        "Run steps one after the other; functions may run beside one another, not beside a step.")
    case .inputCount:
      ErrorExplanation(
        .usage, "A step or function was called with more or fewer inputs than it was made for.",
        "Give one tensor or array for each input, in order.")
    case .inputType:
      ErrorExplanation(
        .invalidInput, "An input or variable was given numbers of the wrong type, or the wrong number of them.",
        "Give whole samples of the element type that `inputs:` names.")
    case .nothingToTrain:
      ErrorExplanation(
        .usage, "The loss of a training step depends on no parameter that it trains.",
        "Call the model inside of the step's function; `training:` names what is trained.")
    }
  }
}
