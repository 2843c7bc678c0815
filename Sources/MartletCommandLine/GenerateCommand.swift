import ArgumentParser
import MartletCore
import MartletLayers
import MartletTraining

struct GenerateCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "generate", "Let a language model write, with the parameters of a checkpoint.",
      examples: ["generate --checkpoint play.safetensors --prompt 'To be' --temperature 0.8"])
  }

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "The text that the model goes on with (default: a line break, or the first character of a vocabulary without one).")
  var prompt: String?
  @Option(help: "Tokens to write.") var length = 200
  @Option(help: "0 for the most likely token each time; higher numbers make unlikely tokens likelier.") var temperature = 0.8
  @Option(help: "Seed of the random choices.") var seed: UInt64 = 0
  @Flag(
    help:
      "Compute the whole window for each token and keep nothing of the tokens before it: slower, the same text but for rounding.")
  var recompute = false
  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    try OptionText.expect("--length", length, atLeast: 0)
    guard temperature >= 0, temperature.isFinite else {
      throw MartletError(
        UsageErrorCode.notPositive, "--temperature must be a number that is not negative, found \(temperature)",
        advice: "Give 0 for the likeliest token, or a number above it.")
    }
    guard prompt != "" else {
      throw MartletError(UsageErrorCode.emptyPrompt, "--prompt has no character", advice: "Give the beginning of a text.")
    }
    if let model { _ = try ModelRegistry.make(model) }
    let device = Device(try deviceOptions.make())
    let file = try Safetensors.read(checkpoint)
    guard let name = model ?? file.metadata("model") else {
      throw MartletError(
        CheckpointErrorCode.notACheckpoint, "\(checkpoint) does not say which model it belongs to",
        advice: "Name the model: martlet generate MODEL --checkpoint FILE.")
    }
    let described = try SampleType.read(CheckpointEntries(file, path: checkpoint))
    let network = try ModelRegistry.make(name, for: described?.samples)
    let variables = try Variables(network, on: device)
    let generator = try TextGenerator(network, variables, keepsStates: !recompute)
    Output.notes(try variables.load(file.withAverages(), path: checkpoint))
    let vocabulary = try TextVocabulary(outputs: network.samples.outputs, names: described?.classes)
    let given = try vocabulary.tokens(of: prompt ?? vocabulary.beginning)
    var sampler = TokenSampler(temperature: temperature, seed: seed)
    var text = PartialText(vocabulary)
    var logits: [Float] = []
    for token in given {
      Output.write(try text.append(token))
      logits = try generator.append(token)
    }
    for number in 0..<length {
      let token = try sampler.choose(logits)
      Output.write(try text.append(token))
      if number + 1 < length { logits = try generator.append(token) }
    }
    Output.line(try text.rest())
  }
}
