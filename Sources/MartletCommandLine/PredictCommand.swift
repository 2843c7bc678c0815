import ArgumentParser
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletTraining

struct PredictCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "predict", "Classify photos or other inputs, or predict their numbers, with the parameters of a checkpoint.",
      examples: [
        "predict --checkpoint digits.safetensors --images photo.png",
        "predict --checkpoint m.safetensors --images new/*.jpg --top-k 3",
        "predict --checkpoint m.safetensors --images x.npy --output y.npy --json",
      ])
  }

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "One or more of: a photo (.png, .jpg), a folder of photos, an IDX file of images, gzipped or not, an .npy file of inputs.",
      valueName: "path"))
  var images: [String]
  @Option(
    name: [.customLong("top-k"), .customLong("top")],
    help: ArgumentHelp("Print the K classes with the highest probabilities (default: 1).", valueName: "k"))
  var top: Int?
  @Option(
    help: ArgumentHelp(
      "Write all outputs to this file, float32: logits of classes (before softmax), or the predicted numbers.", valueName: "file.npy"))
  var output: String?
  @Flag(help: "Print one JSON object an input.") var json = false
  @Option(
    help:
      "Background of the images that the model was trained with: dark or light (default: what the checkpoint says). A photo for a grey model is inverted to match."
  )
  var background: String?
  @OptionGroup var deviceOptions: DeviceOptions

  private static let batch = 64

  func run() throws {
    if let background, !["dark", "light"].contains(background) {
      throw MartletError(UsageErrorCode.unknownChoice, "--background is dark or light, found '\(background)'")
    }
    try OptionText.expect("--top-k", top, atLeast: 1)
    var (model, images) = (model, images)
    // A model may be named behind the inputs.
    if model == nil, images.count > 1, let last = images.last, ModelRegistry.names.contains(last), !FileBytes.exists(last) {
      model = images.removeLast()
    }
    if let model { _ = try ModelRegistry.make(model) }
    var outputs = try output.map { try OutputFile($0) }
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let name = try ModelRegistry.chosen(model ?? file.metadata("model"))
    let entries = CheckpointEntries(file, path: checkpoint)
    let described = try SampleType.read(entries)
    let network = try ModelRegistry.make(name, for: described?.samples)
    var options = TrainingSession.Options()
    options.model.samples = described?.samples
    // Without an optimizer's state.
    let session = try TrainingSession(network, name: name, device: device, optimizer: .sgd(SGDUpdate()), options: options)
    if top != nil, session.samples.isRegression {
      throw MartletError(
        UsageErrorCode.idleOption, "--top-k is for classes, and \(name) predicts numbers", advice: "Leave --top-k out.")
    }
    let isDark = try background.map { $0 == "dark" } ?? entries.hasDarkBackground()
    let (parts, broken) = try PredictionInput(session.samples.input, model: name, darkBackground: isDark).read(images)
    Output.notes(try session.load(file.withAverages(), needsState: false, path: checkpoint))
    let writer = PredictionText(samples: session.samples, classes: described?.classes, top: top ?? 1)
    for part in parts {
      for batch in Trainer.batches(part.source.count, PredictCommand.batch) {
        let output = try session.predict(part.source, Array(batch))
        try outputs?.add(output)
        let numbers = output.numbers
        let width = numbers.count / max(batch.count, 1)
        for (row, input) in batch.enumerated() {
          let own = Array(numbers[row * width..<(row + 1) * width])
          Output.line(json ? writer.json(part.names[input], own) : writer.line(part.names[input], own))
        }
      }
    }
    if let outputs, let output {
      let type = try outputs.write()
      Output.error("note: the outputs are in \(output), \(type)")
    }
    // The others were predicted.
    if let error = broken.first {
      guard broken.count > 1 else { throw error }
      throw MartletError(error, "\(broken.count) inputs cannot be read; the first: \(error.message)", at: error.location)
    }
  }
}
