import Glibc
import MartletCore

/// The learning rate from step to step. It is an input of the step's graph, so that no schedule compiles anything.
public struct LearningRateSchedule: Hashable, Sendable {
  public enum Shape: Hashable, Sendable {
    case constant
    /// Multiplied by `factor` after every so many epochs [torch.optim.lr_scheduler.StepLR].
    case step(epochs: Int, factor: Double)
    /// Half a wave of the cosine from the full rate to zero at the last step of all epochs, wherever the run is stopped
    /// [torch.optim.lr_scheduler.CosineAnnealingLR, in steps]. Source: I. Loshchilov, F. Hutter, "SGDR", 2016.
    case cosine
  }

  public var shape: Shape
  /// Over so many first steps the rate grows evenly from nearly zero [torch.optim.lr_scheduler.LinearLR].
  public var warmUpSteps: Int

  public init(_ shape: Shape = .constant, warmUpSteps: Int = 0) {
    self.shape = shape
    self.warmUpSteps = warmUpSteps
  }

  /// As text, with all numbers that decide the rates of a run of so many epochs: `step (3 epochs, factor 0.1), warm-up 100`.
  public func summary(epochs total: Int) -> String {
    let text =
      switch shape {
      case .constant: "constant"
      case .step(let epochs, let factor): "step (\(epochs) epochs, factor \(factor))"
      case .cosine: "cosine over \(total) epochs"
      }
    return warmUpSteps == 0 ? text : "\(text), warm-up \(warmUpSteps)"
  }

  /// Whether a text is the summary of some schedule.
  static func isSummary(_ text: String) -> Bool {
    // Checkpoints before the length was kept say just cosine.
    let pattern = /(constant|step \([0-9]+ epochs, factor (?<factor>[-+.0-9a-z]+)\)|cosine( over [0-9]+ epochs)?)(, warm-up [0-9]+)?/
    guard let match = text.wholeMatch(of: pattern) else { return false }
    guard let factor = match.output.factor else { return true }
    return Double(factor).map { $0.isFinite && $0 > 0 } ?? false
  }

  public static let names = ["constant", "step", "cosine"]

  /// The factor of the rate in a step, which counts from 1 over all epochs, of a run whose epochs have
  /// `total` steps.
  public func factor(step: Int, stepsPerEpoch: Int, total: Int) -> Double {
    if step <= warmUpSteps { return Double(step) / Double(warmUpSteps) }
    switch shape {
    case .constant: return 1
    case .step(let epochs, let factor): return pow(factor, Double((step - 1) / max(stepsPerEpoch * epochs, 1)))
    case .cosine:
      let remaining = total - warmUpSteps
      guard remaining > 0 else { return 1 }
      return (1 + cos(Double.pi * Double(min(step - 1 - warmUpSteps, remaining)) / Double(remaining))) / 2
    }
  }
}
