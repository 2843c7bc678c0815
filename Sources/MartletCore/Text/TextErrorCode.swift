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
  case nestedTooDeeply = 211

  package var explanation: ErrorExplanation {
    switch self {
    case .strayByte:
      ErrorExplanation(
        .invalidInput, "The text has a byte that is not printable ASCII.",
        "Remove it; comments are ASCII too.")
    case .unexpectedToken:
      ErrorExplanation(
        .invalidInput, "Something else was expected here; the message says what.",
        "Compare the line with IR/README.md.")
    case .definedTwice:
      ErrorExplanation(
        .invalidInput, "Two values have the same name.",
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
        .invalidInput, "The number of results that are declared or named differs from the number that are made.",
        "Make both lists equally long.")
    case .resultType:
      ErrorExplanation(
        .invalidInput, "The type in the text is not the type that the operation infers.",
        "Write the type that the message names.")
    case .indexArithmetic:
      ErrorExplanation(
        .invalidInput, "An index of a kernel is multiplied, divided or reduced by something that is not a constant.",
        "Indices are sums of multiples of loop variables, with constant factors and positive constant divisors.")
    case .nestedTooDeeply:
      ErrorExplanation(
        .invalidInput, "Loops, conditions or parentheses of a kernel are nested more deeply than any kernel needs.",
        "Give a part of the expression a name with 'let', or write fewer levels.")
    }
  }
}
