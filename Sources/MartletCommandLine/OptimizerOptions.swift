import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph

extension UpdateRule {
  /// The same with other numbers; nil keeps one. Throws `.usage` for what the optimizer does not have, and for numbers out of range.
  func with(momentum: Double?, isNesterov: Bool, weightDecay: Double?) throws -> UpdateRule {
    for (option, number) in [("momentum", momentum), ("weight-decay", weightDecay)] {
      guard let number else { continue }
      guard number.isFinite, number >= 0 else {
        throw MartletError(
          UsageErrorCode.optimizerOption, "--\(option) is a number that is not negative, found \(number)", advice: "Give 0 or more.")
      }
    }
    switch self {
    case .adam(let update):
      guard momentum == nil, !isNesterov else {
        throw MartletError(
          UsageErrorCode.optimizerOption, "\(name) has no momentum to set",
          advice: "--momentum belongs to --optimizer sgd and rmsprop, --nesterov to sgd.")
      }
      return .adam(AdamUpdate(weightDecay: weightDecay ?? update.weightDecay.value, isDecoupled: update.isDecoupled))
    case .sgd:
      guard !isNesterov || momentum ?? 0 > 0 else {
        throw MartletError(UsageErrorCode.optimizerOption, "--nesterov needs a momentum", advice: "Give --momentum 0.9, for example.")
      }
      return .sgd(SGDUpdate(momentum: momentum ?? 0, isNesterov: isNesterov, weightDecay: weightDecay ?? 0))
    case .rmsprop:
      guard !isNesterov else {
        throw MartletError(
          UsageErrorCode.optimizerOption, "rmsprop has no Nesterov momentum", advice: "--nesterov belongs to --optimizer sgd.")
      }
      return .rmsprop(RMSpropUpdate(weightDecay: weightDecay ?? 0, momentum: momentum ?? 0))
    }
  }
}
