import MartletCore

/// Of the samples in which a class was found, the share of which it is the label; 0 where it was found in none
/// [sklearn.metrics.precision_score].
public struct Precision: Metric {
  public let direction = MetricDirection.larger
  public let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  public var name: String { "precision\(averaging.suffix)" }
  public mutating func add(outputs: HostTensor, labels: [Int32]) throws { try counts.add(outputs, labels) }
  public var value: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] { ClassCounts.quotients(counts.both, counts.found) }
}

/// Of the samples of which a class is the label, the share in which it was found; 0 where it is the label of none
/// [sklearn.metrics.recall_score].
public struct Recall: Metric {
  public let direction = MetricDirection.larger
  public let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  public var name: String { "recall\(averaging.suffix)" }
  public mutating func add(outputs: HostTensor, labels: [Int32]) throws { try counts.add(outputs, labels) }
  public var value: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] { ClassCounts.quotients(counts.both, counts.labelled) }
}

/// The harmonic mean of precision and recall of a class; 0 where it was neither found nor a label [sklearn.metrics.f1_score]. `.macro` is the
/// mean of the classes' F1, not the F1 of the means.
public struct F1: Metric {
  public let direction = MetricDirection.larger
  public let averaging: ClassAveraging
  private var counts: ClassCounts

  /// Samples with the label `ignored` do not count.
  public init(_ averaging: ClassAveraging = .macro, ignoring ignored: Int32? = nil) {
    self.averaging = averaging
    counts = ClassCounts(ignoring: ignored)
  }

  public var name: String { "f1\(averaging.suffix)" }
  public mutating func add(outputs: HostTensor, labels: [Int32]) throws { try counts.add(outputs, labels) }
  public var value: Double { averaging.average(valuesByClass, counts.isPresent) }
  /// One for each class, in order; empty before the first batch.
  public var valuesByClass: [Double] {
    ClassCounts.quotients(counts.both.map { 2 * $0 }, zip(counts.found, counts.labelled).map(+))
  }
}
