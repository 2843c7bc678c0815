import ArgumentParser
import MartletCore
import MartletLayers
import MartletTraining

/// The schedule of the learning rate.
struct ScheduleOptions: ParsableArguments {
  @Option(help: "Learning-rate schedule: \(LearningRateSchedule.names.joined(separator: ", ")).") var schedule = "constant"
  @Option(help: "With --schedule step: epochs between two reductions.") var stepEpochs = 3
  @Option(help: "With --schedule step: multiply the rate by this factor every --step-epochs epochs.") var stepFactor = 0.1
  @Option(help: "With --schedule exponential: multiply the rate by this factor after every epoch.") var decayFactor = 0.95
  @Option(help: "With --schedule restarts: epochs of the first cycle.") var restartEpochs = 10
  @Option(help: "With --schedule restarts: each cycle is this many times as long as the one before.") var restartGrowth = 1
  @Option(help: "With --schedule one-cycle: share of all steps at which the rate is highest.") var peak = 0.3
  @Option(help: "With --schedule plateau: multiply the rate by this factor when validations stop to improve.") var plateauFactor = 0.1
  @Option(help: "With --schedule plateau: validations in a row without an improvement that are let pass.") var plateauPatience = 10
  @Option(help: "With --schedule plateau: share of the best value by which a better one must differ.") var plateauThreshold = 1e-4
  @Option(help: "With --schedule plateau: validations after a reduction that do not count.") var plateauCooldown = 0
  @Option(help: "With --schedule plateau: the lowest rate.") var minimumRate = 0.0
  @Option(help: "Number of first steps over which the learning rate rises to its full value.") var warmUp = 0

  init() {}

  func make() throws -> LearningRateSchedule {
    for (name, number) in [("--step-epochs", stepEpochs), ("--restart-epochs", restartEpochs), ("--restart-growth", restartGrowth)] {
      try OptionText.expect(name, number, atLeast: 1)
    }
    for (name, number) in [("--warm-up", warmUp), ("--plateau-patience", plateauPatience), ("--plateau-cooldown", plateauCooldown)] {
      try OptionText.expect(name, number, atLeast: 0)
    }
    for (name, number) in [("--step-factor", stepFactor), ("--decay-factor", decayFactor)] { try OptionText.expectPositive(name, number) }
    guard peak > 0, peak < 1 else {
      throw MartletError(UsageErrorCode.notPositive, "--peak is a share between 0 and 1, found \(peak)", advice: "For example --peak 0.3.")
    }
    guard plateauFactor > 0, plateauFactor < 1 else {
      throw MartletError(
        UsageErrorCode.notPositive, "--plateau-factor is between 0 and 1, found \(plateauFactor)",
        advice: "For example --plateau-factor 0.1.")
    }
    for (name, number, limit) in [("--plateau-threshold", plateauThreshold, 1), ("--minimum-rate", minimumRate, Double.infinity)] {
      guard number >= 0, number < limit else {
        throw MartletError(
          UsageErrorCode.notPositive, "\(name) is at least 0\(limit == 1 ? " and below 1" : " and finite"), found \(number)")
      }
    }
    let shape: LearningRateSchedule.Shape
    switch schedule {
    case "constant": shape = .constant
    case "step": shape = .step(epochs: stepEpochs, factor: stepFactor)
    case "cosine": shape = .cosine
    case "restarts": shape = .restarts(epochs: restartEpochs, growth: restartGrowth)
    case "one-cycle": shape = .oneCycle(peak: peak)
    case "exponential": shape = .exponential(factor: decayFactor)
    case "linear": shape = .linear
    case "plateau":
      shape = .plateau(
        factor: plateauFactor, patience: plateauPatience, threshold: plateauThreshold, cooldown: plateauCooldown, minimum: minimumRate)
    default:
      throw MartletError(
        UsageErrorCode.unknownChoice, "unknown schedule '\(schedule)'",
        advice: KnownNames.advice("schedules", LearningRateSchedule.names, insteadOf: schedule))
    }
    return LearningRateSchedule(shape, warmUpSteps: warmUp)
  }
}

/// What keeps a model from learning its training set by heart, and what it does not train.
struct RegularizationOptions: ParsableArguments {
  @Option(help: "Change each image anew in every step: shift=2,rotate=10,flip,crop=4,erase=0.1, or some of these.") var augment: String?
  @Option(help: "Keep moving averages of the weights with this decay, such as 0.999; tests read them.") var ema: Double?
  @Option(help: "Weights of the classes in the loss, in their order: 1,1,2.5.") var classWeights: String?
  @Option(help: "Label smoothing of the loss, from 0 to 1.") var labelSmoothing = 0.0
  @Option(help: "A layer or parameter that stays as it is, such as conv1 or out.bias; repeat for several.") var freeze: [String] = []

  init() {}

