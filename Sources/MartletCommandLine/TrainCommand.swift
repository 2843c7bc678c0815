import ArgumentParser
import Glibc
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletLayers
import MartletRuntime
import Synchronization

struct TrainCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "train", "Train a model.",
      examples: [
        "train \(CommandHelp.model)", "train \(CommandHelp.model) --data photos --epochs 20",
        "train \(CommandHelp.model) --checkpoint run.safetensors --resume",
      ])
  }

  @Argument(help: ModelRegistry.help) var model: String?
  @OptionGroup(title: "Data") var dataSelection: DataSelection
  @Option(help: "Number of passes over the training set.") var epochs = 10
  @Option(help: "Samples per step.") var batch = 64
  @Option(help: "Divide each batch into this many parts, whose gradients are added up: takes less memory (default: 1).")
  var accumulate: Int?
  @Option(help: "The learning rate.") var lr: Float = 0.01
  @Option(help: "Optimizer: adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Option(help: "Momentum for sgd and rmsprop, for example 0.9 (default: 0).") var momentum: Double?
  @Flag(help: "Use Nesterov momentum (sgd only).") var nesterov = false
  @Option(help: "Weight decay (default: 0.01 for adamw, otherwise 0).") var weightDecay: Double?
  @Option(help: "Scale the gradients down if their norm, of all together, exceeds this (default: no limit).") var clipNorm: Double?
  @Option(help: "Limit each element of the gradients to this, either way (default: no limit).") var clipValue: Double?
  @Option(help: "What to do when the loss is not finite: stop (before the update), warn or ignore.") var nan = "stop"
  @OptionGroup(title: "Schedule of the learning rate") var scheduleOptions: ScheduleOptions
  @OptionGroup(title: "Regularisation") var regularization: RegularizationOptions
  @OptionGroup(title: "Validation") var validationOptions: ValidationOptions
  @OptionGroup(title: "Logs") var logOptions: LogOptions
  @OptionGroup var deviceOptions: DeviceOptions
  @Option(help: "Seed of the weights (as PyTorch's for it), --shuffle, --validation, --augment and dropout.") var seed: UInt32 = 0
  @Flag(help: "Shuffle the training set before each epoch (reproducible with --seed).") var shuffle = false
  @Option(help: "Number of threads (default: as many as the process may use).") var threads: Int?
  @Flag(help: "Do not fuse: make one kernel per operation.") var noFuse = false
  @Option(help: "Memory that a training step may take, such as 512M or 2G: by micro-batches, then by computing values twice.")
  var memory: String?
  @Option(help: "Print the loss every this many steps; 0 for never.") var logEvery = 100
  @Option(help: "Test every this many epochs, and after the last; 0 for never.") var testEvery = 1
  @Option(help: "Stop after this many steps in total.") var maxSteps: Int?
  @Option(help: "Save the state to this file after every epoch and on Ctrl-C.") var checkpoint: String?
  @Flag(help: "Continue from the file of --checkpoint if it exists.") var resume = false
  @Flag(help: "Print one JSON object per line.") var json = false
  @Flag(help: "Print the results of tests and warnings alone.") var quiet = false
  @Option(help: "Record in this file which worker ran which kernel when; ui.perfetto.dev opens it.") var trace: String?
  @Option(help: "With --trace: record so many steps, write the file, train on (default: \(TrainCommand.tracedSteps)).") var traceSteps: Int?

  @Option(help: "Draw the loss of every step and the accuracy of every test in this SVG file.") var plot: String?

  @Flag(help: "Do not train: raise the learning rate over 100 steps, and say which one to take; --plot draws the losses.")
  var findLearningRate = false

  /// Events kept for each worker: about 400 steps of the reference model.
  private static let traceCapacity = 150_000
  private static let tracedSteps = 100

  func run() throws {
    let machines = Machines.current
    try OptionText.expect("--epochs", epochs, atLeast: 0)
    try OptionText.expect("--batch", batch, atLeast: 1)
    try OptionText.expect("--accumulate", accumulate, atLeast: 1)
    try TrainingSession.expectMicroBatches(accumulate ?? 1, processes: machines?.group.count ?? 1)
    try OptionText.expect("--threads", threads, atLeast: 1)
    try OptionText.expect("--log-every", logEvery, atLeast: 0)
    try OptionText.expect("--test-every", testEvery, atLeast: 0)
    try OptionText.expect("--max-steps", maxSteps, atLeast: 0)
    try OptionText.expect("--trace-steps", traceSteps, atLeast: 1)
    guard trace != nil || traceSteps == nil else {
      throw MartletError(UsageErrorCode.traceStepsWithoutTrace, "--trace-steps needs --trace FILE")
    }
    let memoryByteCount = try memory.map { try ByteCountText.parse("--memory", $0) }
    guard memory == nil || deviceOptions.device != "interpreter" else {
      throw MartletError(UsageErrorCode.idleOption, "--memory changes nothing on the interpreter, which plans no memory")
    }
    try OptionText.expectPositive("--clip-norm", clipNorm)
    try OptionText.expectPositive("--clip-value", clipValue)
    guard lr >= 0 else {
      throw MartletError(
        UsageErrorCode.notPositive, "--lr is a number from 0 on, found \(lr)",
        advice: "Give a rate such as 0.001; a negative one would raise the loss.")
    }
    guard let nonFinitePolicy = NonFinitePolicy(rawValue: nan) else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "unknown choice '\(nan)' for --nan",
        advice: "The choices are \(NonFinitePolicy.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    let schedule = try scheduleOptions.make()
    guard !resume || checkpoint != nil else {
      throw MartletError(UsageErrorCode.resumeWithoutCheckpoint, "--resume needs --checkpoint FILE")
    }
    for path in machines?.group.rank ?? 0 > 0
      ? [] : [checkpoint, trace, plot, validationOptions.saveBest, logOptions.csv].compactMap({ $0 })
    {
      try FileBytes.expectWritable(path)
    }
    let optimizer = try OptionText.optimizer(optimizer).with(momentum: momentum, isNesterov: nesterov, weightDecay: weightDecay)
    let model = try ModelRegistry.chosen(model)
    // A model that cannot be built is reported before data are read.
    _ = try Compilation(ModelRegistry.make(model, for: nil), name: model, batch: batch, optimizer: optimizer)
    let workers = threads ?? Processors.available
    if workers > Processors.available {
      Output.error(
        "note: --threads \(workers), but this process may use \(Processors.available) processors: no more than that work at a time. The results are the same."
      )
    }
    let profiler = trace.map { _ in Profiler(workers: workers + 1, capacity: TrainCommand.traceCapacity) }
    let device = try deviceOptions.make(threads: threads, profiler: profiler)
    let (found, title) = try dataSelection.load(for: model)
    let dataSet = try validationOptions.applied(to: found, seed: UInt64(seed))
    let network = try ModelRegistry.make(model, for: dataSet.samples)
    try dataSet.expect(network, model)
    if !json && !quiet {
      Output.line("Using \(device.name) device")
      Output.line("Data: \(dataSet.name) in \(dataSet.path) (\(title))")
      if dataSelection.data != nil { Output.line("      \(dataSet.kind)") }
      Output.line("\(network)")
      Output.line("\(NumberText.grouped(ModelStructure(network).parameterCount)) parameters")
    }
    var sessionOptions = TrainingSession.Options()
    sessionOptions.model = try regularization.modelOptions(dataSet)
    sessionOptions.gradientNorm = clipNorm
    sessionOptions.gradientBound = clipValue
    sessionOptions.averageDecay = regularization.ema
    sessionOptions.fuses = !noFuse
    sessionOptions.seed = UInt64(seed)
    sessionOptions.nonFinitePolicy = nonFinitePolicy
    sessionOptions.memory = memoryByteCount.map { ($0, device.isRemote ? 1 : workers, batch) }
    sessionOptions.microBatches = accumulate ?? 1
    sessionOptions.choosesMicroBatches = accumulate == nil
    let session = try TrainingSession(
      network, name: model, device: device, optimizer: optimizer, options: sessionOptions, group: machines?.group)
    try session.expectOutputs(dataSet)
    if let profiler { session.record(in: profiler, worker: workers) }
    var settings = Checkpoint.Settings(
      model: model, optimizer: optimizer.summary, batch: batch, seed: UInt64(seed), shuffles: shuffle,
      adjustable: [
        "lr": "\(lr)", "schedule": schedule.summary(epochs: epochs), "clip-norm": clipNorm.map { "\($0)" } ?? "none",
        "clip-value": clipValue.map { "\($0)" } ?? "none",
      ],
      fixed: regularization.fixed.merging(validationOptions.fixed) { first, _ in first }
        .merging(session.microBatches == 1 ? [:] : ["accumulate": "\(session.microBatches)"]) { first, _ in first },
      samples: dataSet.samples,
      classes: dataSet.classes,
      fuses: !noFuse, machine: MachineDescription(device), isDeviceChosen: deviceOptions.device != "auto",
      data: checkpoint == nil && validationOptions.saveBest == nil && machines == nil ? nil : try DataIdentity(found))
    settings.hasDarkBackground = try dataSet.hasDarkBackground()
    if let machines {
      try SameSettings.expect(
        settings, [("epochs", "\(epochs)"), ("max-steps", maxSteps.map { "\($0)" } ?? "none"), ("test-every", "\(testEvery)")],
        in: machines.group)
      let route = try session.exchangeRoute()
      if let note = route?.note { Output.error("note: \(note)") }
      if json {
        Output.line(StartEvent.machines(machines.group, route, microBatches: session.microBatches))
      } else if !quiet {
        let libraries = StartEvent.libraries(machines.group, route)
        Output.line("\(machines.group.count) processes (\(libraries)), \(session.microBatches) micro-batches a step")
      }
    }
    if json {
      Output.line(
        StartEvent.text(
          settings, dataSet, epochs: epochs, threads: workers, device: device.name, parameters: ModelStructure(network).parameterCount))
    }
    let run = TextReporter.Run(
      epochs: epochs, batch: batch, noun: dataSet.isOfPictures ? "images" : "samples", isQuiet: quiet)
    var reporter: any TrainingReporter = json ? JSONReporter() : TextReporter(run)
    defer { reporter.finish() }
    let progress = try loadCheckpoint(session, settings, machines?.group, &reporter)

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
    if dataSet.validation != nil { try validationOptions.apply(to: &options, dataSet) }
    if findLearningRate {
      try suggestRate(session, dataSet, title: "\(model) on \(dataSet.name)")
      return try session.finishExchange()
    }
    let isFirst = machines?.group.rank ?? 0 == 0
    let logs =
      isFirst
      ? try RunLogs(
        logOptions, metrics: options.metrics.map(\.name), hasValidation: dataSet.validation != nil,
        isRegression: dataSet.samples.isRegression,
        stepsPerEpoch: Trainer.batches(dataSet.train.count, batch).count, from: progress) : nil
    Interrupts.endAtOnce()
    let compiling = Mutex(ProgressLine(isWanted: !json && !quiet))
    CompilationProgress.observe { done, total in compiling.withLock { $0.draw("compiling kernels", done, of: total, []) } }
    defer { CompilationProgress.observe(nil) }
    var tracedSteps = 0
    var drawing = TrainingPlot(title: "\(model) on \(dataSet.name): \(optimizer.name), learning rate \(lr), batches of \(batch)")
    let trainer = Trainer(
      session, dataSet, options, settings: settings, isInterrupted: { Interrupts.isInterrupted },
      report: {
        if case .compiled = $0 {
          compiling.withLock { $0.clear() }
          CompilationProgress.observe(nil)
          Interrupts.catchSignals()
        }
        if isFirst {
          reporter.report($0)
          drawing.report($0)
          try logs?.report($0)
        }
        guard case .loss = $0, let profiler, profiler.isRecording else { return }
        tracedSteps += 1
        guard tracedSteps == traceSteps ?? TrainCommand.tracedSteps else { return }
        // The workers are idle between two steps.
        profiler.isRecording = false
        reporter.finish()
        try writeTrace(profiler, workers, model, steps: tracedSteps)
      })
    func writeTraceAtEnd() throws {
      if let profiler, profiler.isRecording { try writeTrace(profiler, workers, model, steps: tracedSteps) }
    }
    // A run that ends early has something to show too.
    do { try trainer.run(from: progress) } catch {
      try writeTraceAtEnd()
      try writePlot(drawing)
      throw Interrupts.naming(error)
    }
    try session.finishExchange()
    try writeTraceAtEnd()
    try writePlot(drawing)
  }

  /// Trains with a rate that rises from step to step, and prints the one at which the loss falls fastest.
  private func suggestRate(_ session: TrainingSession, _ set: DataSet, title: String) throws {
    var range = try LearningRateRange(from: 1e-6, to: 1, steps: 100)
    let batches = Trainer.batches(set.train.count, batch)
    let order = shuffle ? try SampleOrder.shuffled(set.train.count, seed: UInt64(seed), epoch: 1) : Array(0..<set.train.count)
    Interrupts.endAtOnce()
    while range.end == nil {
      let step = range.measurements.count
      let loss = try session.train(
        set.train, Array(order[batches[step % batches.count]]), learningRate: Float(range.rate(step: step)), number: step + 1)
      range.add(Double(loss))
    }
    if let plot, !Output.isSilent { try FileBytes.write(Array(LearningRatePlot(range, title: title).svg.utf8), to: plot) }
    guard let rate = range.suggestion else {
      Output.line("No rate lowers the loss: all steps from \(range.lowest) to \(range.highest) leave it or raise it.")
      return
    }
    Output.line(
      "Suggested learning rate: \(rate), where the loss falls fastest (\(range.measurements.count) steps, \(range.lowest) to \(range.highest))."
    )
  }

  private func writePlot(_ drawing: TrainingPlot) throws {
    guard let plot, !drawing.isEmpty, !Output.isSilent else { return }
    try FileBytes.write(Array(drawing.svg.utf8), to: plot)
    if !json { Output.line("The plot is in \(plot).") }
  }

  private func writeTrace(_ profiler: Profiler, _ workers: Int, _ model: String, steps: Int) throws {
    guard let trace, !Output.isSilent else { return }
    try FileBytes.write(Array(ChromeTrace.text(profiler, workers: workers, process: "training of \(model)").utf8), to: trace)
    let end = profiler.isComplete ? "" : ", the first \(TrainCommand.traceCapacity) events of each worker"
    if !json { Output.line("The trace is in \(trace): \(steps) step\(steps == 1 ? "" : "s")\(end).") }
  }

  private func loadCheckpoint(
    _ session: TrainingSession, _ settings: Checkpoint.Settings, _ group: (any ProcessGroup)?, _ reporter: inout any TrainingReporter
  ) throws -> Checkpoint.Progress {
    // Process 0 alone reads and writes the file: the others may be on other machines.
    let isFirst = group?.rank ?? 0 == 0
    if let checkpoint, isFirst { FileBytes.removeAbandoned(besides: checkpoint) }
    guard let path = checkpoint, resume else { return Checkpoint.Progress(epoch: 1, step: 0) }
    var contents = isFirst && FileBytes.isPresent(path) ? try FileBytes.read(path) : nil
    if let group {
      let distributed = try group.distribute(contents ?? [])
      contents = distributed.isEmpty ? nil : distributed
    }
    guard let contents else {
      if !json { Output.line("No checkpoint at \(path): starting a new run.") }
      return Checkpoint.Progress(epoch: 1, step: 0)
    }
    let saved = try Checkpoint.decode(contents, path: path)
    try saved.expect(settings, path: path)
    Output.notes(try session.load(saved.state, needsState: true, path: path))
    for change in saved.changes(to: settings) { Output.error("note: \(change)") }
    for warning in saved.warnings(for: settings, path: path) { Output.error("warning: \(warning)") }
    reporter.report(.resumed(path: path, epoch: saved.progress.epoch, step: saved.progress.step))
    return saved.progress
  }
}
