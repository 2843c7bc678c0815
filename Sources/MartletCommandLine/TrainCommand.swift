import ArgumentParser
import Glibc
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletLayers
import MartletRuntime

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "train", abstract: "Train a model.")

  @Argument(help: "A model's name.") var model = ModelRegistry.defaultName
  @Option(help: "The folder of the data set.") var data: String?
  @Option(help: "Passes over the training set.") var epochs = 10
  @Option(help: "Samples a step.") var batch = 64
  @Option(help: "The learning rate.") var lr: Float = 0.01
  @Option(help: "adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Option(help: "Of sgd and rmsprop.") var momentum: Double?
  @Flag(help: "Nesterov's momentum, of sgd.") var nesterov = false
  @Option(help: "Of any optimizer; adamw has 0.01 unless given.") var weightDecay: Double?
  @Option(help: "Scale the gradients so that their norm is at most this.") var clipNorm: Double?
  @Option(help: "A loss that is not finite: stop before the update, warn or ignore.") var nan = "stop"
  @Option(help: "How the learning rate goes: constant, step or cosine.") var schedule = "constant"
  @Option(help: "Of --schedule step: epochs between two reductions.") var stepEpochs = 3
  @Option(help: "Of --schedule step: what the rate is multiplied by.") var stepFactor = 0.1
  @Option(help: "Steps in which the learning rate grows to its full size.") var warmUp = 0
  @OptionGroup var deviceOptions: DeviceOptions
  @Option(help: "Seed of the initial weights, which are PyTorch's, and of --shuffle.") var seed: UInt32 = 0
  @Flag(help: "A new order of the images in every epoch.") var shuffle = false
  @Option(help: "Threads; as many as the process may use by default.") var threads: Int?
  @Flag(help: "One kernel an operation.") var noFuse = false
  @Option(help: "Print the loss every so many steps.") var logEvery = 100
  @Option(help: "Test every so many epochs; 0 for never. One test after the last by default.") var testEvery: Int?
  @Option(help: "Stop after so many steps in all.") var maxSteps: Int?
  @Option(help: "Save the state here after every epoch and on Ctrl-C.") var checkpoint: String?
  @Flag(help: "Continue from the checkpoint.") var resume = false
  @Flag(help: "Print one JSON object a line.") var json = false
  @Option(help: "Write when each worker ran which kernel to this file, for chrome://tracing or ui.perfetto.dev.") var trace: String?

  @Option(help: "Draw the loss of every step and the accuracy of every test into this SVG file.") var plot: String?

  /// Events kept for each worker: about 400 steps of the reference model, a file of some 30 MB.
  private static let traceCapacity = 150_000

  func run() throws {
    try OptionText.expect("--epochs", epochs, atLeast: 0)
    try OptionText.expect("--batch", batch, atLeast: 1)
    try OptionText.expect("--threads", threads, atLeast: 1)
    try OptionText.expect("--log-every", logEvery, atLeast: 0)
    try OptionText.expect("--test-every", testEvery, atLeast: 0)
    try OptionText.expect("--max-steps", maxSteps, atLeast: 0)
    if let clipNorm, !(clipNorm.isFinite && clipNorm > 0) {
      throw MartletError(UsageErrorCode.notPositive, "--clip-norm is a positive number, found \(clipNorm)")
    }
    guard let nonFinitePolicy = NonFinitePolicy(rawValue: nan) else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "unknown choice '\(nan)' for --nan",
        advice: "The choices are \(NonFinitePolicy.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    let schedule = try learningRateSchedule()
    guard !resume || checkpoint != nil else {
      throw MartletError(UsageErrorCode.resumeWithoutCheckpoint, "--resume needs --checkpoint FILE")
    }
    for path in [checkpoint, trace, plot].compactMap({ $0 }) { try FileBytes.expectWritable(path) }
    let optimizer = try OptionText.optimizer(optimizer).with(momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay)
    let network = try ModelRegistry.make(model)
    let workers = threads ?? Processors.available
    if workers > Processors.available {
      Output.error(
        "note: --threads \(workers), but this process may use \(Processors.available) processors: no more than that work at a time. The results are the same."
      )
    }
    let profiler = trace.map { _ in Profiler(workers: workers + 1, capacity: TrainCommand.traceCapacity) }
    let device = try deviceOptions.make(threads: threads, profiler: profiler)
    // A model that cannot be built is reported before data are read.
    _ = try Compilation(network, name: model, batch: batch, optimizer: optimizer)
    let (title, folder) = try OptionText.dataFolder(data)
    let dataSet = try DataSet.load(folder: folder)
    try dataSet.expect(network, model)
    if !json {
      Output.line("Using \(device.name) device")
      Output.line("Data: \(dataSet.name) in \(folder) (\(title))")
      Output.line("\(network)")
    }
    let session = try TrainingSession(
      network, name: model, device: device, optimizer: optimizer, gradientNorm: clipNorm, fuses: !noFuse, seed: UInt64(seed),
      nonFinitePolicy: nonFinitePolicy)
    if let profiler { session.record(in: profiler, worker: workers) }
    let settings = Checkpoint.Settings(
      model: model, optimizer: optimizer.summary, batch: batch, seed: UInt64(seed), shuffles: shuffle,
      adjustable: ["lr": "\(lr)", "schedule": schedule.summary(epochs: epochs), "clip-norm": clipNorm.map { "\($0)" } ?? "none"],
      fuses: !noFuse, machine: MachineDescription(device), isDeviceChosen: deviceOptions.device != "auto",
      data: checkpoint == nil ? nil : DataIdentity(dataSet))
    var reporter: any TrainingReporter = json ? JSONReporter() : TextReporter(logsSteps: logEvery > 0)
    defer { reporter.finish() }
    let progress = try loadCheckpoint(session, settings, &reporter)

    var options = Trainer.Options()
    options.epochs = epochs
    options.batch = batch
    options.learningRate = lr
    options.schedule = schedule
    options.shuffles = shuffle
    options.seed = UInt64(seed)
    options.logEvery = logEvery
    options.testEvery = testEvery
    options.maximumSteps = maxSteps
    options.checkpointPath = checkpoint
    Interrupts.endAtOnce()
    var drawing = TrainingPlot(title: "\(model) on \(dataSet.name): \(optimizer.name), learning rate \(lr), batches of \(batch)")
    let trainer = Trainer(
      session, dataSet, options, settings: settings, isInterrupted: { Interrupts.isInterrupted },
      report: {
        if case .compiled = $0 { Interrupts.catchSignals() }
        reporter.report($0)
        drawing.report($0)
      })
    // A run that ends early has something to show too.
    do { try trainer.run(from: progress) } catch {
      try writeTrace(profiler, workers)
      try writePlot(drawing)
      throw Interrupts.naming(error)
    }
    try writeTrace(profiler, workers)
    try writePlot(drawing)
  }

  private func learningRateSchedule() throws -> LearningRateSchedule {
    try OptionText.expect("--step-epochs", stepEpochs, atLeast: 1)
    try OptionText.expect("--warm-up", warmUp, atLeast: 0)
    guard stepFactor.isFinite, stepFactor > 0 else {
      throw MartletError(UsageErrorCode.notPositive, "--step-factor is a positive number, found \(stepFactor)")
    }
    let shape: LearningRateSchedule.Shape
    switch schedule {
    case "constant": shape = .constant
    case "step": shape = .step(epochs: stepEpochs, factor: stepFactor)
    case "cosine": shape = .cosine
    default:
      throw MartletError(
        UsageErrorCode.unknownChoice, "unknown schedule '\(schedule)'",
        advice: "The schedules are \(LearningRateSchedule.names.joined(separator: ", ")).")
    }
    return LearningRateSchedule(shape, warmUpSteps: warmUp)
  }

  private func writePlot(_ drawing: TrainingPlot) throws {
    guard let plot, !drawing.isEmpty else { return }
    try FileBytes.write(Array(drawing.svg.utf8), to: plot)
    if !json { Output.line("The plot is in \(plot).") }
  }

  private func writeTrace(_ profiler: Profiler?, _ workers: Int) throws {
    guard let trace, let profiler else { return }
    try FileBytes.write(Array(ChromeTrace.text(profiler, workers: workers).utf8), to: trace)
    let end = profiler.isComplete ? "" : " (the first \(TrainCommand.traceCapacity) events of each worker)"
    if !json { Output.line("The trace is in \(trace)\(end).") }
  }

  private func loadCheckpoint(
    _ session: TrainingSession, _ settings: Checkpoint.Settings, _ reporter: inout any TrainingReporter
  ) throws -> Checkpoint.Progress {
    if let checkpoint { FileBytes.removeAbandoned(besides: checkpoint) }
    guard let path = checkpoint, resume else { return Checkpoint.Progress(epoch: 1, step: 0) }
    guard FileBytes.isPresent(path) else {
      if !json { Output.line("No checkpoint at \(path): starting anew.") }
      return Checkpoint.Progress(epoch: 1, step: 0)
    }
    let saved = try Checkpoint.read(path)
    try saved.expect(settings, path: path)
    Output.notes(try session.load(saved.state, needsState: true, path: path))
    for change in saved.changes(to: settings) { Output.error("note: \(change)") }
    for warning in saved.warnings(for: settings, path: path) { Output.error("warning: \(warning)") }
    reporter.report(.resumed(path: path, epoch: saved.progress.epoch, step: saved.progress.step))
    return saved.progress
  }
}

