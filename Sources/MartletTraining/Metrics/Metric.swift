import MartletCore

/// A number that tells how good a model is, gathered batch by batch: a value type, of which each validation begins with a fresh copy.
///
/// ```swift
/// struct MeanMargin: Metric {
///   let name = "margin"
///   let direction = MetricDirection.larger
///   private var (sum, count) = (0.0, 0)
///   mutating func add(outputs: HostTensor, labels: [Int32]) throws { … }
///   var value: Double { sum / Double(count) }
/// }
/// ```
public protocol Metric: Sendable {
  /// As logs and the command line call it, without blanks: `accuracy`, `top-5`.
  var name: String { get }
  /// Which values are the better ones.
  var direction: MetricDirection { get }
  /// Adds a batch: what the model gives, f32 or f64 of shape `[N, classes]`, logits for the metrics of this module, and the N labels. Throws
  /// where they do not fit.
  mutating func add(outputs: HostTensor, labels: [Int32]) throws
  /// Of all samples added so far; NaN where there are none.
  var value: Double { get }
}

extension Metric {
  /// Whether `a` is the better value of this metric. NaN is worse than every number.
  public func isBetter(_ a: Double, than b: Double) -> Bool { direction.isBetter(a, than: b) }
}

/// Which values of a metric are the better ones.
public enum MetricDirection: String, CaseIterable, Hashable, Sendable {
  /// As of a loss, or as of an accuracy.
  case smaller, larger

  /// Whether `a` is better than `b`. NaN is worse than every number, and no better than itself.
  package func isBetter(_ a: Double, than b: Double) -> Bool {
    if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN }
    switch self {
    case .smaller: return a < b
    case .larger: return a > b
    }
  }

  /// What every number is better than.
  package var worst: Double { self == .smaller ? .infinity : -.infinity }
}

/// The metrics of this module by their names, for a command line.
public enum MetricNames {
  /// What `metric(named:)` takes; K is a number of at least 1, C a class.
  package static let forms = [
    "accuracy", "top-K", "precision", "recall", "f1", "precision-C", "recall-C", "f1-C", "perplexity", "loss",
  ]

  /// A fresh metric: `top-5`, or `recall-3` for the recall of class 3. Throws M1208 where there is none of this name.
  public static func metric(named name: String, ignoring ignored: Int32? = nil) throws -> any Metric {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    let number = parts.count == 2 ? Int(parts[1]) : nil
    let averaging = number.map(ClassAveraging.class) ?? .macro
    let isWhole = parts.count == 1 || number.map { $0 >= 0 } ?? false
    switch parts.first.map(String.init) {
    case "accuracy" where parts.count == 1: return Accuracy(ignoring: ignored)
    case "loss" where parts.count == 1: return MeanLoss(ignoring: ignored)
    case "perplexity" where parts.count == 1: return Perplexity(ignoring: ignored)
    case "precision" where isWhole: return Precision(averaging, ignoring: ignored)
    case "recall" where isWhole: return Recall(averaging, ignoring: ignored)
    case "f1" where isWhole: return F1(averaging, ignoring: ignored)
    case "top": if let number, number >= 1 { return TopK(number, ignoring: ignored) }
    default: break
    }
    throw MartletError(
      TrainingErrorCode.unknownMetric, "unknown metric '\(name)'", advice: KnownNames.advice("metrics", forms, insteadOf: name))
  }
}
