import Glibc
import MartletCompiler
import MartletCore
import MartletLayers

/// Runs epochs over a data set: batches in order, the loss now and then, a validation and a test, a checkpoint.
package final class Trainer {
  package struct Options: Sendable {
    package var epochs = 10
    package var batch = 64
    package var learningRate: Float = 0.01
    package var schedule = LearningRateSchedule()
    package var shuffles = false
    package var seed: UInt64 = 0
    package var logEvery = 100
    /// In epochs, and after the last; nil: only after the last; 0: never.
    package var testEvery: Int?
    /// The run stops after so many steps over all epochs. The learning rate goes as if it did not.
    package var maximumSteps: Int?
    package var checkpointPath: String?
    /// What each validation measures beside the loss; the data set has a part for validation where there is any validation at all.
    package var metrics: [any Metric] = []
    /// Which of the measured values decides which epoch is the best: the name of a metric, or `loss`.
    package var monitor = "loss"
    /// The run ends after so many validations in a row that bring no better value; nil: it does not.
    package var patience: Int?
    /// A file that gets the state of the epoch with the best value.
    package var bestPath: String?

    package init() {}
  }

  /// What a run reports while it goes on.
  package enum Event: Sendable {
    case compiled(seconds: Double)
    /// How the step of a whole batch was brought into the memory that it may take.
    case memory(MemoryFit)
    case loss(epoch: Int, step: Int, loss: Float, rate: Float, isLogged: Bool)
    /// How many of the samples of the step whose loss was reported last got their own class, before the update: of classes, on the processor.
    case correct(Int, of: Int)
    case step(epoch: Int, step: Int, of: Int)
    case epoch(Int, seconds: Double, imagesPerSecond: Double, gigaflops: Double)
    /// The loss of a step is not finite, and the policy is to go on.
    case nonFinite(epoch: Int, step: Int, loss: Float)
    case test(epoch: Int, result: TestResult, hash: String)
    /// The values of a validation by name, the loss first; whether the monitored one is the best so far.
    case validation(epoch: Int, step: Int, values: [(name: String, value: Double)], isBest: Bool)
    /// The run ends early: the epoch with the best value, and that value.
    case stopped(epoch: Int, bestEpoch: Int, monitor: String, best: Double)
    case saved(path: String, epoch: Int, step: Int)
    /// What the checkpoint held from which the run goes on.
    case resumed(path: String, epoch: Int, step: Int)
  }

  private let session: TrainingSession
  private let data: DataSet
  private let options: Options
  private let settings: Checkpoint.Settings
  private let report: (Event) throws -> Void
  /// Asked after every step; true ends the run with the state saved.
  private let isInterrupted: () -> Bool
  private var stopping: EarlyStopping?
  /// The learning rate that validations reduce, where the schedule says so.
  private var plateau: ReduceOnPlateau?
  /// What the checkpoint holds, once this run has written it.
  private var lastSaved: (epoch: Int, step: Int)?

  package init(
    _ session: TrainingSession, _ data: DataSet, _ options: Options, settings: Checkpoint.Settings, isInterrupted: @escaping () -> Bool,
    report: @escaping (Event) throws -> Void
  ) {
    self.session = session
    self.data = data
    self.options = options
    self.settings = settings
    self.isInterrupted = isInterrupted
    self.report = report
  }

  /// Trains from a point of progress on. Throws `.interrupted` when the user stopped the run; what is saved then, the message says.
  package func run(from progress: Checkpoint.Progress = Checkpoint.Progress(epoch: 1, step: 0)) throws {
    guard options.batch >= 1 else { throw MartletError(UsageErrorCode.tooSmall, "a batch must be at least 1, found \(options.batch)") }
    session.isInterrupted = isInterrupted
    stopping = try data.validation.map { _ in try makeStopping(progress.validations) }
    plateau = try makePlateau(progress.plateau)
    let batches = Trainer.batches(data.train.count, options.batch)
    var (epoch, step) = (progress.epoch, progress.step)
    guard (1...Int(Int32.max)).contains(epoch) else {
      throw MartletError(CheckpointErrorCode.entryValue, "the run cannot go on in epoch \(epoch): epochs count from 1 to \(Int32.max)")
    }
    guard (0...batches.count).contains(step) else {
      throw MartletError(
        CheckpointErrorCode.entryValue,
        "the run cannot go on after step \(step): an epoch of \(data.train.count) samples has 0 to \(batches.count) steps of \(options.batch)"
      )
    }
    let tests =
      (options.testEvery == 0 ? [] : Trainer.batches(data.test.count, options.batch))
      + (data.validation.map { Trainer.batches($0.count, options.batch) } ?? [])
    try session.prepare(trainingBatches: Set(batches.map(\.count)), testBatches: Set(tests.map(\.count)))
    try report(.compiled(seconds: session.compileSeconds))
    if let fit = session.memoryFit { try report(.memory(fit)) }
    if step >= batches.count {
      // A run that was interrupted behind the last step of an epoch has not validated it.
      if let stopping, stopping.validations < epoch { try saveAfterValidation(epoch, step, isBest: try validate(epoch, step)) }
      (epoch, step) = (epoch + 1, 0)
    }
    // Batches of the full size; the last one of an epoch may be smaller and comes from the host.
    let keepsData = session.keepsDataOnDevice && data.train.count >= options.batch
    if keepsData { try session.keepOnDevice(data.train, batch: options.batch, steps: 2 * Trainer.stepsAtOnce) }
    let flops = Dictionary(uniqueKeysWithValues: try Set(batches.map(\.count)).map { ($0, try session.floatingPointOperations(batch: $0)) })
    var total = (epoch - 1) * batches.count + step
    let limit = options.maximumSteps ?? Int.max
    var lastTested = 0
    while epoch <= options.epochs, total < limit, !isStopped {
      let order = options.shuffles ? try SampleOrder.shuffled(data.train.count, seed: options.seed, epoch: epoch) : nil
      let start = ContinuousClock.now
      let first = step
      // Steps submitted while the device was still running others.
      var running: TrainingSession.ResidentSteps?
      func readLosses() throws {
        guard let steps = running else { return }
        running = nil
        for loss in try session.losses(of: steps) {
          if !loss.isFinite {
            try session.stage(data.train, samples(batches[step], order), learningRate: options.learningRate, number: total + 1)
            try handle(loss, epoch, step + 1, batch: batches[step].count)
          }
          step += 1
          total += 1
          try reportLoss(epoch, step, loss, learningRate(total, stepsPerEpoch: batches.count))
        }
        try report(.step(epoch: epoch, step: step, of: batches.count))
      }
      while step < batches.count, total < limit {
        let ahead = running?.count ?? 0
        let together =
          keepsData
          ? batches[(step + ahead)...].prefix { $0.count == options.batch }.prefix(min(stepsTogether, limit - total - ahead)) : []
        if !together.isEmpty || running != nil {
          let begin = ContinuousClock.now
          let next = together.isEmpty ? nil : try self.begin(Array(together), order, firstNumber: total + ahead + 1, batches.count)
          try readLosses()
          running = next
          adaptSteps(ContinuousClock.now - begin)
          if isInterrupted() {
            try readLosses()
            try interrupt(epoch, step)
          }
          continue
        }
        let rate = learningRate(total + 1, stepsPerEpoch: batches.count)
        let loss = try session.train(data.train, samples(batches[step], order), learningRate: rate, number: total + 1)
        if !loss.isFinite { try handle(loss, epoch, step + 1, batch: batches[step].count) }
        step += 1
        total += 1
        try reportLoss(epoch, step, loss, rate)
        let samples = batches[step - 1].count
        if let correct = try session.correctOfLastStep(samples: samples) { try report(.correct(correct, of: samples)) }
        try report(.step(epoch: epoch, step: step, of: batches.count))
        // Several processes stop at the same step.
        if session.group == nil ? isInterrupted() : session.wasInterrupted { try interrupt(epoch, step) }
      }
      let elapsed = (ContinuousClock.now - start).seconds
      let images = batches[first..<step].reduce(0) { $0 + $1.count }
      let operations = batches[first..<step].reduce(0) { $0 + (flops[$1.count] ?? 0) }
      try report(.epoch(epoch, seconds: elapsed, imagesPerSecond: Double(images) / elapsed, gigaflops: Double(operations) / elapsed * 1e-9))
      // A validation belongs to its epoch's checkpoint: a run that goes on has seen it.
      let isBest = step == batches.count ? try validate(epoch, step) : false
      try saveAfterValidation(epoch, step, isBest: isBest)
      if let every = options.testEvery, every > 0, epoch % every == 0, step == batches.count {
        try test(epoch)
        lastTested = epoch
      }
      guard step == batches.count else { break }
      if let stopping, isStopped {
        try report(.stopped(epoch: epoch, bestEpoch: stopping.bestValidation, monitor: options.monitor, best: stopping.best))
      }
      (epoch, step) = (epoch + 1, 0)
    }
    let last = step == 0 ? epoch - 1 : epoch
    if options.testEvery != 0, lastTested != last, last > 0 { try test(last) }
  }

  private func interrupt(_ epoch: Int, _ step: Int) throws {
    guard let path = options.checkpointPath else {
      try session.finishExchange()
      throw MartletError(
        TrainingErrorCode.interrupted, "interrupted in epoch \(epoch) after step \(step); nothing was saved")
    }
    try save(path, epoch, step)
    try session.finishExchange()
    throw MartletError(
      TrainingErrorCode.interrupted, "interrupted in epoch \(epoch) after step \(step); saved in \(path)", advice: "Continue with --resume."
    )
  }

  /// A loss that is not finite: the run ends, says so, or goes on.
  private func handle(_ loss: Float, _ epoch: Int, _ step: Int, batch: Int) throws {
    switch session.nonFinitePolicy {
    case .ignore: break
    case .warn: try report(.nonFinite(epoch: epoch, step: step, loss: loss))
    case .stop:
      let kept =
        switch (options.checkpointPath, lastSaved) {
        case (let path?, let (epoch, step)?): "\(path) holds the state after step \(step) of epoch \(epoch)"
        case (let path?, nil) where FileBytes.exists(path): "\(path) is as it was"
        case _: "no checkpoint was written"
        }
      throw try session.nonFiniteError(loss, batch: batch, epoch: epoch, step: step, kept: kept)
    }
  }

  /// The best state first: a run that is killed in between validates the epoch again.
  private func saveAfterValidation(_ epoch: Int, _ step: Int, isBest: Bool) throws {
    if isBest, let path = options.bestPath { try save(path, epoch, step, isBest: true) }
    if let path = options.checkpointPath { try save(path, epoch, step) }
  }

  private func reportLoss(_ epoch: Int, _ step: Int, _ loss: Float, _ rate: Float) throws {
    let isLogged = options.logEvery > 0 && step % options.logEvery == 0
    try report(.loss(epoch: epoch, step: step, loss: loss, rate: rate, isLogged: isLogged))
  }

  private func save(_ path: String, _ epoch: Int, _ step: Int, isBest: Bool = false) throws {
    let tensors = try session.tensors()
    guard session.group?.rank ?? 0 == 0 else {
      // Process 0 writes the file.
      if !isBest { lastSaved = (epoch, step) }
      return
    }
    if session.nonFinitePolicy == .stop, let (name, _) = tensors.first(where: { !$0.tensor.isFinite }) {
      throw MartletError(
        TrainingErrorCode.nonFiniteVariable,
        "after step \(step) of epoch \(epoch) %\(name) is not finite; \(path) keeps what was saved before")
    }
    var checkpoint = Checkpoint(
      settings: settings, progress: Checkpoint.Progress(epoch: epoch, step: step, validations: stopping?.state, plateau: plateau?.state),
      tensors: tensors)
    let steps = (epoch - 1) * Trainer.batches(data.train.count, options.batch).count + step
    checkpoint.state.foreign = session.structure.batchCounters(steps)
    try checkpoint.write(to: path)
    if !isBest { lastSaved = (epoch, step) }
    try report(.saved(path: path, epoch: epoch, step: step))
  }

  // MARK: Batches

  /// Consecutive ranges; the last one may be shorter. Sizes below 1 count as 1.
  package static func batches(_ count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: max(size, 1)).map { $0..<$0 + min(max(size, 1), count - $0) }
  }

  /// The most steps that are submitted at a time; as many others may be running.
  private static let stepsAtOnce = 100
  /// How many are submitted next: few if they take long, so that progress shows and the user can stop.
  private var stepsTogether = 1

  private func adaptSteps(_ taken: Duration) {
    stepsTogether = taken < .milliseconds(250) ? min(stepsTogether * 2, Trainer.stepsAtOnce) : max(stepsTogether / 2, 1)
  }

  /// Submits steps on data in the memory of the device.
  private func begin(
    _ batches: [Range<Int>], _ order: [Int]?, firstNumber: Int, _ stepsPerEpoch: Int
  ) throws -> TrainingSession.ResidentSteps {
    let samples = batches.flatMap { batch in batch.map { Int32(order?[$0] ?? $0) } }
    let rates = batches.indices.map { learningRate(firstNumber + $0, stepsPerEpoch: stepsPerEpoch) }
    return try session.begin(samples: samples, learningRates: rates, firstNumber: firstNumber)
  }

  /// The learning rate of a step, counted over all epochs from 1.
  private func learningRate(_ step: Int, stepsPerEpoch: Int) -> Float {
    // Not the maximum of steps: where a run is stopped does not change the steps before, nor those of a run that continues it.
    let (product, overflow) = options.epochs.multipliedReportingOverflow(by: stepsPerEpoch)
    let total = overflow ? Int.max : product
    let full = plateau?.rate ?? Double(options.learningRate)
    return Float(full * options.schedule.factor(step: step, stepsPerEpoch: stepsPerEpoch, total: total))
  }

  /// The numbers of the samples of a batch, in the order of the epoch.
  private func samples(_ batch: Range<Int>, _ order: [Int]?) -> [Int] { order.map { Array($0[batch]) } ?? Array(batch) }

  // MARK: Validation

  /// What notes the best validation; it continues from the state of the checkpoint. Throws where no metric has the monitored name.
  private func makeStopping(_ state: String?) throws -> EarlyStopping {
    let direction: MetricDirection
    if options.monitor == "loss" {
      direction = .smaller
    } else if let metric = options.metrics.first(where: { $0.name == options.monitor }) {
      direction = metric.direction
    } else {
      let names = ["loss"] + options.metrics.map(\.name)
      throw MartletError(
        TrainingErrorCode.unknownMetric,
        "'\(options.monitor)' is to be monitored, but validations measure \(names.joined(separator: ", "))",
        advice: "Add it to --metrics, or monitor one of these.")
    }
    var stopping = EarlyStopping(patience: options.patience ?? Int.max, direction: direction)
    if let state { try stopping.restore(state) }
    return stopping
  }

  /// What reduces the learning rate; it continues from the state of the checkpoint.
  private func makePlateau(_ state: String?) throws -> ReduceOnPlateau? {
    guard case .plateau(let factor, let patience, let threshold, let cooldown, let minimum) = options.schedule.shape else { return nil }
    guard let stopping else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "the schedule plateau needs a validation after each epoch",
        advice: "Add --validation 0.1, or --early-stopping 3.")
    }
    var plateau = ReduceOnPlateau(
      rate: Double(options.learningRate), factor: factor, patience: patience, threshold: threshold, cooldown: cooldown, minimum: minimum,
      direction: stopping.direction)
    if let state { try plateau.restore(state) }
    return plateau
  }

  /// Whether enough validations in a row brought no improvement.
  private var isStopped: Bool { options.patience != nil && stopping?.shouldStop ?? false }

  /// Validates, where there is a part for that; returns whether the monitored value is the best so far.
  private func validate(_ epoch: Int, _ step: Int) throws -> Bool {
    guard let source = data.validation else { return false }
    var metrics = options.metrics
    let result = try Trainer.test(session, source, batch: options.batch) { range, output in
      guard !metrics.isEmpty else { return }
      let labels = try DataSet.labels(source, Array(range))
      let rows = try Trainer.rows(output)
      for position in metrics.indices { try metrics[position].add(outputs: rows, labels: labels) }
    }
    var values = [(name: "loss", value: result.sampleLoss)]
    values += metrics.filter { $0.name != "loss" }.map { (name: $0.name, value: $0.value) }
    let monitored = values.first { $0.name == options.monitor }?.value ?? .nan
    let isBest = stopping?.observe(monitored) ?? false
    plateau?.observe(monitored)
    try report(.validation(epoch: epoch, step: step, values: values, isBest: isBest))
    return isBest
  }

  // MARK: Testing

  private func test(_ epoch: Int) throws {
    let result = try Trainer.test(session, data.test, batch: options.batch)
    try report(.test(epoch: epoch, result: result, hash: try session.weightsHash()))
  }

  /// Tests batch by batch. `observe` sees what the model gives for each batch of samples. Several processes, which call it together, divide the batches;
  /// each of them observes all.
  package static func test(
    _ session: TrainingSession, _ source: any DataSource, batch: Int, observe: ((Range<Int>, HostTensor) throws -> Void)? = nil
  ) throws -> TestResult {
    try session.shareAverages()
    let batches = batches(source.count, batch)
    let places = Double(session.samples.target.shape.elementCount)
    var correct = 0
    var (losses, weightedLosses) = (0.0, 0.0)
    func test(_ range: Range<Int>) throws -> DividedTest.Measured {
      let samples = Array(range)
      let (loss, output) = try session.test(source, samples)
      let labels = try DataSet.labels(source, samples)
      return DividedTest.Measured(loss: loss, correct: zip(largest(output), labels).count { $0 == Int($1) }, output: output)
    }
    func add(_ range: Range<Int>, _ measured: DividedTest.Measured) throws {
      losses += Double(measured.loss)
      weightedLosses += Double(measured.loss) * Double(range.count)
      correct += measured.correct
      if let output = measured.output { try observe?(range, output) }
    }
    if let group = session.group {
      try DividedTest(group, sharesOutputs: observe != nil).run(batches, test, add)
    } else {
      for range in batches { try add(range, test(range)) }
    }
    let sampleLoss = weightedLosses / Double(source.count)
    let isOfTokens = !session.samples.isRegression && session.samples.target.shape.rank > 0
    return TestResult(
      accuracy: session.samples.isRegression ? nil : Double(correct) / (Double(source.count) * places),
      loss: losses / Double(batches.count),
      sampleLoss: sampleLoss, perplexity: isOfTokens ? exp(sampleLoss) : nil)
  }

  /// Logits of several places a sample as those of as many samples, as metrics take them.
  private static func rows(_ output: HostTensor) throws -> HostTensor {
    guard output.shape.rank > 2, let classes = output.shape.extents.last, classes > 0 else { return output }
    return try output.reshaped([output.shape.elementCount / classes, classes])
  }

  /// The position of the first maximum of each row.
  package static func largest(_ logits: HostTensor) -> [Int] {
    let numbers = logits.numbers
    let classes = logits.shape.extents.last ?? 1
    return stride(from: 0, to: numbers.count, by: max(classes, 1)).map { ScoredBatch.highest(numbers[$0..<$0 + classes]) }
  }
}