extension DataSet {
  /// Throws unless the model takes these images.
  func expect(_ model: any Model, _ name: String) throws {
    guard model.inputShape == train.shape else {
      throw MartletError(
        DataErrorCode.imageShape,
        "the model \(name) takes images of shape \(model.inputShape), but \(self.name) in \(folder) has \(train.shape)",
        advice: "Use another model or name another folder with --data.")
    }
  }
}

/// Shows what happens in a training run.
protocol TrainingReporter {
  mutating func report(_ event: Trainer.Event)
  mutating func finish()
}

/// The tutorial's lines, and a bar where there is a terminal.
struct TextReporter: TrainingReporter {
  private var bar = ProgressBar(isWanted: true)
  private let logsSteps: Bool
  private var epoch = 0
  private var lastLoss: Float = 0

  init(logsSteps: Bool) { self.logsSteps = logsSteps }

  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds): line("Compiled in \(NumberText.fixed(seconds, decimals: 2)) s")
    case .loss(let epoch, let step, let loss, let isLogged):
      if epoch != self.epoch {
        self.epoch = epoch
        line("Epoch \(epoch)\n-------------------------------")
      }
      lastLoss = loss
      if isLogged { line("loss:\(NumberText.fixed(Double(loss), decimals: 6, width: 7)) [number:\(step)]") }
    case .step(let epoch, let step, let total):
      bar.draw("epoch \(epoch)", step, of: total, "loss \(NumberText.fixed(Double(lastLoss), decimals: 4))")
    case .epoch(_, let seconds, let imagesPerSecond, let gigaflops):
      line(
        "\(NumberText.fixed(seconds, decimals: 2)) s, \(NumberText.fixed(imagesPerSecond, decimals: 0)) images/s, "
          + "\(NumberText.fixed(gigaflops, decimals: 1)) GFLOP/s")
    case .test(_, let result, _): line(result.text)
    case .nonFinite(let epoch, let step, let loss):
      bar.clear()
      Output.error("warning: the loss of epoch \(epoch), step \(step) is \(NumberText.unsignedNaN(loss))")
    case .resumed(let path, let epoch, let step): line("Resumed from \(path): epoch \(epoch), step \(step).")
    case .saved: break
    }
  }

  private mutating func line(_ text: String) {
    bar.clear()
    Output.line(text)
  }

  mutating func finish() { bar.clear() }
}

