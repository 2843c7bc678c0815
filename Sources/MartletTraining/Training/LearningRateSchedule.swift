import Glibc
import MartletCore

/// The learning rate from step to step. It is an input of the step's graph, so that no schedule compiles anything.
public struct LearningRateSchedule: Hashable, Sendable {
  /// How the rate goes after the warm-up.
  public enum Shape: Hashable, Sendable {
    /// The full rate in every step.
    case constant
    /// Multiplied by `factor` after every so many epochs [torch.optim.lr_scheduler.StepLR].
    case step(epochs: Int, factor: Double)
    /// Half a wave of the cosine from the full rate to zero at the last step of all epochs, wherever the run is stopped
    /// [torch.optim.lr_scheduler.CosineAnnealingLR, in steps]. Source: I. Loshchilov, F. Hutter, "SGDR", 2016.
    case cosine
    /// Half a wave of the cosine to zero, again and again: the first over `epochs` epochs, each other over `growth` times as many as the one
    /// before; computed anew in every step [torch.optim.lr_scheduler.CosineAnnealingWarmRestarts with T_0 and T_mult]. The source is that of
    /// `cosine`.
    case restarts(epochs: Int, growth: Int)
    /// From the full rate divided by `startDivisor` up to the full rate at the share `peak` of all steps, then down to the first rate divided by
    /// `endDivisor` at the last, along half waves of the cosine [torch.optim.lr_scheduler.OneCycleLR with pct_start, div_factor and
    /// final_div_factor]. Source: L. N. Smith, N. Topin, "Super-Convergence", 2017.
    case oneCycle(peak: Double = 0.3, startDivisor: Double = 25, endDivisor: Double = 1e4)
    /// Multiplied by `factor` after every epoch [torch.optim.lr_scheduler.ExponentialLR].
    case exponential(factor: Double)
    /// Evenly from the full rate to zero after the last step of all epochs [torch.optim.lr_scheduler.LinearLR from 1 to 0, in steps].
    case linear
    /// Multiplied by `factor`, but not below the rate `minimum`, when the monitored value of the validations stops to improve
    /// [torch.optim.lr_scheduler.ReduceLROnPlateau]. `martlet train` keeps a `ReduceOnPlateau` for it; `factor(step:stepsPerEpoch:total:)` is
    /// the warm-up alone, for a loop of your own that has one.
    case plateau(factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0)
  }

  package var shape: Shape
  /// Over so many first steps the rate grows evenly from nearly zero [torch.optim.lr_scheduler.LinearLR]. `cosine`, `restarts`, `oneCycle` and
  /// `linear` begin after them, `step` and `exponential` count epochs from the first step.
  package var warmUpSteps: Int

  /// A shape behind a warm-up: over the first `warmUpSteps` steps the rate grows evenly from nearly zero
  /// [torch.optim.lr_scheduler.LinearLR]. `cosine`, `restarts`, `oneCycle` and `linear` begin after them, `step` and `exponential` count epochs
  /// from the first step.
  public init(_ shape: Shape = .constant, warmUpSteps: Int = 0) {
    self.shape = shape
    self.warmUpSteps = warmUpSteps
  }

  /// As text, with all numbers that decide the rates of a run of so many epochs: `step (3 epochs, factor 0.1), warm-up 100`.
  package func summary(epochs total: Int) -> String {
    let text =
      switch shape {
      case .constant: "constant"
      case .step(let epochs, let factor): "step (\(epochs) epochs, factor \(factor))"
      case .cosine: "cosine over \(total) epochs"
      case .restarts(let epochs, let growth): "restarts (\(epochs) epochs, growth \(growth))"
      case .oneCycle(let peak, let start, let end): "one-cycle over \(total) epochs (peak \(peak), divisors \(start) and \(end))"
      case .exponential(let factor): "exponential (factor \(factor))"
      case .linear: "linear over \(total) epochs"
      case .plateau(let factor, let patience, let threshold, let cooldown, let minimum):
        "plateau (factor \(factor), patience \(patience), threshold \(threshold), cooldown \(cooldown), minimum \(minimum))"
      }
    return warmUpSteps == 0 ? text : "\(text), warm-up \(warmUpSteps)"
  }

  /// What `summary` writes, for messages.
  static let summaryForms =
    "constant, step (N epochs, factor F), cosine over N epochs, restarts (N epochs, growth M), "
    + "one-cycle over N epochs (peak P, divisors D and E), exponential (factor F), "
    + "plateau (factor F, patience N, threshold T, cooldown N, minimum R) or linear over N epochs, each with a warm-up or without"

