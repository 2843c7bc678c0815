import MartletCore

/// Errors of checkpoints and files of weights.
package enum CheckpointErrorCode: Int, ErrorCode {
  case notACheckpoint = 1101
  case otherSettings = 1102
  case malformedHeader = 1103
  case damagedFile = 1104
  case missingTensor = 1105
  case tensorType = 1106
  case entryValue = 1107

  package var explanation: ErrorExplanation {
    switch self {
    case .notACheckpoint:
      ErrorExplanation(
        .invalidInput, "The file has weights but is not a checkpoint of a training run.",
        "Use a file that train --checkpoint wrote.")
    case .otherSettings:
      ErrorExplanation(
        .invalidInput, "The checkpoint was made with other options: continuing would not give the same numbers.",
        "Resume with the same options, or begin a new checkpoint file.")
    case .malformedHeader:
      ErrorExplanation(
        .invalidInput, "The header of the file is not JSON.",
        "The file is damaged: copy it again, or use another one.")
    case .damagedFile:
      ErrorExplanation(
        .invalidInput, "The file is no safetensors file, or an incomplete or damaged one.",
        "The file is damaged: copy it again, or use another one.")
    case .missingTensor:
      ErrorExplanation(
        .invalidInput, "The file lacks a tensor that the model needs.",
        "Use a file of this model, or give the layers the names of the file: names are paths of properties.")
    case .tensorType:
      ErrorExplanation(
        .invalidInput, "A tensor of the file has another type than the model needs.",
        "Use a file of this model, or give its layers the sizes of the file.")
    case .entryValue:
      ErrorExplanation(
        .invalidInput, "An entry of the checkpoint has a value that no training run writes; the message has the entry and what is allowed.",
        "Use another checkpoint; this one is damaged, or belongs to other data.")
    }
  }
}
