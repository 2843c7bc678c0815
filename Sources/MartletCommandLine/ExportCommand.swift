import ArgumentParser
import MartletCore
import MartletLayers
import MartletTraining

struct ExportCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "export", "Write a checkpoint's parameters and states alone, for PyTorch's load_state_dict.",
      examples: ["export --checkpoint digits.safetensors --output weights.safetensors"])
  }

  @Argument(help: "A model's name; the checkpoint's own by default.") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "The safetensors file to write.") var output: String
  @Flag(help: "Write the moving averages of --ema in place of the parameters.") var averages = false

  func run() throws {
    try FileBytes.expectWritable(output)
    let read = try Safetensors.read(checkpoint)
    let file = averages ? read.withAverages() : read
    guard !averages || read.hasAverages else {
      throw MartletError(
        CheckpointErrorCode.missingTensor, "\(checkpoint) has no averages of parameters",
        advice: "Leave --averages out, or train with --ema.")
    }
    guard let name = model ?? file.metadata("model") else {
      throw MartletError(
        CheckpointErrorCode.notACheckpoint, "\(checkpoint) does not say which model it belongs to",
        advice: "Name the model: martlet export MODEL --checkpoint FILE --output FILE.")
    }
    let samples = try SampleType.read(CheckpointEntries(file, path: checkpoint))?.samples
    let structure = ModelStructure(try ModelRegistry.make(name, for: samples))
    let (state, notes) = try file.stateDictionary(of: structure, model: name, path: checkpoint)
    Output.notes(notes)
    try FileBytes.writeAtomically(state.encoded(), to: output)
    Output.line("\(state.tensors.count + state.foreign.count) tensors of \(name) are in \(output).")
  }
}
