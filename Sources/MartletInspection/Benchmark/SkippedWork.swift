import MartletCompiler
import MartletRuntime

/// Why kernels do less than is counted for them: a rate of counted operations may then be above what the machine does.
package enum SkippedWork: String, Sendable {
  case winograd
  case pooling

  /// For a person, who reads it behind a mark.
  package var explanation: String {
    switch self {
    case .winograd: "Winograd performs fewer multiplications than the direct form that is counted"
    case .pooling: "a pooling's gradient is 0 but for one element a window: the zeros are counted, and skipped"
    }
  }

  package var mark: String {
    switch self {
    case .winograd: "w"
    case .pooling: "p"
    }
  }

  /// Of some kernels of a program, by what lowering notes of them.
  init?(_ kernels: [Int], of program: Program) {
    let notes = kernels.compactMap { program.kernels[$0].note }
    if notes.contains(where: { $0.contains("Winograd F(") }) {
      self = .winograd
    } else if notes.contains(where: { $0.contains("gradients of the windows that have one") || $0.contains("filter gradient of windows") })
    {
      self = .pooling
    } else {
      return nil
    }
  }
}
