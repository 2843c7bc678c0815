import MartletCore
import MartletTraining

/// Writes what happens in a run to the files of `LogOptions`.
final class RunLogs {
  private let board: TensorBoardWriter?
  private let table: CSVLog?
  private let stepsPerEpoch: Int
  private let hasValidation: Bool
  /// Losses of the epoch that runs.
  private var (sum, count) = (0.0, 0)
  private var seconds = 0.0
  private var step = 0

  /// `metrics` are those of the validations; a run that goes on from a checkpoint continues the table.
  init(
    _ options: LogOptions, metrics: [String], hasValidation: Bool, isRegression: Bool, stepsPerEpoch: Int,
    from progress: Checkpoint.Progress
  ) throws {
    self.stepsPerEpoch = stepsPerEpoch
    self.hasValidation = hasValidation
    step = progress.step
    board = try options.tensorboard.map { try TensorBoardWriter(folder: $0) }
    let validations = hasValidation ? (["loss"] + metrics.filter { $0 != "loss" }).map { "validation-\($0)" } : []
    let tests = ["test-loss"] + (isRegression ? [] : ["test-accuracy"])
    let isNew = progress.epoch == 1 && progress.step == 0
    table = try options.csv.map { path in
      try CSVLog(
        path, columns: ["training-loss", "seconds"] + validations + tests,
        resumingAfter: isNew ? nil : CSVLog.Point(epoch: progress.epoch, step: progress.step))
    }
  }

  func report(_ event: Trainer.Event) throws {
    switch event {
    case .loss(let epoch, let step, let loss, let rate, let isLogged):
      sum += Double(loss)
      count += 1
      self.step = step
      guard isLogged else { return }
      try board?.add("loss/training", Double(loss), step: total(epoch, step))
      try board?.add("learning-rate", Double(rate), step: total(epoch, step))
    case .epoch(let epoch, let seconds, _, _):
      self.seconds = seconds
      // The rows are of whole epochs: a run that goes on adds the one that was interrupted.
      if !hasValidation, step == stepsPerEpoch { try addRow(epoch, [:]) }
    case .validation(let epoch, let step, let values, _):
      for (name, value) in values { try board?.add("\(name)/validation", value, step: total(epoch, step)) }
      try addRow(epoch, Dictionary(values.map { ("validation-\($0.name)", $0.value) }, uniquingKeysWith: { first, _ in first }))
    case .test(let epoch, let result, _):
      try board?.add("loss/test", result.sampleLoss, step: total(epoch, step))
      if let accuracy = result.accuracy { try board?.add("accuracy/test", accuracy, step: total(epoch, step)) }
      var values = ["test-loss": result.sampleLoss]
      values["test-accuracy"] = result.accuracy
      try table?.add(CSVLog.Point(epoch: epoch, step: step), values)
    case .saved: try board?.flush()
    case .compiled, .memory, .correct, .step, .nonFinite, .stopped, .resumed: break
    }
  }

  private func addRow(_ epoch: Int, _ values: [String: Double]) throws {
    var values = values
    if count > 0 { values["training-loss"] = sum / Double(count) }
    values["seconds"] = seconds
    (sum, count) = (0, 0)
    try table?.add(CSVLog.Point(epoch: epoch, step: step), values)
  }

  private func total(_ epoch: Int, _ step: Int) -> Int { (epoch - 1) * stepsPerEpoch + step }
}