  /// The options of the model's graphs for a data set.
  func modelOptions(_ set: DataSet) throws -> ModelOptions {
    var options = ModelOptions(samples: set.samples)
    if let augment {
      guard set.samples.input.shape.rank == 3 else {
        throw MartletError(
          UsageErrorCode.unknownChoice, "--augment is for images, but the inputs are \(set.samples.input)", advice: "Leave it out.")
      }
      guard !set.samples.hasTargetForEachPixel else {
        throw MartletError(
          UsageErrorCode.unknownChoice, "--augment changes images and not targets of their pixels, here \(set.samples.target)",
          advice: "Leave it out.")
      }
      options.augmentation = try Augmentation.parse(augment)
    }
    if let ema, !(ema >= 0 && ema < 1) {
      throw MartletError(UsageErrorCode.notPositive, "--ema is at least 0 and below 1, found \(ema)", advice: "For example --ema 0.999.")
    }
    guard labelSmoothing >= 0, labelSmoothing <= 1 else {
      throw MartletError(UsageErrorCode.notPositive, "--label-smoothing is a number from 0 to 1, found \(labelSmoothing)")
    }
    if set.samples.isRegression, classWeights != nil || labelSmoothing != 0 {
      throw MartletError(
        UsageErrorCode.unknownChoice, "--class-weights and --label-smoothing are for classes, but the targets are numbers to predict",
        advice: "Leave them out.")
    }
    options.labelSmoothing = labelSmoothing
    options.classWeights = try classWeights.map { text in
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0.filter { $0 != " " }) }
      let weights = parts.compactMap { $0 }
      guard weights.count == parts.count, weights.count == set.samples.outputs, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
        weights.contains(where: { $0 > 0 })
      else {
        throw MartletError(
          UsageErrorCode.unknownChoice,
          "--class-weights takes \(set.samples.outputs) numbers from 0 on with commas, at least one of them above 0, found '\(text)'",
          advice: "The classes are \(set.classes?.joined(separator: ", ") ?? "missing").")
      }
      return weights
    }
    options.frozen = freeze
    return options
  }

  /// What differs from the defaults, for a checkpoint.
  var fixed: [String: String] {
    var fixed: [String: String] = [:]
    fixed["augment"] = augment
    fixed["ema"] = ema.map { "\($0)" }
    fixed["class-weights"] = classWeights
    if labelSmoothing != 0 { fixed["label-smoothing"] = "\(labelSmoothing)" }
    if !freeze.isEmpty { fixed["freeze"] = freeze.joined(separator: ",") }
    return fixed
  }
}

/// A part of the training samples that tells how good the model is while it trains.
struct ValidationOptions: ParsableArguments {
  @Option(help: "Share of the training samples to validate with after each epoch, where the data have no part for that.")
  var validation: Double?
  @Option(help: "What validations measure beside the loss: \(MetricNames.forms.joined(separator: ", ")), with commas.") var metrics: String?
  @Option(help: "Which of these, or loss, tells which epoch is the best.") var monitor = "loss"
  @Option(help: "Stop after this many validations in a row without a better value.") var earlyStopping: Int?
  @Option(help: "Save the state of the best epoch to this file.") var saveBest: String?

  init() {}

  private static let usualFraction = 0.1

  /// Whether anything of validation is asked for.
  var isOn: Bool { validation != nil || metrics != nil || earlyStopping != nil || saveBest != nil }

  /// The data with a part for validation, or as they are without validation.
  func applied(to set: DataSet, seed: UInt64) throws -> DataSet {
    guard isOn else {
      guard monitor == "loss" else {
        throw MartletError(
          UsageErrorCode.unknownChoice, "--monitor needs a validation", advice: "Add --validation 0.1, or --early-stopping 3.")
      }
      return set.withoutValidation
    }
    let fraction = validation ?? ValidationOptions.usualFraction
    guard fraction > 0, fraction < 1 else {
      throw MartletError(
        UsageErrorCode.notPositive, "--validation is a share between 0 and 1, found \(fraction)", advice: "For example --validation 0.1.")
    }
    return try set.withValidation(fraction, seed: seed)
  }

  func apply(to options: inout Trainer.Options, _ set: DataSet) throws {
    try OptionText.expect("--early-stopping", earlyStopping, atLeast: 1)
    let names = (metrics ?? (set.samples.isRegression ? "" : "accuracy")).split(separator: ",").map { String($0.filter { $0 != " " }) }
    if set.samples.isRegression, let name = names.first {
      throw MartletError(
        UsageErrorCode.unknownChoice, "the metric '\(name)' is for classes, but the targets are numbers to predict",
        advice: "Leave --metrics out: the loss is measured in any case.")
    }
    options.metrics = try names.map { name in
      let metric = try MetricNames.metric(named: name)
      if let number = name.split(separator: "-").last.flatMap({ Int($0) }), !name.hasPrefix("top-"), number >= set.samples.outputs {
        throw MartletError(
          TrainingErrorCode.unknownMetric,
          "the metric '\(name)' is of class \(number), but the classes are 0 to \(set.samples.outputs - 1)",
          advice: "They are \(set.classes?.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ") ?? "numbers").")
      }
      return metric
    }
    options.monitor = monitor
    options.patience = earlyStopping
    options.bestPath = saveBest
  }

  var fixed: [String: String] {
    guard isOn else { return [:] }
    var fixed = ["validation": "\(validation ?? ValidationOptions.usualFraction)", "monitor": monitor]
    fixed["metrics"] = metrics
    return fixed
  }
}

/// Files that follow a run.
struct LogOptions: ParsableArguments {
  @Option(help: "Write losses, rates, validations and tests to a folder that TensorBoard reads.") var tensorboard: String?
  @Option(help: "Write a row for each epoch to this CSV file.") var csv: String?

  init() {}
}
