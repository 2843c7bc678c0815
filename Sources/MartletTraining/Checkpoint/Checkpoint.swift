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

  /// What a run must have in common with the one that it continues, or it would not give the same bits.
  public struct Settings: Hashable, Sendable {
    public var model: String
    public var optimizer: String
    public var batch: Int
    public var seed: UInt64
    public var shuffles: Bool
    /// Options that may be others when a run goes on, say a smaller rate after a loss that was not finite, with their values as text.
    public var adjustable: [String: String] = [:]
  }

  private static let adjustableOptions = ["lr", "schedule", "clip-norm"]

  public var settings: Settings
  public var progress: Progress
  public var tensors: [(name: String, tensor: HostTensor)]

  private static let format = "martlet-checkpoint-1"

  public func write(to path: String) throws {
    let file = Safetensors(
      metadata: [
        ("format", Checkpoint.format), ("model", settings.model), ("optimizer", settings.optimizer), ("batch", String(settings.batch)),
        ("seed", String(settings.seed)), ("shuffle", String(settings.shuffles)), ("epoch", String(progress.epoch)),
        ("step", String(progress.step)),
      ] + Checkpoint.adjustableOptions.compactMap { option in settings.adjustable[option].map { (option, $0) } }, tensors: tensors)
    try FileBytes.writeAtomically(file.encoded(), to: path)
  }

  /// Throws `.invalidInput` when the file is damaged or no checkpoint of a run.
  public static func read(_ path: String) throws -> Checkpoint {
    let file = try Safetensors.read(path)
    func field<Value: LosslessStringConvertible>(_ key: String) throws -> Value {
      guard let text = file.metadata(key), let value = Value(text) else {
        throw MartletError(
          CheckpointErrorCode.notACheckpoint, "\(path) is not a checkpoint of a training run: its metadata lack '\(key)'")
      }
      return value
    }
    let format: String = try field("format")
    guard format == Checkpoint.format else {
      throw MartletError(CheckpointErrorCode.notACheckpoint, "\(path) has format '\(format)', '\(Checkpoint.format)' was expected")
    }
    return Checkpoint(
      settings: Settings(
        model: try field("model"), optimizer: try field("optimizer"), batch: try field("batch"), seed: try field("seed"),
        shuffles: try field("shuffle"),
        adjustable: Dictionary(uniqueKeysWithValues: adjustableOptions.compactMap { option in file.metadata(option).map { (option, $0) } })),
      progress: Progress(epoch: try field("epoch"), step: try field("step")), tensors: file.tensors)
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
  }

  /// What a run changes of the options that may change, a sentence each.
  public func changes(to other: Settings) -> [String] {
    Checkpoint.adjustableOptions.compactMap { option in
      guard let before = settings.adjustable[option], let now = other.adjustable[option], before != now else { return nil }
      return "--\(option) is \(now) from here on, the checkpoint was made with \(before)"
    }
  }
}