/// One object a line.
struct JSONReporter: TrainingReporter {
  mutating func report(_ event: Trainer.Event) {
    switch event {
    case .compiled(let seconds): Output.line("{\"event\": \"compile\", \"seconds\": \(number(seconds))}")
    case .loss(let epoch, let step, let loss, let isLogged):
      if isLogged {
        let text = loss.isFinite ? NumberText.text(loss) : "null"
        Output.line("{\"event\": \"loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \(text)}")
      }
    case .nonFinite(let epoch, let step, let loss):
      Output.line(
        "{\"event\": \"non_finite_loss\", \"epoch\": \(epoch), \"step\": \(step), \"loss\": \"\(NumberText.unsignedNaN(loss))\"}"
      )
    case .step: break
    case .resumed(_, let epoch, let step): Output.line("{\"event\": \"resumed\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .saved(_, let epoch, let step): Output.line("{\"event\": \"saved\", \"epoch\": \(epoch), \"step\": \(step)}")
    case .epoch(let epoch, let seconds, let imagesPerSecond, let gigaflops):
      Output.line(
        "{\"event\": \"epoch\", \"epoch\": \(epoch), \"seconds\": \(number(seconds)), \"images_per_s\": \(number(imagesPerSecond)), "
          + "\"gflops\": \(number(gigaflops))}")
    case .test(let epoch, let result, let hash): Output.line(result.json(epoch: epoch, hash: hash))
    }
  }

  private func number(_ value: Double) -> String { JSONWriter.number(value) }

  mutating func finish() {}
}

extension TestResult {
  /// The tutorial's lines.
  var text: String {
    "Test result:\n Accuracy: \(NumberText.fixed(accuracy * 100, decimals: 2))%, Avg loss: \(NumberText.fixed(loss, decimals: 6))"
  }

  /// The event; `epoch` is nil where no run is going on.
  func json(epoch: Int?, hash: String) -> String {
    let place = epoch.map { "\"epoch\": \($0), " } ?? ""
    return "{\"event\": \"test\", \(place)\"accuracy\": \(JSONWriter.number(accuracy)), \"loss\": \(JSONWriter.number(loss)), "
      + "\"sample_loss\": \(JSONWriter.number(sampleLoss)), \"weights_sha256\": \"\(hash)\"}"
  }
}
