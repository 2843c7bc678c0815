import Martlet
import Testing

/// Parts of a loop that a program writes itself: a range test before the run, a metric of its own, early stopping.
@Suite struct LoopParts {
  private struct Net: Layer {
    let first = Linear(3, 8, bias: false)
    let norm = BatchNorm1D(8)
    let last = Linear(8, 2)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try last(norm(first(x)).relu()) }
  }

  private func made(_ nonFinite: NonFinitePolicy = .stop) throws -> (Variables, TrainingStep) {
    let net = Net()
    let weights = try Variables(net, seed: 3, on: .cpu(threads: 2))
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(16, 3), .f32(16, 2), options: .init(nonFinite: nonFinite)
    ) { x, y in try net(x).meanSquaredError(y) }
    return (weights, step)
  }

  private func update(_ step: TrainingStep, _ number: Int, _ rate: Double) throws -> Float {
    try step(numbers(48, step: number % 4), numbers(32, step: number % 4, stream: 1), learningRate: rate)
  }

  private func state(_ weights: Variables, _ step: TrainingStep) throws -> [String: HostTensor] {
    Dictionary(uniqueKeysWithValues: try weights.tensors() + step.optimizerState())
  }

  /// Parameters, running statistics, moments and the count of the steps are those of before; the run after it has the same bits.
  @Test func rangeTestsLeaveNothingBehind() throws {
    let (weights, step) = try made()
    let (others, plain) = try made()
    for number in 0..<3 { #expect(try update(step, number, 0.01) == update(plain, number, 0.01)) }
    let before = try state(weights, step)
    let range = try step.learningRateRange(from: 1e-6, to: 10, steps: 60) { try update(step, $0, $1) }
    #expect(try state(weights, step) == before && step.number == 3)
    #expect(range.end != nil && range.measurements.count > 30)
    #expect(range.measurements[0].rate == 1e-6 && range.measurements.allSatisfy { $0.loss.isFinite })
    let suggestion = try #require(range.suggestion)
    #expect((1e-6...10).contains(suggestion))
    #expect(LearningRatePlot(range, title: "net").svg.contains("falls fastest"))
    for number in 3..<6 { #expect(try update(step, number, 0.01) == update(plain, number, 0.01)) }
    #expect(try state(weights, step) == state(others, plain))
  }

  /// A loss that is not finite ends the test, thrown or returned; another error is thrown. All is as before either way.
  @Test func rangeTestsThatFail() throws {
    for policy in [NonFinitePolicy.stop, .ignore] {
      let (weights, step) = try made(policy)
      let before = try state(weights, step)
      let range = try step.learningRateRange(from: 1e30, to: 1e38, steps: 20) { try update(step, $0, $1) }
      #expect([.nonFinite, .diverged].contains(range.end))
      #expect(try state(weights, step) == before && step.number == 0)
      let error = #expect(throws: MartletError.self) {
        try step.learningRateRange(steps: 20) { number, rate in
          if number == 2 { return try step(numbers(47, step: 0), numbers(32, step: 0), learningRate: rate) }
          return try update(step, number, rate)
        }
      }
      #expect(error?.number == 1505)
      #expect(try state(weights, step) == before && step.number == 0)
      #expect(throws: MartletError.self) { try step.learningRateRange(from: 0) { try update(step, $0, $1) } }
    }
  }

  /// The mean distance of the label's score from the highest other one.
  private struct MeanMargin: Metric {
    let name = "margin"
    let direction = MetricDirection.larger
    private var (sum, count) = (0.0, 0)

    mutating func add(outputs: HostTensor, labels: [Int32]) throws {
      let classes = outputs.shape[1]
      let scores = outputs.numbers
      for (row, label) in labels.enumerated() {
        let others = (0..<classes).filter { $0 != Int(label) }.map { scores[row * classes + $0] }
        sum += scores[row * classes + Int(label)] - (others.max() ?? 0)
        count += 1
      }
    }

    var value: Double { sum / Double(count) }
  }

  @Test func ownMetricsAndEarlyStopping() throws {
    var stopping = EarlyStopping(patience: 2, direction: MeanMargin().direction)
    var ends = 0
    for validation in 1...10 {
      var metrics: [any Metric] = [MeanMargin(), Accuracy(), try MetricNames.metric(named: "top-2")]
      // Better until the fourth validation, then worse.
      let score = Float(validation < 5 ? validation : 8 - validation)
      for position in metrics.indices {
        try metrics[position].add(outputs: HostTensor([2, 3], elements: [score, 0, 0, 0, 1, score + 1]), labels: [0, 2])
      }
      #expect(metrics[0].value == Double(score) && metrics[0].isBetter(1, than: 0))
      if stopping.observe(metrics[0].value) { #expect(validation <= 4) }
      ends = validation
      if stopping.shouldStop { break }
    }
    #expect(ends == 6 && stopping.best == 4 && stopping.bestValidation == 4)
    var resumed = EarlyStopping(patience: 2, direction: .larger)
    try resumed.restore(stopping.state)
    #expect(resumed == stopping && resumed.shouldStop)
  }
}
