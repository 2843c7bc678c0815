/// Errors of IR text, of graphs and of kernels: each with its line and column.
package enum TextErrorCode: Int, ErrorCode {
  case strayByte = 201
  case unexpectedToken = 202
  case definedTwice = 203
  case undefinedName = 204
  case unknownWord = 205
  case malformedNumber = 206
  case impossibleShape = 207
  case resultCount = 208
  case resultType = 209
  case indexArithmetic = 210

  package var explanation: ErrorExplanation {
    switch self {
    case .strayByte:
      ErrorExplanation(
        .invalidInput, "A byte that is no printable ASCII stands in the text.",
        "Remove it; comments are ASCII too.")
    case .unexpectedToken:
      ErrorExplanation(
        .invalidInput, "Another word, number or sign was expected here.",
        "Compare the line with IR/README.md.")
    case .definedTwice:
      ErrorExplanation(
        .invalidInput, "Two values have one name.",
        "Give one of the values another name.")
    case .undefinedName:
      ErrorExplanation(
        .invalidInput, "A value is used that no line before defines.",
        "Define it first, or correct the name.")
    case .unknownWord:
      ErrorExplanation(
        .invalidInput, "A role, element type, statement or function that does not exist.",
        "IR/README.md lists them.")
    case .malformedNumber:
      ErrorExplanation(
        .invalidInput, "A number that cannot be read or does not fit.",
        "Write it as in IR/README.md.")
    case .impossibleShape:
      ErrorExplanation(
        .invalidInput, "A shape with a negative extent, or with more elements than fit any machine.",
        "Correct the extents.")
    case .resultCount:
      ErrorExplanation(
        .invalidInput, "As many results were declared or named as are not returned or made.",
        "Let both lists have one length.")
    case .resultType:
      ErrorExplanation(
        .invalidInput, "The type that is written is not the type that the operation gives.",
        "Write the type that the message names.")
    case .indexArithmetic:
      ErrorExplanation(
        .invalidInput, "An index of a kernel is multiplied, divided or reduced by something that is no constant.",
        "Indices are sums of multiples of loop variables, with constant factors and positive constant divisors.")
    }
  }
}
