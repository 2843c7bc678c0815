import Glibc
import MartletCore

/// The mean over the samples of the cross entropy of softmax(outputs) with the labels, in double precision
/// [torch.nn.functional.cross_entropy].
public struct MeanLoss: Metric, BuiltInMetric {
  package var title: String { "loss" }
  package var better: MetricDirection { .smaller }
  private var sum: CrossEntropySum

  /// Samples with the label `ignored` do not count.
  public init(ignoring ignored: Int32? = nil) { sum = CrossEntropySum(ignored: ignored) }

  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws { try sum.add(outputs, labels) }
  package var gathered: Double { sum.mean }
}

/// The exponential of the mean cross entropy: how many classes, equally likely, would be as hard to tell apart.
public struct Perplexity: Metric, BuiltInMetric {
  package var title: String { "perplexity" }
  package var better: MetricDirection { .smaller }
  private var sum: CrossEntropySum

  /// Samples with the label `ignored` do not count.
  public init(ignoring ignored: Int32? = nil) { sum = CrossEntropySum(ignored: ignored) }

  package mutating func gather(_ outputs: HostTensor, _ labels: [Int32]) throws { try sum.add(outputs, labels) }
  package var gathered: Double { exp(sum.mean) }
}

private struct CrossEntropySum: Sendable {
  let ignored: Int32?
  private var (sum, count) = (0.0, 0)

  init(ignored: Int32?) { self.ignored = ignored }

  mutating func add(_ outputs: HostTensor, _ labels: [Int32]) throws {
    var (sum, count) = (sum, count)
    try ScoredBatch(outputs, labels, ignoring: ignored).forEach { scores, label in
      sum += ScoredBatch.crossEntropy(scores, label)
      count += 1
    }
    (self.sum, self.count) = (sum, count)
  }

  var mean: Double { count == 0 ? .nan : sum / Double(count) }
}