  /// Whether a text is the summary of some schedule.
  static func isSummary(_ text: String) -> Bool {
    var text = text[...]
    if let warmUp = text.firstMatch(of: /, warm-up [0-9]+$/) { text = text[..<warmUp.range.lowerBound] }
    if text.wholeMatch(of: /constant|step \([0-9]+ epochs, factor [^ ]+\)|exponential \(factor [^ ]+\)/) != nil {
      return areNumbers(text, after: "factor") { $0 > 0 }
    }
    if text.wholeMatch(of: /one-cycle over [0-9]+ epochs \(peak [^ ]+, divisors [^ ]+ and [^ ]+\)/) != nil {
      return areNumbers(text, after: "peak") { $0 > 0 && $0 < 1 } && areNumbers(text, after: "divisors") { $0 > 0 }
        && areNumbers(text, after: "and") { $0 > 0 }
    }
    let numbers = /plateau \(factor [^ ]+, patience [0-9]+, threshold [^ ]+, cooldown [0-9]+, minimum [^ ]+\)/
    if text.wholeMatch(of: numbers) != nil {
      return areNumbers(text, after: "factor") { $0 > 0 && $0 < 1 } && areNumbers(text, after: "threshold") { $0 >= 0 && $0 < 1 }
        && areNumbers(text, after: "minimum") { $0 >= 0 }
    }
    // Checkpoints before the length was kept say just cosine.
    return text.wholeMatch(of: /cosine( over [0-9]+ epochs)?|linear over [0-9]+ epochs|restarts \([0-9]+ epochs, growth [0-9]+\)/) != nil
  }

  /// Whether each word after this one is a finite number that passes a test; punctuation behind it does not count.
  private static func areNumbers(_ text: Substring, after mark: String, _ test: (Double) -> Bool) -> Bool {
    let words = text.split(separator: " ")
    return words.indices.dropLast().filter { words[$0] == mark || words[$0].hasSuffix("(\(mark)") }.allSatisfy { position in
      var word = words[position + 1]
      if word.hasSuffix(")") || word.hasSuffix(",") { word.removeLast() }
      return Double(word).map { $0.isFinite && test($0) } ?? false
    }
  }

  /// As the command line calls them.
  package static let names = ["constant", "step", "cosine", "restarts", "one-cycle", "exponential", "linear", "plateau"]

  /// The factor of the rate in a step, which counts from 1 over all epochs, of a run whose epochs have
  /// `total` steps.
  public func factor(step: Int, stepsPerEpoch: Int, total: Int) -> Double {
    if step <= warmUpSteps { return Double(step) / Double(warmUpSteps) }
    let remaining = total - warmUpSteps
    // Steps since the warm-up; a run may go on behind the last one that the schedule knows.
    let position = step - 1 - warmUpSteps
    switch shape {
    case .constant, .plateau: return 1
    case .step(let epochs, let factor): return pow(factor, Double((step - 1) / max(LearningRateSchedule.product(epochs, stepsPerEpoch), 1)))
    case .exponential(let factor): return pow(factor, Double((step - 1) / max(stepsPerEpoch, 1)))
    case .cosine: return remaining > 0 ? LearningRateSchedule.halfWave(min(position, remaining), of: remaining) : 1
    case .linear: return remaining > 0 ? 1 - Double(min(position, remaining)) / Double(remaining) : 1
    case .restarts(let epochs, let growth):
      var (begin, length) = (0, max(LearningRateSchedule.product(epochs, stepsPerEpoch), 1))
      if growth <= 1 { return LearningRateSchedule.halfWave(position % length, of: length) }
      while position - begin >= length {
        begin += length
        length = LearningRateSchedule.product(length, growth)
      }
      return LearningRateSchedule.halfWave(position - begin, of: length)
    case .oneCycle(let peak, let startDivisor, let endDivisor):
      guard remaining > 0 else { return 1 }
      let (start, last) = (1 / startDivisor, Double(remaining - 1))
      let top = peak * Double(remaining) - 1
      let here = Double(min(position, remaining - 1))
      // Between two values along half a wave, as PyTorch places it: the top may lie between two steps.
      func between(_ a: Double, _ b: Double, _ part: Double) -> Double { b + (a - b) / 2 * (1 + cos(Double.pi * part)) }
      if here <= top { return top > 0 ? between(start, 1, here / top) : 1 }
      return last > top ? between(1, start / endDivisor, (here - top) / (last - top)) : 1
    }
  }

  /// From 1 at the beginning to 0 after so many steps.
  private static func halfWave(_ position: Int, of length: Int) -> Double { (1 + cos(Double.pi * Double(position) / Double(length))) / 2 }

  /// The product, or the largest integer where it does not fit.
  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }
}
