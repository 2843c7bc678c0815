import MartletCore

/// The share of samples whose label is the class with the highest score; of equal scores the lower class counts as the highest
/// [sklearn.metrics.accuracy_score of numpy.argmax].
public struct Accuracy: Metric, BuiltInMetric {
  package var title: String { "accuracy" }
  package var better: MetricDirection { .larger }
  private let ignored: Int32?
  private var (right, count) = (0, 0)

  /// Samples with the label `ignored` do not count.
  public init(ignoring ignored: Int32? = nil) { self.ignored = ignored }

  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws {
    var (right, count) = (right, count)
    try ScoredBatch(outputs, labels, ignoring: ignored).forEach { scores, label in
      count += 1
      if ScoredBatch.highest(scores) == label { right += 1 }
    }
    (self.right, self.count) = (right, count)
  }

  package var gathered: Double { count == 0 ? .nan : Double(right) / Double(count) }
}

/// The share of samples whose label is among the k classes with the highest scores; of equal scores that of the lower class counts as the
/// higher one [sklearn.metrics.top_k_accuracy_score, where no scores are equal]. With as many classes or fewer every label is among them.
public struct TopK: Metric, BuiltInMetric {
  package var better: MetricDirection { .larger }
  /// How many of the highest scores count.
  package let k: Int
  private let ignored: Int32?
  private var (right, count) = (0, 0)

  /// Samples with the label `ignored` do not count. A k below 1 finds no label.
  public init(_ k: Int, ignoring ignored: Int32? = nil) { (self.k, self.ignored) = (k, ignored) }

  package var title: String { "top-\(k)" }

  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws {
    var (right, count) = (right, count)
    try ScoredBatch(outputs, labels, ignoring: ignored).forEach { scores, label in
      count += 1
      if ScoredBatch.rank(of: label, in: scores) < k { right += 1 }
    }
    (self.right, self.count) = (right, count)
  }

  package var gathered: Double { count == 0 ? .nan : Double(right) / Double(count) }
}
