import MartletCore

/// Why a schedule is not legal for a product: which step, what is wrong with it, and what would be right.
package struct ContractionRefusal: Error, Hashable, Sendable {
  /// Nil where a step is missing.
  package var step: ContractionSchedule.Step?
  package var reason: String
  package var advice: String

  init(_ step: ContractionSchedule.Step?, _ reason: String, _ advice: String) {
    (self.step, self.reason, self.advice) = (step, reason, advice)
  }

  /// For people who wrote the schedule.
  package func error(at location: SourcePosition?) -> MartletError {
    MartletError(
      ScheduleErrorCode.illegal, step.map { "'\($0)': \(reason)" } ?? reason, at: location, advice: advice)
  }
}

/// Errors of schedules that somebody wrote.
package enum ScheduleErrorCode: Int, ErrorCode {
  case illegal = 705

  package var explanation: ErrorExplanation {
    switch self {
    case .illegal:
      ErrorExplanation(
        .invalidInput, "A schedule cannot be used for the product that it was given for.",
        "Change the step that the message names, or leave the schedule out.")
    }
  }
}
