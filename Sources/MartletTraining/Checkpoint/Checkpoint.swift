import MartletCore

/// The state of a training run in one file: parameters under PyTorch's names, optimizer state beside them, progress in the metadata.
public struct Checkpoint: Sendable {
  /// How far the run is.
  public struct Progress: Hashable, Sendable {
    /// The epoch that runs or has just ended; from 1.
    public var epoch: Int
    /// Steps done in that epoch.
    public var step: Int

    public init(epoch: Int, step: Int) {
      self.epoch = epoch
      self.step = step
    }
  }

  /// What decides the numbers of a run: a run that continues it must have the same, or it would not give the same bits.
  public struct Settings: Hashable, Sendable {
    public var model: String
    public var optimizer: String
    public var batch: Int
    public var seed: UInt64
    public var shuffles: Bool
    /// Options that may be others when a run goes on, say a smaller rate after a loss that was not finite, with their values as text.
    public var adjustable: [String: String] = [:]
    /// Nil where a checkpoint does not say.
    public var fuses: Bool?
    /// Device, instruction set and libraries. They may differ, for the machine decides them; the run then says that its bits do too.
    public var machine = MachineDescription()
    /// Whether the user chose the device: another one than the checkpoint's is then refused.
    public var isDeviceChosen = false
    public var data: DataIdentity?
  }

  private static let adjustableOptions = ["lr", "schedule", "clip-norm"]

  public var settings: Settings
  public var progress: Progress
  public var tensors: [(name: String, tensor: HostTensor)]

  private static let format = "martlet-checkpoint-1"

  public func write(to path: String) throws {
    var metadata = [
      ("format", Checkpoint.format), ("model", settings.model), ("optimizer", settings.optimizer), ("batch", String(settings.batch)),
      ("seed", String(settings.seed)), ("shuffle", String(settings.shuffles)), ("epoch", String(progress.epoch)),
      ("step", String(progress.step)),
    ]
    metadata += Checkpoint.adjustableOptions.compactMap { option in settings.adjustable[option].map { (option, $0) } }
    if let fuses = settings.fuses { metadata.append(("fuse", String(fuses))) }
    metadata += settings.machine.entries.map { ($0.name, $0.value) }
    if let data = settings.data { metadata += [(DataIdentity.nameEntry, data.name), (DataIdentity.digestEntry, data.digest)] }
    try FileBytes.writeAtomically(Safetensors(metadata: metadata, tensors: tensors).encoded(), to: path)
  }

  /// Throws `.invalidInput` when the file is damaged, no checkpoint of a run, or has an entry that no run writes.
  public static func read(_ path: String) throws -> Checkpoint {
    let file = try Safetensors.read(path)
    let entries = CheckpointEntries(file, path: path)
    let format = try entries.text("format")
    guard format == Checkpoint.format else {
      throw MartletError(CheckpointErrorCode.notACheckpoint, "\(path) has format '\(format)', '\(Checkpoint.format)' was expected")
    }
    var adjustable: [String: String] = [:]
    adjustable["lr"] = try entries.optional("lr", "a number") { Float($0).map { !$0.isNaN } ?? false }
    adjustable["schedule"] = try entries.optional(
      "schedule", LearningRateSchedule.summaryForms, LearningRateSchedule.isSummary)
    adjustable["clip-norm"] = try entries.optional("clip-norm", "none or a positive number") { text in
      text == "none" || Double(text).map { $0 > 0 && $0.isFinite } ?? false
    }
    let largest = Int(Int32.max)
    return Checkpoint(
      settings: Settings(
        model: try entries.text("model"), optimizer: try entries.text("optimizer"), batch: try entries.integer("batch", 1...largest),
        seed: try entries.integer("seed", 0...UInt64.max), shuffles: try entries.flag("shuffle"), adjustable: adjustable,
        fuses: file.metadata("fuse") == nil ? nil : try entries.flag("fuse"), machine: MachineDescription(file),
        data: try entries.data()),
      progress: Progress(epoch: try entries.integer("epoch", 1...largest), step: try entries.integer("step", 0...largest)),
      tensors: file.tensors)
  }

  /// Throws unless the settings of a run are those of the checkpoint.
  public func expect(_ other: Settings, path: String) throws {
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
    if let mine = settings.fuses, let theirs = other.fuses { try compare("fusion", mine ? "on" : "off", theirs ? "on" : "off") }
    if other.isDeviceChosen, let mine = settings.machine.device, let theirs = other.machine.device { try compare("device", mine, theirs) }
  }

  /// What differs from the checkpoint that is not refused and changes the bits, as warnings.
  public func warnings(for other: Settings, path: String) -> [String] {
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
  public func changes(to other: Settings) -> [String] {
    Checkpoint.adjustableOptions.compactMap { option in
      guard let before = settings.adjustable[option], let now = other.adjustable[option], before != now else { return nil }
      return "--\(option) is \(now) from here on, the checkpoint was made with \(before)"
    }
  }
}
