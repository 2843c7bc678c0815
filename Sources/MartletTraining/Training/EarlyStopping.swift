import MartletCore

/// Ends a run after some validations without an improvement, and knows which validation was the best [EarlyStopping of PyTorch Lightning,
/// with check_finite=False].
///
/// ```swift
/// var stopping = EarlyStopping(patience: 3, direction: .smaller)
/// if stopping.observe(validation.loss) { try save(bestPath) }   // true: the best so far
/// if stopping.shouldStop { break }
/// ```
public struct EarlyStopping: Hashable, Sendable {
  /// How many validations in a row may bring no improvement; the run ends with the last of them.
  package let patience: Int
  /// A value counts as an improvement where it is better than the best by more than this; at least 0.
  package let minimumChange: Double
  /// Which values are the better ones.
  package let direction: MetricDirection
  /// The value of the best validation so far; infinite before the first.
  public private(set) var best: Double
  /// The number of the best validation, from 1; 0 before the first.
  public private(set) var bestValidation = 0
  /// The validations so far.
  package private(set) var validations = 0
  /// The validations since the best one.
  package private(set) var waited = 0

  /// Numbers below 0 count as 0. With a patience of 0 the first validation without an improvement ends the run.
  public init(patience: Int = 3, minimumChange: Double = 0, direction: MetricDirection) {
    self.patience = max(patience, 0)
    self.minimumChange = minimumChange > 0 ? minimumChange : 0
    self.direction = direction
    best = direction.worst
  }

  /// Notes the value of a validation; returns whether it is an improvement. NaN is none.
  @discardableResult
  public mutating func observe(_ value: Double) -> Bool {
    validations += 1
    let isImprovement =
      switch direction {
      case .smaller: value + minimumChange < best
      case .larger: value - minimumChange > best
      }
    if isImprovement {
      (best, bestValidation, waited) = (value, validations, 0)
    } else {
      waited += 1
    }
    return isImprovement
  }

  /// Whether the run should end.
  public var shouldStop: Bool { waited > 0 && waited >= patience }

  // MARK: State

  /// What the validations so far left, for the metadata of a checkpoint: `best 0.25 of validation 3, 5 validations, 2 waited`. The number
  /// reads back to the same bits.
  public var state: String { "best \(best) of validation \(bestValidation), \(validations) validations, \(waited) waited" }

  /// Continues from the state of another run. Throws M1107, and changes nothing, where no run writes the text.
  public mutating func restore(_ text: String) throws {
    let pattern = /best ([-+.0-9a-z]+) of validation ([0-9]+), ([0-9]+) validations, ([0-9]+) waited/
    guard let match = text.wholeMatch(of: pattern), let best = Double(match.output.1), !best.isNaN,
      let bestValidation = Int(match.output.2), let validations = Int(match.output.3), let waited = Int(match.output.4),
      bestValidation <= validations, waited == validations - bestValidation, validations <= Int(Int32.max),
      bestValidation > 0 || best == direction.worst
    else {
      throw MartletError(
        CheckpointErrorCode.entryValue,
        "the state of early stopping is '\(text)'; expected 'best NUMBER of validation B, V validations, W waited' with W = V - B")
    }
    (self.best, self.bestValidation, self.validations, self.waited) = (best, bestValidation, validations, waited)
  }
}
