import MartletCore
import MartletLayers

/// The state of a training run in one file: parameters under PyTorch's names, optimizer state beside them, progress in the metadata.
package struct Checkpoint: Sendable {
  /// How far the run is.
  package struct Progress: Hashable, Sendable {
    /// The epoch that runs or has just ended; from 1.
    package var epoch: Int
    /// Steps done in that epoch.
    package var step: Int
    /// What the validations so far found, as `EarlyStopping.state` writes it; nil without validations.
    package var validations: String?
    /// What they left of the learning rate, as `ReduceOnPlateau.state` writes it; nil with other schedules.
    package var plateau: String?

    package init(epoch: Int, step: Int, validations: String? = nil, plateau: String? = nil) {
      self.epoch = epoch
      self.step = step
      self.validations = validations
      self.plateau = plateau
    }
  }

  /// What decides the numbers of a run: a run that continues it must have the same, or it would not give the same bits.
  package struct Settings: Hashable, Sendable {
    package var model: String
    package var optimizer: String
    package var batch: Int
    package var seed: UInt64
    package var shuffles: Bool
    /// Options that may be others when a run goes on, say a smaller rate after a loss that was not finite, with their values as text.
    package var adjustable: [String: String] = [:]
    /// Options that are not the default and must be the same when a run goes on, with their values as text.
    package var fixed: [String: String] = [:]
    /// The types of the samples and the names of the classes: what `predict` needs beside the parameters. Nil where a checkpoint does not say.
    package var samples: SampleType?
    package var classes: [String]?
    /// Whether grey training images have a dark background: photos are inverted to match.
    package var hasDarkBackground: Bool?
    /// Nil where a checkpoint does not say.
    package var fuses: Bool?
    /// Device, instruction set and libraries. They may differ, for the machine decides them; the run then says that its bits do too.
    package var machine = MachineDescription()
    /// Whether the user chose the device: another one than the checkpoint's is then refused.
    package var isDeviceChosen = false
    package var data: DataIdentity?

    package init(
      model: String, optimizer: String, batch: Int, seed: UInt64, shuffles: Bool, adjustable: [String: String] = [:],
      fixed: [String: String] = [:],
      samples: SampleType? = nil, classes: [String]? = nil, fuses: Bool? = nil, machine: MachineDescription = MachineDescription(),
      isDeviceChosen: Bool = false, data: DataIdentity? = nil
    ) {
      self.model = model
      self.optimizer = optimizer
      self.batch = batch
      self.seed = seed
      self.shuffles = shuffles
      self.adjustable = adjustable
      self.fixed = fixed
      self.samples = samples
      self.classes = classes
      self.fuses = fuses
      self.machine = machine
      self.isDeviceChosen = isDeviceChosen
      self.data = data
    }
  }

  fileprivate static let adjustableOptions = ["lr", "schedule", "clip-norm", "clip-value"]
  fileprivate static let fixedOptions = [
    "accumulate", "ema", "augment", "freeze", "class-weights", "label-smoothing", "validation", "metrics", "monitor",
  ]
  private static let validationsEntry = "validations"
  private static let plateauEntry = "plateau"

  package var settings: Settings
  package var progress: Progress
  /// The model's tensors and the optimizer's, without metadata.
  package var state: Safetensors

  package init(settings: Settings, progress: Progress, state: Safetensors) {
    self.settings = settings
    self.progress = progress
    self.state = state
  }

  package init(settings: Settings, progress: Progress, tensors: [(name: String, tensor: HostTensor)]) {
    self.init(settings: settings, progress: progress, state: Safetensors(metadata: [], tensors: tensors))
  }

  package var tensors: [(name: String, tensor: HostTensor)] { state.tensors }

  private static let format = "martlet-checkpoint-1"

  package func write(to path: String) throws {
    var metadata = [("format", Checkpoint.format), ("epoch", String(progress.epoch)), ("step", String(progress.step))] + settings.entries
    if let validations = progress.validations { metadata.append((Checkpoint.validationsEntry, validations)) }
    if let plateau = progress.plateau { metadata.append((Checkpoint.plateauEntry, plateau)) }
    var file = state
    file.metadata = metadata
    try FileBytes.writeAtomically(file.encoded(), to: path)
  }

  /// Throws `.invalidInput` when the file is damaged, no checkpoint of a run, or has an entry that no run writes.
  package static func read(_ path: String) throws -> Checkpoint { try decode(try FileBytes.read(path), path: path) }

  /// The same from the bytes of the file; `path` is for messages.
  package static func decode(_ bytes: [UInt8], path: String) throws -> Checkpoint {
    let file = try Safetensors.decode(bytes, file: path)
    let entries = CheckpointEntries(file, path: path)
    let format = try entries.text("format")
    guard format == Checkpoint.format else {
      throw MartletError(
        CheckpointErrorCode.notACheckpoint, "\(path) has format '\(format)', '\(Checkpoint.format)' was expected",
        advice: "Use the version of Martlet that wrote it, or a file that this one writes.")
    }
    var adjustable: [String: String] = [:]
    adjustable["lr"] = try entries.optional("lr", "a number") { Float($0).map { !$0.isNaN } ?? false }
    adjustable["schedule"] = try entries.optional(
      "schedule", LearningRateSchedule.summaryForms, LearningRateSchedule.isSummary)
    adjustable["clip-norm"] = try entries.optional("clip-norm", "none or a positive number") { text in
      text == "none" || Double(text).map { $0 > 0 && $0.isFinite } ?? false
    }
    adjustable["clip-value"] = try entries.optional("clip-value", "none or a positive number") { text in
      text == "none" || Double(text).map { $0 > 0 && $0.isFinite } ?? false
    }
    let fixed = Dictionary(
      fixedOptions.compactMap { option in file.metadata(option).map { (option, $0) } }, uniquingKeysWith: { first, _ in first })
    let described = try SampleType.read(entries)
    let largest = Int(Int32.max)
    var state = file
    state.metadata = []
    return Checkpoint(
      settings: Settings(
        model: try entries.text("model"), optimizer: try entries.text("optimizer"), batch: try entries.integer("batch", 1...largest),
        seed: try entries.integer("seed", 0...UInt64.max), shuffles: try entries.flag("shuffle"), adjustable: adjustable,
        fixed: fixed, samples: described?.samples, classes: described?.classes,
        fuses: file.metadata("fuse") == nil ? nil : try entries.flag("fuse"), machine: MachineDescription(file),
        data: try entries.data()),
      progress: Progress(
        epoch: try entries.integer("epoch", 1...largest), step: try entries.integer("step", 0...largest),
        validations: file.metadata(validationsEntry), plateau: file.metadata(plateauEntry)),
      state: state)
  }

  /// Throws unless the settings of a run are those of the checkpoint.
  package func expect(_ other: Settings, path: String) throws {
    func compare<Value: Equatable>(_ name: String, _ mine: Value, _ theirs: Value) throws {
      guard mine == theirs else {
        throw MartletError(
          CheckpointErrorCode.otherSettings, "\(path) was made with \(name) \(mine), this run has \(theirs)")
      }
    }
    try compare("model", settings.model, other.model)
    try compare("optimizer", settings.optimizer, other.optimizer)
    try compare("batch", settings.batch, other.batch)
    try compare("seed", settings.seed, other.seed)
    try compare("shuffle", settings.shuffles, other.shuffles)
    if let mine = settings.classes, let theirs = other.classes {
      try compare("the classes", mine.joined(separator: ", "), theirs.joined(separator: ", "))
    }
    for option in Checkpoint.fixedOptions { try compare("--\(option)", settings.fixed[option] ?? "none", other.fixed[option] ?? "none") }
    if let mine = settings.fuses, let theirs = other.fuses { try compare("fusion", mine ? "on" : "off", theirs ? "on" : "off") }
    if other.isDeviceChosen, let mine = settings.machine.device, let theirs = other.machine.device { try compare("device", mine, theirs) }
  }

  /// What differs from the checkpoint that is not refused and changes the bits, as warnings.
  package func warnings(for other: Settings, path: String) -> [String] {
    var warnings: [String] = []
    let differences = settings.machine.differences(from: other.machine)
    if !differences.isEmpty {
      warnings.append(
        "\(path) was made with \(differences.joined(separator: ", ")): the weights will not be the bits of a run that was never interrupted"
      )
    }
    if let mine = settings.data, let theirs = other.data, let difference = mine.difference(from: theirs) {
      warnings.append("\(path) was made with \(difference)")
    }
    return warnings
  }

  /// What a run changes of the options that may change, a sentence each.
  package func changes(to other: Settings) -> [String] {
    Checkpoint.adjustableOptions.compactMap { option in
      guard let before = settings.adjustable[option], let now = other.adjustable[option], before != now else { return nil }
      return "--\(option) is \(now) from here on, the checkpoint was made with \(before)"
    }
  }
}

extension Checkpoint.Settings {
  /// All of them as text, always in the same order: the metadata of a checkpoint.
  package var entries: [(String, String)] {
    var entries = [
      ("model", model), ("optimizer", optimizer), ("batch", String(batch)), ("seed", String(seed)), ("shuffle", String(shuffles)),
    ]
    entries += Checkpoint.adjustableOptions.compactMap { option in adjustable[option].map { (option, $0) } }
    entries += Checkpoint.fixedOptions.compactMap { option in fixed[option].map { (option, $0) } }
    if let hasDarkBackground { entries.append((CheckpointEntries.darkBackgroundEntry, String(hasDarkBackground))) }
    if let samples { entries += samples.entries(classes) }
    if let fuses { entries.append(("fuse", String(fuses))) }
    entries += machine.entries.map { ($0.name, $0.value) }
    if let data { entries += [(DataIdentity.nameEntry, data.name), (DataIdentity.digestEntry, data.digest)] }
    return entries
  }
}
