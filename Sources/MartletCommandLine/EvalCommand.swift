import ArgumentParser
import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLayers

struct EvalCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "eval", "Measure a checkpoint on the test set.",
      examples: ["eval --checkpoint digits.safetensors", "eval --checkpoint digits.safetensors --png worst.png"])
  }

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @OptionGroup(title: "Data") var dataSelection: DataSelection
  @Option(help: "Number of worst-classified images to draw; 0 for none.") var worst = 6
  @Option(help: "Write the worst-classified images to this PNG file.") var png: String?
  @Flag(help: "Print the result as one JSON object.") var json = false
  @OptionGroup var deviceOptions: DeviceOptions

  /// A matrix of more classes fills no terminal.
  private static let mostClasses = 25

  func run() throws {
    try OptionText.expect("--worst", worst, atLeast: 0)
    if let png { try FileBytes.expectWritable(png) }
    if let model { _ = try ModelRegistry.make(model) }
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let model = try ModelRegistry.chosen(model ?? file.metadata("model"))
    let (dataSet, title) = try dataSelection.load(for: model)
    let network = try ModelRegistry.make(model, for: dataSet.samples)
    try dataSet.expect(network, model)
    var options = TrainingSession.Options()
    options.model.samples = dataSet.samples
    // Without an optimizer's state.
    let session = try TrainingSession(network, name: model, device: device, optimizer: .sgd(SGDUpdate()), options: options)
    try session.expectOutputs(dataSet)
    if let classes = try SampleType.read(CheckpointEntries(file, path: checkpoint))?.classes, classes != dataSet.classes {
      throw MartletError(
        CheckpointErrorCode.otherSettings,
        "\(checkpoint) was made with the classes \(classes.joined(separator: ", ")), the data have \(dataSet.classes?.joined(separator: ", ") ?? "none")",
        advice: "Use data with these classes in this order.")
    }
    Output.notes(try session.load(file.withAverages(), needsState: false, path: checkpoint))
    if let made = try CheckpointEntries(file, path: checkpoint).data(), let difference = made.difference(from: try DataIdentity(dataSet)) {
      Output.error("warning: \(checkpoint) was made with \(difference)")
    }
    if !json { Output.line("Data: \(dataSet.name) in \(dataSet.path) (\(title))") }
    var confusion = ConfusionMatrix(classes: dataSet.hasOneClass ? dataSet.classes?.count ?? 0 : 0, mostMistakes: worst)
    let result = try Trainer.test(session, dataSet.test, batch: 64) { samples, output in
      guard dataSet.hasOneClass else { return }
      confusion.add(samples, try DataSet.labels(dataSet.test, Array(samples)).map { Int($0) }, output)
    }
    if json {
      Output.line(result.json(epoch: nil, hash: try session.weightsHash()))
    } else {
      Output.line(result.text)
      if dataSet.hasOneClass, let classes = dataSet.classes, classes.count <= EvalCommand.mostClasses {
        Output.write("\n\(confusion.text(classes))")
      }
    }
    guard !confusion.worst.isEmpty, let classes = dataSet.classes, dataSet.isOfPictures else { return }
    let captions = confusion.worst.map { mistake in
      "image \(mistake.image): \(classes[mistake.label]), not \(classes[mistake.found])"
    }
    let sheet = try ImageSheet(dataSet.test, confusion.worst.map(\.image), captions: captions)
    if !json { Output.write("\nThe images whose own class got the lowest probability:\n\(sheet.text(columns: Output.columns()))") }
    if let png {
      try FileBytes.write(try sheet.png(), to: png)
      if !json { Output.line("They are in \(png).") }
    }
  }
}
