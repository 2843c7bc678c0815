import MartletCore

/// Of the samples in which a class was found, the share of which it is the label; 0 where it was found in none
/// [sklearn.metrics.precision_score].
public struct Precision: Metric, BuiltInMetric {
  package var better: MetricDirection { .larger }
  package let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  package var title: String { "precision\(averaging.suffix)" }
  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws { try counts.add(outputs, labels) }
  package var gathered: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] { ClassCounts.quotients(counts.both, counts.found) }
}

/// Of the samples of which a class is the label, the share in which it was found; 0 where it is the label of none
/// [sklearn.metrics.recall_score].
public struct Recall: Metric, BuiltInMetric {
  package var better: MetricDirection { .larger }
  package let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  package var title: String { "recall\(averaging.suffix)" }
  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws { try counts.add(outputs, labels) }
  package var gathered: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] { ClassCounts.quotients(counts.both, counts.labelled) }
}

/// The harmonic mean of precision and recall of a class; 0 where it was neither found nor a label [sklearn.metrics.f1_score]. `.macro` is the
/// mean of the classes' F1, not the F1 of the means.
public struct F1: Metric, BuiltInMetric {
  package var better: MetricDirection { .larger }
  package let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  package var title: String { "f1\(averaging.suffix)" }
  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws { try counts.add(outputs, labels) }
  package var gathered: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] {
    ClassCounts.quotients(counts.both.map { 2 * $0 }, zip(counts.found, counts.labelled).map(+))
  }
}
