import Glibc
import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// Metrics are scikit-learn's and PyTorch's numbers: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct MetricValues {
  /// The samples in batches of several sizes, one of them empty.
  private func value(_ metric: some Metric, _ labels: String) throws -> Double {
    var metric = metric
    #expect(metric.value.isNaN)
    let outputs = try #require(try LoopFixture.tensor("metrics/outputs").elements(as: Float.self))
    let labels = try LoopFixture.labels("metrics/\(labels)")
    var start = 0
    for count in [1, 0, 32, 27] {
      try metric.add(
        outputs: HostTensor([count, 7], elements: Array(outputs[start * 7..<(start + count) * 7])),
        labels: Array(labels[start..<start + count]))
      start += count
    }
    #expect(start == labels.count)
    return metric.value
  }

  @Test(arguments: ["accuracy", "top-2", "top-3", "precision", "recall", "f1", "loss", "perplexity"])
  func areTheOraclesNumbers(_ name: String) throws {
    for (labels, ignored, expected) in [("labels", nil, "all"), ("ignored", -100, "kept")] as [(String, Int32?, String)] {
      let metric = try MetricNames.metric(named: name, ignoring: ignored)
      #expect(metric.name == name)
      let right = try LoopFixture.number("metrics/\(expected)/\(name)")
      let found = try value(metric, labels)
      #expect(abs(found - right) <= 1e-12 * right, "\(name): \(found), expected \(right)")
    }
  }

  /// Of each class: one that is never found, one that is no label, one that is neither.
  @Test(arguments: ["precision", "recall", "f1"]) func ofEachClass(_ name: String) throws {
    let expected = try LoopFixture.numbers("metrics/all/\(name)-by-class")
    for (number, right) in expected.enumerated() {
      let metric = try MetricNames.metric(named: "\(name)-\(number)")
      #expect(metric.name == "\(name)-\(number)")
      #expect(abs(try value(metric, "labels") - right) <= 1e-12)
    }
    #expect(try value(MetricNames.metric(named: "\(name)-7"), "labels").isNaN)
    var whole = F1()
    try whole.add(outputs: LoopFixture.tensor("metrics/outputs"), labels: LoopFixture.labels("metrics/labels"))
    if name == "f1" { for (found, right) in zip(whole.valuesByClass, expected) { #expect(abs(found - right) <= 1e-12) } }
  }

  /// Of equal scores the lower class is the higher one; NaN is the highest score, as in torch.argmax.
  @Test func tiesAndNaN() throws {
    let scores = HostTensor([4, 3], [1, 1, 0, 2, 5, 5, 0, .nan, 7, .nan, .nan, 1] as [Float])
    func accuracy(_ labels: [Int32]) throws -> Double {
      var metric = Accuracy()
      try metric.add(outputs: scores, labels: labels)
      return metric.value
    }
    #expect(try accuracy([0, 1, 1, 0]) == 1 && accuracy([1, 2, 2, 1]) == 0)
    func top(_ k: Int, _ labels: [Int32]) throws -> Double {
      var metric = TopK(k)
      try metric.add(outputs: scores, labels: labels)
      return metric.value
    }
    #expect(try top(1, [0, 1, 1, 0]) == 1 && top(2, [1, 2, 2, 1]) == 1 && top(2, [2, 0, 0, 2]) == 0 && top(3, [2, 0, 0, 2]) == 1)
    #expect(try top(9, [2, 0, 0, 2]) == 1 && top(0, [0, 1, 1, 0]) == 0)
    // Logits far apart: the probability of the label is zero, its logarithm is not.
    var loss = MeanLoss()
    try loss.add(outputs: HostTensor([1, 2], [1000, 0] as [Float]), labels: [1])
    #expect(loss.value == 1000)
    try loss.add(outputs: HostTensor([1, 2], [Float.nan, 0]), labels: [1])
    #expect(loss.value.isNaN)
  }

  @Test func directions() {
    #expect(Accuracy().isBetter(0.5, than: 0.25) && !Accuracy().isBetter(0.5, than: 0.5) && !Accuracy().isBetter(0.25, than: 0.5))
    #expect(MeanLoss().isBetter(0.25, than: 0.5) && !MeanLoss().isBetter(0.5, than: 0.5) && Perplexity().direction == .smaller)
    for direction in MetricDirection.allCases {
      #expect(direction.isBetter(1, than: .nan) && !direction.isBetter(.nan, than: 1) && !direction.isBetter(.nan, than: .nan))
      #expect(direction.isBetter(1, than: direction.worst))
    }
  }

  @Test(
    arguments: [
      ([2, 3], [0], "a label for each of 2"), ([2, 3], [0, 3], "label 3 of sample 1"), ([2, 3], [-100, 1], "label -100 of sample 0"),
      ([6], [0], "[N, classes]"), ([2, 0], [0, 0], "[N, classes]"), ([2, 4], [0, 0], "4 classes, those before had 3"),
    ] as [([Int], [Int32], String)])
  func misfitsAreErrors(_ shape: [Int], _ labels: [Int32], _ part: String) throws {
    let outputs = HostTensor(repeating: 0, TensorType(.f32, Shape(shape)))
    var recall = Recall()
    try recall.add(outputs: HostTensor(repeating: 0, TensorType(.f32, [1, 3])), labels: [0])
    let error = try #require(throws: MartletError.self) { try recall.add(outputs: outputs, labels: labels) }
    #expect(error.number == 1207 && error.message.contains(part), "\(error)")
    // What was refused changes nothing.
    #expect(recall.value == 1)
    guard shape != [2, 4] else { return }
    for name in ["accuracy", "top-2", "loss", "perplexity", "f1"] {
      var metric = try MetricNames.metric(named: name)
      #expect(throws: MartletError.self) { try metric.add(outputs: outputs, labels: labels) }
      #expect(metric.value.isNaN)
    }
    var integers = Accuracy()
    #expect(throws: MartletError.self) { try integers.add(outputs: HostTensor(repeating: 0, TensorType(.i32, [1, 2])), labels: [0]) }
  }

  @Test(arguments: [
    "", "acuracy", "top", "top-0", "top--1", "top-x", "accuracy-1", "loss-2", "recall-", "recall--1", "f1-1-2", "perplexity-0",
  ])
  func unknownNames(_ name: String) throws {
    let error = try #require(throws: MartletError.self) { try MetricNames.metric(named: name) }
    #expect(error.number == 1208 && "\(error)".contains("top-K"))
  }
}
