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

  /// Averages and clipped gradients in a step are PyTorch's: the group `average` of Tests/Fixtures/make_loop_fixtures.py.
  @Test func averagesAndBounds() throws {
    let parts = #filePath.split(separator: "/").dropLast(2)
    let fixture = try Safetensors.read("/" + parts.joined(separator: "/") + "/Fixtures/loop.safetensors")
    func data(_ count: Int, _ stream: Int) -> [Float] { (0..<count).map { Float(($0 * 37 + stream * 59) % 127 - 63) / 32 } }
    func expect(_ found: HostTensor?, _ name: String) throws {
      let right = try #require(fixture["average/\(name)"], "\(name)").numbers
      let size = right.map(abs).max() ?? 0
      #expect(zip(try #require(found).numbers, right).allSatisfy { abs($0 - $1) <= 1e-5 * size }, "\(name)")
    }
    for name in ["sgd", "adam"] {
      let net = Linear(3, 2)
      let weights = try Variables(net, on: .cpu(threads: 2))
      try weights.set("weight", to: data(6, 7))
      try weights.set("bias", to: data(2, 8))
      let optimizer: Optimizer = name == "sgd" ? .sgd(momentum: 0.9) : .adam()
      let bound = name == "sgd" ? 0.25 : nil
      let step = try TrainingStep(
        weights, optimizer, inputs: .f32(4, 3), .f32(4, 2), options: .init(gradientBound: bound, averageDecay: 0.75)
      ) { x, y in try net(x).meanSquaredError(y) }
      let gradients = try step.gradients(data(12, 0), data(8, 20))
      for part in ["weight", "bias"] { try expect(gradients[part], "\(name)/\(part).gradient") }
      for number in 0..<5 { try step(data(12, number), data(8, number + 20), learningRate: name == "sgd" ? 0.1 : 0.05) }
      let averages = Dictionary(uniqueKeysWithValues: try step.averages())
      #expect(averages.keys.sorted() == ["bias", "weight"])
      for part in ["weight", "bias"] {
        try expect(weights[part], "\(name)/\(part)")
        try expect(averages[part], "\(name)/\(part).average")
      }
      // A loss that is not finite leaves the averages alone, too.
      #expect(throws: MartletError.self) { try step([Float](repeating: .nan, count: 12), data(8, 20), learningRate: 0.1) }
      #expect(Dictionary(uniqueKeysWithValues: try step.averages()) == averages)
      // In place of the parameters for as long as a body runs.
      let trained = try weights["weight"]
      let seen = try step.withAverages { try weights["weight"] }
      #expect(seen == averages["weight"] && seen != trained)
      #expect(throws: MartletError.self) { try step.withAverages { _ = try weights["none"] } }
      #expect(try weights["weight"] == trained)
      // Another size of batch goes on with the same averages.
      try step(data(6, 9), data(4, 9), learningRate: 0)
      let moved = try #require(try step.averages().first { $0.name == "weight" }).tensor
      let expected = zip(try #require(averages["weight"]).numbers, try weights["weight"].numbers).map { 0.75 * $0 + 0.25 * $1 }
      #expect(zip(moved.numbers, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    let (_, plain) = try made()
    #expect(try plain.averages().isEmpty && plain.withAverages { 1 } == 1)
  }
}
