import MartletCore

/// What the metrics of this module state for `Metric`, under names of the package: `Metric` documents `add` and `value` once for all of them.
package protocol BuiltInMetric: Metric {
  /// `name`.
  var title: String { get }
  /// `direction`.
  var better: MetricDirection { get }
  /// `add(outputs:labels:)`.
  mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws
  /// `value`.
  var gathered: Double { get }
}

extension BuiltInMetric {
  /// As `MetricNames.metric(named:)` takes it.
  public var name: String { title }
  /// Which values are the better ones.
  public var direction: MetricDirection { better }
  /// Adds a batch of logits `[N, classes]` and N labels. Throws M1207, and changes nothing, where they do not fit.
  public mutating func add(outputs: HostTensor, labels: [Int32]) throws { try gather(outputs, labels) }
  /// Of all samples added so far; NaN where there are none.
  public var value: Double { gathered }
}
