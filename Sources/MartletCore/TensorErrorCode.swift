/// Errors of tensors in host memory.
package enum TensorErrorCode: Int, ErrorCode {
  case elementCount = 151
  case byteCount = 152
  case noMemory = 153

  package var explanation: ErrorExplanation {
    switch self {
    case .elementCount:
      ErrorExplanation(
        .invalidInput, "A tensor was made of more or fewer elements than its shape holds.",
        "Give as many elements as the product of the extents.")
    case .byteCount:
      ErrorExplanation(
        .invalidInput, "A tensor was made of more or fewer bytes than its type takes.",
        "Give as many bytes as the type takes.")
    case .noMemory:
      ErrorExplanation(
        .unavailable, "A tensor or the memory of a program takes more than the machine has, or than the process may use.",
        "Make the batch, the model or the data smaller.")
    }
  }
}
