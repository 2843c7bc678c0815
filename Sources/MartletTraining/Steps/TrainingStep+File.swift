import MartletCore
import MartletGraph

/// Runs that go on from files.
extension TrainingStep {
  private static let numberEntry = "number"

  /// Writes the variables, the optimizer's state (`NAME.exp_avg`, `step`) and the number of steps to a safetensors file: `load` goes on from
  /// it to the same bits. `Variables.load` reads the variables alone, `Tools/pytorch-checkpoint` takes all of it to PyTorch. The file appears
  /// whole or not at all. Throws while a step runs.
  public func save(_ path: String) throws {
    var file = try variables.stateDictionary()
    file.tensors += try optimizerState()
    file.metadata.append((TrainingStep.numberEntry, String(number)))
    try FileBytes.writeAtomically(file.encoded(), to: path)
  }

  /// Reads the variables, the optimizer's state and the number of steps from a file of `save` or of `martlet train --checkpoint`, under the
  /// rules of `Variables.load`. Where the file does not say the number of steps, it is the optimizer's count of updates, where it has one.
  /// Throws, and changes nothing, where a variable or a part of the state is missing or has another shape.
  @discardableResult
  public func load(_ path: String) throws -> LoadNotes {
    let file = try Safetensors.read(path)
    let state = try optimizerState().map { (name: $0.name, type: $0.tensor.type) }
    let (found, notes) = try variables.match(file, path: path, optimizer: state)
    let count = found.first { $0.name == StepNames.step }?.tensor.elements(as: Int32.self)?.first
    var number = count.map { Int($0) }
    if let text = file.metadata(TrainingStep.numberEntry) {
      guard let own = Int(text), own >= 0, own < Int.max else {
        throw MartletError(
          CheckpointErrorCode.entryValue,
          "\(path): the entry '\(TrainingStep.numberEntry)' is '\(text)', it must be an integer from 0 on")
      }
      number = own
    }
    try variables.load(file, path: path)
    let names = Set(state.map(\.name))
    try setOptimizerState(found.filter { names.contains($0.name) })
    if let number { self.number = number }
    return notes
  }
}
