import ArgumentParser
import Glibc
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletTraining

struct PredictCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "predict", "Classify photos or other inputs, or predict their numbers, with the parameters of a checkpoint.",
      examples: ["predict --checkpoint digits.safetensors --images photo.png"])
  }

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "A photo (.png, .jpg), a folder of photos, an IDX file of images, gzipped or not, or an .npy file of inputs.") var images:
    String
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
    if let model { _ = try ModelRegistry.make(model) }
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let model = try ModelRegistry.chosen(model ?? file.metadata("model"))
    let entries = CheckpointEntries(file, path: checkpoint)
    let described = try SampleType.read(entries)
    let network = try ModelRegistry.make(model, for: described?.samples)
    var options = TrainingSession.Options()
    options.model.samples = described?.samples
    // Without an optimizer's state.
    let session = try TrainingSession(network, name: model, device: device, optimizer: .sgd(SGDUpdate()), options: options)
    let isDark = try background.map { $0 == "dark" } ?? entries.hasDarkBackground()
    let (source, names, broken) = try PredictionInput(session.samples.input, model: model, darkBackground: isDark).read(images)
    Output.notes(try session.load(file.withAverages(), needsState: false, path: checkpoint))
    for batch in Trainer.batches(source.count, PredictCommand.batch) {
      let output = try session.predict(source, Array(batch))
      let numbers = output.numbers
      let width = numbers.count / max(batch.count, 1)
      for (row, image) in batch.enumerated() {
        var scores = Array(numbers[row * width..<(row + 1) * width])
        // Of several places the last: the token after the window.
        if !session.samples.isRegression, session.samples.target.shape.rank > 0 { scores = scores.suffix(session.samples.outputs) }
        Output.line("\(names[image]): \(text(scores, session.samples, described?.classes))")
      }
    }
    // The others were predicted.
    if let error = broken.first {
      guard broken.count > 1 else { throw error }
      throw MartletError(error, "\(broken.count) photos cannot be read; the first: \(error.message)", at: error.location)
    }
  }

  /// The class with the highest score and its probability, or the numbers that the model predicts.
  private func text(_ scores: [Double], _ samples: SampleType, _ classes: [String]?) -> String {
    guard !samples.isRegression else { return scores.map { NumberText.text(Float($0)) }.joined(separator: ", ") }
    let highest = scores.max() ?? 0
    let best = scores.firstIndex(of: highest) ?? 0
    let probability = 1 / scores.reduce(0) { $0 + exp($1 - highest) }
    let name = classes.flatMap { $0.indices.contains(best) ? $0[best] : nil } ?? "\(best)"
    return "\(name) (\(NumberText.fixed(probability * 100, decimals: 1)) %)"
  }
}
