import MartletCore

/// How fast a run goes and what its loss is, of the epoch that is running.
struct TrainingPace {
  private var start: ContinuousClock.Instant?
  private var firstStep = 0
  private var losses = (sum: 0.0, count: 0)
  private var correct = (sum: 0, count: 0)
  private var rate: Float = 0
  /// Of the last test.
  var testAccuracy: Double?

  /// The mean of the losses of the epoch so far; NaN where there is none.
  var meanLoss: Double { losses.count > 0 ? losses.sum / Double(losses.count) : .nan }

  /// The share of the epoch's samples so far that got their own class, each before the update of its step; nil where it is not known.
  var accuracy: Double? { correct.count > 0 ? Double(correct.sum) / Double(correct.count) : nil }

  mutating func begin() { start = ContinuousClock.now }

  /// Time between two epochs is not the steps'.
  mutating func pause() { start = nil }

  /// An epoch that a resumed run begins in the middle has made `steps` already.
  mutating func beginEpoch(after steps: Int) {
    start = start ?? ContinuousClock.now
    firstStep = steps
    losses = (0, 0)
    correct = (0, 0)
  }

  mutating func add(_ loss: Float, _ rate: Float) {
    losses = (losses.sum + Double(loss), losses.count + 1)
    self.rate = rate
  }

  mutating func add(correct: Int, of samples: Int) { self.correct = (self.correct.sum + correct, self.correct.count + samples) }

  /// What is shown beside the bar, the most important first.
  func details(_ epoch: Int, _ step: Int, of total: Int, _ run: TextReporter.Run) -> [String] {
    var details = ["loss \(NumberText.fixed(meanLoss, decimals: 4))"]
    if let accuracy { details.append("accuracy \(NumberText.fixed(accuracy * 100, decimals: 2)) %") }
    let done = step - firstStep
    if let start, done > 0 {
      let seconds = (ContinuousClock.now - start).seconds / Double(done)
      let remaining = Double(max(run.epochs - epoch, 0)) * Double(total) + Double(total - step)
      details.append("\(TrainingPace.duration(seconds * remaining)) left")
      details.append("\(NumberText.significant(seconds * 1000)) ms/step")
      details.append("\(NumberText.grouped(Int((Double(run.batch) / max(seconds, 1e-9)).rounded()))) \(run.noun)/s")
    }
    if let accuracy = testAccuracy { details.append("test \(NumberText.fixed(accuracy * 100, decimals: 2)) %") }
    details.append("rate \(NumberText.significant(Double(rate)))")
    return details
  }

  /// `8 s`, `3:05`, `2:00:09`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds.rounded(.up), 0), 359_999_999))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }
}
