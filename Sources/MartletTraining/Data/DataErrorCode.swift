import MartletCore

/// Errors of data sets.
public enum DataErrorCode: Int, ErrorCode {
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

  public var explanation: ErrorExplanation {
    switch self {
    case .malformedGzip:
      ErrorExplanation(
        .invalidInput, "A gzip file is incomplete or damaged.",
        "Download it again: Tools/setup.")
    case .malformedIDX:
      ErrorExplanation(
        .invalidInput, "A file is not an IDX file with the expected number of axes.",
        "Download it again: Tools/setup.")
    case .malformedRecords:
      ErrorExplanation(
        .invalidInput, "A CIFAR-10 file does not have a whole number of records.",
        "Download it again.")
    case .labelOutOfRange:
      ErrorExplanation(
        .invalidInput, "A label is 10 or more.",
        "Use data of ten classes.")
    case .setsDiffer:
      ErrorExplanation(
        .invalidInput, "Training and test images differ in shape.",
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
        .invalidInput, "None of the folders that were searched holds a data set.",
        "Run Tools/setup, or name a folder with --data.")
    case .imageShape:
      ErrorExplanation(
        .invalidInput, "The images have another shape than the model takes.",
        "Use another model or other images.")
    }
  }
}
