import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLayers

struct EvalCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "eval", "Measure a checkpoint on the test set: of classes also precision, recall and F1, and which were taken for which.",
      examples: [
        "eval --checkpoint digits.safetensors", "eval --checkpoint digits.safetensors --png worst.png",
        "eval --checkpoint m.safetensors --json --top-k 5 --output logits.npy",
      ])
  }

  @Argument(help: "The name of a model (default: the one that the checkpoint names).") var model: String?
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @OptionGroup(title: "Data") var dataSelection: DataSelection
  @Option(help: "Number of worst-classified images to draw; 0 for none.") var worst = 6
  @Option(help: "Write the worst-classified images to this PNG file.") var png: String?
  @Option(
    name: [.customLong("top-k"), .customLong("top")],
    help: ArgumentHelp("Measure also how often the label is among the classes with the K highest outputs.", valueName: "k"))
  var top: Int?
  @Option(help: ArgumentHelp("Write the outputs for all test samples to this file, float32.", valueName: "file.npy")) var output: String?
  @Flag(help: "Print the result as one JSON object.") var json = false
  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    let machines = Machines.current
    try OptionText.expect("--worst", worst, atLeast: 0)
    try OptionText.expect("--top-k", top, atLeast: 1)
    if let png { try FileBytes.expectWritable(png) }
    var outputs = try output.map { try OutputFile($0) }
    if let model { _ = try ModelRegistry.make(model) }
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let model = try ModelRegistry.chosen(model ?? file.metadata("model"))
    let (dataSet, title) = try dataSelection.load(for: model)
    if let made = try SampleType.read(CheckpointEntries(file, path: checkpoint))?.samples, dataSet.isOfPictures,
      made.input != dataSet.samples.input
    {
      let size = made.input.shape.extents.suffix(2).map(String.init).joined(separator: "x")
      throw MartletError(
        CheckpointErrorCode.otherSettings, "\(checkpoint) was made with images of \(made.input), the data have \(dataSet.samples.input)",
        advice: "Give data of that size; of a folder of photos, --image-size \(size).")
    }
    let network = try ModelRegistry.make(model, for: dataSet.samples)
    try dataSet.expect(network, model)
    try expectUsed(dataSet)
    var options = TrainingSession.Options()
    options.model.samples = dataSet.samples
    // Without an optimizer's state.
    options.microBatches = machines?.group.count ?? 1
    let session = try TrainingSession(
      network, name: model, device: device, optimizer: .sgd(SGDUpdate()), options: options, group: machines?.group)
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
    let classes = dataSet.hasOneClass ? dataSet.classes ?? [] : []
    var confusion = ConfusionMatrix(classes: classes.count, mostMistakes: worst)
    var topK = top.map { TopK($0) }
    let result = try Trainer.test(session, dataSet.test, batch: 64) { samples, output in
      try outputs?.add(output)
      guard dataSet.hasOneClass else { return }
      let labels = try DataSet.labels(dataSet.test, Array(samples))
      try topK?.add(outputs: output, labels: labels)
      confusion.add(samples, labels.map { Int($0) }, output)
    }
    if json {
      let more = classes.isEmpty ? "" : EvalCommand.members(confusion, classes, topK)
      Output.line(result.json(epoch: nil, hash: try session.weightsHash(), more: more))
    } else {
      Output.line(result.text)
      if let topK { Output.line(" Top-\(topK.k) accuracy: \(NumberText.fixed(topK.value * 100, decimals: 2))%") }
      if !classes.isEmpty { Output.write("\n\(ClassReport(confusion, classes).text(columns: Output.columns()))") }
    }
    if let outputs, let output {
      let type = try outputs.write()
      if !json { Output.line("The outputs are in \(output), \(type).") }
    }
    try draw(confusion, dataSet)
  }

  /// Throws M1332 for an option that the data make useless.
  private func expectUsed(_ dataSet: DataSet) throws {
    if top != nil, !dataSet.hasOneClass {
      throw MartletError(
        UsageErrorCode.idleOption, "--top-k counts classes, and the samples of \(dataSet.path) have none of their own",
        advice: "Leave --top-k out.")
    }
    if png != nil, !(dataSet.hasOneClass && dataSet.isOfPictures) {
      throw MartletError(
        UsageErrorCode.idleOption, "--png draws images of classes, and the samples of \(dataSet.path) are \(dataSet.samples.input)",
        advice: "Leave --png out.")
    }
  }

  /// The images that were classified worst.
  private func draw(_ confusion: ConfusionMatrix, _ dataSet: DataSet) throws {
    guard !confusion.worst.isEmpty, let classes = dataSet.classes, dataSet.isOfPictures else {
      if let png {
        Output.error("note: \(png) was not written: " + (worst == 0 ? "--worst is 0" : "no image was classified wrongly"))
      }
      return
    }
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

  // MARK: JSON

  /// A matrix of more classes would be longer than all else.
  private static let mostClassesOfMatrix = 256
  private static let mostPairs = 10

  /// What the event has of classes, with a comma before each member.
  private static func members(_ confusion: ConfusionMatrix, _ names: [String], _ topK: TopK?) -> String {
    func score(_ score: ClassScores.Score?) -> String {
      let isPresent = score?.isPresent ?? false
      func number(_ value: Double?) -> String { value.flatMap { isPresent ? JSONWriter.number($0) : nil } ?? "null" }
      return "\"precision\": \(number(score?.precision)), \"recall\": \(number(score?.recall)), \"f1\": \(number(score?.f1)), "
        + "\"samples\": \(score?.labelled ?? 0), \"predicted\": \(score?.found ?? 0)"
    }
    let scores = confusion.scores
    var text = topK.map { ", \"top_k\": {\"k\": \($0.k), \"accuracy\": \(JSONWriter.number($0.value))}" } ?? ""
    text += ", \"macro\": {\(score(scores.macro))}, \"classes\": "
    text += DataSummary.list(zip(names, scores.classes).map { "{\"name\": \(JSONWriter.quoted($0)), \(score($1))}" })
    if names.count <= mostClassesOfMatrix {
      text += ", \"confusion\": \(DataSummary.list(confusion.counts.map { DataSummary.list($0.map(String.init)) }))"
    }
    let pairs = confusion.confusions(most: mostPairs).map { pair in
      "{\"true\": \(JSONWriter.quoted(names[pair.label])), \"predicted\": \(JSONWriter.quoted(names[pair.found])), \"count\": \(pair.count)}"
    }
    let worst = confusion.worst.map { mistake in
      "{\"sample\": \(mistake.image), \"true\": \(JSONWriter.quoted(names[mistake.label])), \"predicted\": \(JSONWriter.quoted(names[mistake.found])), "
        + "\"probability\": \(JSONWriter.number(mistake.probability))}"
    }
    return text + ", \"most_confused\": \(DataSummary.list(pairs)), \"worst\": \(DataSummary.list(worst))"
  }
}
