import MartletCore

/// Errors of data sets.
package enum DataErrorCode: Int, ErrorCode {
  case malformedGzip = 1001
  case malformedIDX = 1002
  case malformedRecords = 1003
  case labelOutOfRange = 1004
  case setsDiffer = 1005
  case missingFile = 1006
  case countsDiffer = 1007
  case noImage = 1008
  case noDataSet = 1009
  case imageShape = 1010

  package var explanation: ErrorExplanation {
    switch self {
    case .malformedGzip:
      ErrorExplanation(
        .invalidInput, "A file is no whole gzip file.",
        "Download it again: Tools/setup.")
    case .malformedIDX:
      ErrorExplanation(
        .invalidInput, "A file is no IDX file of the number of axes that was expected.",
        "Download it again: Tools/setup.")
    case .malformedRecords:
      ErrorExplanation(
        .invalidInput, "A file of CIFAR-10 is no whole number of records.",
        "Download it again.")
    case .labelOutOfRange:
      ErrorExplanation(
        .invalidInput, "A label is 10 or more.",
        "Use data of ten classes.")
    case .setsDiffer:
      ErrorExplanation(
        .invalidInput, "Training and test images have two shapes.",
        "Take both from one set.")
    case .missingFile:
      ErrorExplanation(
        .invalidInput, "A folder lacks a file of the data set.",
        "Run Tools/setup, or name another folder with --data.")
    case .countsDiffer:
      ErrorExplanation(
        .invalidInput, "There are more or fewer labels than images.",
        "Take both files from one set.")
    case .noImage:
      ErrorExplanation(
        .invalidInput, "A file holds no image.",
        "Use a set with images.")
    case .noDataSet:
      ErrorExplanation(
        .invalidInput, "No folder that is looked into holds a data set.",
        "Run Tools/setup, or name a folder with --data.")
    case .imageShape:
      ErrorExplanation(
        .invalidInput, "The images have another shape than the model takes.",
        "Use another model or other images.")
    }
  }
}
