import MartletCore

/// A learning rate that is reduced when a measured value stops to improve [torch.optim.lr_scheduler.ReduceLROnPlateau with its defaults: a
/// relative threshold, changes of at most 1e-8 left out].
///
/// ```swift
/// var plateau = ReduceOnPlateau(rate: 0.1, patience: 2)
/// for (x, y) in batches { try step(x, y, learningRate: plateau.rate) }
/// plateau.observe(validation.loss)                              // after each epoch
/// ```
public struct ReduceOnPlateau: Hashable, Sendable {
  /// The rate of the steps until the next value.
  public private(set) var rate: Double
  /// The rate at the beginning.
  private let initial: Double
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let cooldown: Int
  private let minimum: Double
  private let direction: MetricDirection
  /// The best value so far; infinite before the first.
  private var best: Double
  /// Values in a row without an improvement.
  private var waited = 0
  /// Values to come that do not count, because the rate was reduced a short time ago.
  private var cooling = 0

  /// Changes of the rate by no more than this are left out.
  private static let smallestChange = 1e-8

  /// A rate that is multiplied by `factor`, but not below `minimum`, after more than `patience` values in a row that are not better than the
  /// best by the share `threshold` of it; the `cooldown` values after that do not count.
  ///
  /// A factor that is not between 0 and 1 counts as 1, a threshold that is not between 0 and 1 and numbers below 0 count as 0.
  public init(
    rate: Double, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0,
    direction: MetricDirection = .smaller
  ) {
    (self.rate, initial) = (rate, rate)
    self.factor = factor > 0 && factor < 1 ? factor : 1
    self.patience = max(patience, 0)
    self.threshold = threshold > 0 && threshold < 1 ? threshold : 0
    self.cooldown = max(cooldown, 0)
    self.minimum = minimum > 0 ? minimum : 0
    self.direction = direction
    best = direction.worst
  }

  /// Notes a value; returns whether the rate was reduced. NaN is no improvement.
  @discardableResult
  public mutating func observe(_ value: Double) -> Bool {
    let isImprovement =
      switch direction {
      case .smaller: value < best * (1 - threshold)
      case .larger: value > best * (1 + threshold)
      }
    if isImprovement {
      (best, waited) = (value, 0)
    } else {
      waited += 1
    }
    if cooling > 0 { (cooling, waited) = (cooling - 1, 0) }
    guard waited > patience else { return false }
    (cooling, waited) = (cooldown, 0)
    let reduced = max(rate * factor, minimum)
    guard rate - reduced > ReduceOnPlateau.smallestChange else { return false }
    rate = reduced
    return true
  }

  // MARK: State

  /// What the values so far left, for the metadata of a checkpoint: `rate 0.01 of 0.1, best 0.25, 2 waited, 0 to cool down`. The numbers read
  /// back to the same bits.
  public var state: String { "rate \(rate) of \(initial), best \(best), \(waited) waited, \(cooling) to cool down" }

  /// Continues from the state of another run. A run that began with another rate goes on with the same share of its own. Throws M1107, and
  /// changes nothing, where no run writes the text.
  public mutating func restore(_ text: String) throws {
    let pattern = /rate ([-+.0-9a-z]+) of ([-+.0-9a-z]+), best ([-+.0-9a-z]+), ([0-9]+) waited, ([0-9]+) to cool down/
    guard let match = text.wholeMatch(of: pattern), let rate = Double(match.output.1), let initial = Double(match.output.2),
      let best = Double(match.output.3), let waited = Int(match.output.4), let cooling = Int(match.output.5), !best.isNaN,
      rate.isFinite, initial.isFinite, rate >= 0, rate <= initial, waited <= Int(Int32.max), cooling <= Int(Int32.max)
    else {
      throw MartletError(
        CheckpointErrorCode.entryValue,
        "the state of the plateau schedule is '\(text)'; expected 'rate R of S, best NUMBER, W waited, C to cool down' with 0 <= R <= S")
    }
    self.rate = initial == self.initial || initial == 0 ? rate : self.initial * (rate / initial)
    (self.best, self.waited, self.cooling) = (best, waited, cooling)
  }
}
