import ArgumentParser
import MartletCore
import MartletLayers
import MartletTraining

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Let a language model write, with the parameters of a checkpoint.")

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "The text that the model goes on with (default: a line break).") var prompt = "\n"
  @Option(help: "Tokens to write.") var length = 200
  @Option(help: "0 for the most likely token each time; higher numbers make unlikely tokens likelier.") var temperature = 0.8
  @Option(help: "Seed of the random choices.") var seed: UInt64 = 0
  @Flag(
    help: "Compute the whole window for each token, in place of keeping what was computed of the tokens before it: slower, the same text.")
  var recompute = false
  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    try OptionText.expect("--length", length, atLeast: 0)
    guard temperature >= 0, temperature.isFinite else {
      throw MartletError(UsageErrorCode.notPositive, "--temperature must be a number that is not negative, found \(temperature)")
    }
    guard !prompt.isEmpty else {
      throw MartletError(UsageErrorCode.emptyPrompt, "--prompt has no character", advice: "Give the beginning of a text.")
    }
    if let model { _ = try ModelRegistry.make(model) }
    let device = Device(try deviceOptions.make())
    let file = try Safetensors.read(checkpoint)
    let name = model ?? file.metadata("model") ?? ModelRegistry.defaultName
    let described = try SampleType.read(CheckpointEntries(file, path: checkpoint))
    let network = try ModelRegistry.make(name, for: described?.samples)
    let variables = try Variables(network, on: device)
    Output.notes(try variables.load(file.withAverages(), path: checkpoint))
    let generator = try TextGenerator(network, variables, keepsStates: !recompute)
    let vocabulary = try TextVocabulary(outputs: network.samples.outputs, names: described?.classes)
    let given = try vocabulary.tokens(of: prompt)
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

  /// Text that comes token by token: a character of UTF-8 may be several bytes.
  private struct PartialText {
    private let vocabulary: TextVocabulary
    private var pending: [Int32] = []

    init(_ vocabulary: TextVocabulary) { self.vocabulary = vocabulary }

    /// What can be printed now: all but the beginning of a character of UTF-8.
    mutating func append(_ token: Int32) throws -> String {
      pending.append(token)
      guard vocabulary == .bytes else { return try rest() }
      let tail = PartialText.incompleteTail(pending)
      let text = try vocabulary.text(of: Array(pending.dropLast(tail)))
      pending = Array(pending.suffix(tail))
      return text
    }

    /// How many bytes at the end may become a character with those that follow.
    private static func incompleteTail(_ bytes: [Int32]) -> Int {
      for count in 1...3 where count <= bytes.count {
        let byte = bytes[bytes.count - count]
        let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
        if byte < 0x80 || byte >= 0xc0 { return length > count ? count : 0 }
      }
      return 0
    }

    /// What has not been printed yet, complete or not.
    mutating func rest() throws -> String {
      defer { pending = [] }
      return try vocabulary.text(of: pending)
    }
  }
}
