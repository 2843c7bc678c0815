/// Errors of files, whatever they hold.
package enum FileErrorCode: Int, ErrorCode {
  case inaccessible = 101
  case notAFile = 102
  case tooLarge = 103
  case notText = 104
  case malformedArray = 105
  case elementOutOfRange = 106

  package var explanation: ErrorExplanation {
    switch self {
    case .inaccessible:
      ErrorExplanation(
        .invalidInput, "The system refuses to open, read or write the file: the message has its reason.",
        "Correct the path or its permissions, or make room on the disk.")
    case .notAFile:
      ErrorExplanation(
        .invalidInput, "The path names a folder, a pipe or a device where a file was expected.",
        "Name a file.")
    case .tooLarge:
      ErrorExplanation(
        .invalidInput, "The file is larger than any of its kind.",
        "Check that it is the right file.")
    case .notText:
      ErrorExplanation(
        .invalidInput, "The file is not UTF-8 text.",
        "Name a text file in UTF-8; from Latin-1: iconv -f latin1 -t utf8.")
    case .malformedArray:
      ErrorExplanation(
        .invalidInput, "The file is no .npy file that can be read: a version, type or length that is not supported.",
        "Save it with numpy.save as an array of floats, integers or bools.")
    case .elementOutOfRange:
      ErrorExplanation(
        .invalidInput, "A .npy file has an integer that i32, which integers are read as, cannot hold.",
        "Correct the number, or save the array as float32: x.astype(numpy.float32).")
    }
  }
}
