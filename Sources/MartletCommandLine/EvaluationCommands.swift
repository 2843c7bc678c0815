import ArgumentParser
import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletLayers

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "eval", abstract: "Test the parameters of a checkpoint.")

  @Argument(help: "A model's name.") var model = ModelRegistry.defaultName
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "The folder of the data set.") var data: String?
  @Option(help: "How many of the worst-classified images to draw; 0 for none.") var worst = 6
  @Option(help: "Write the worst-classified images to this PNG file.") var png: String?
  @Flag(help: "Print the result as one JSON object.") var json = false
  @OptionGroup var deviceOptions: DeviceOptions

  func run() throws {
    try OptionText.expect("--worst", worst, atLeast: 0)
    if let png { try FileBytes.expectWritable(png) }
    let network = try ModelRegistry.make(model)
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let (title, folder) = try OptionText.dataFolder(data)
    let dataSet = try DataSet.load(folder: folder)
    try dataSet.expect(network, model)
    let session = try TrainingSession(network, name: model, device: device)
    Output.notes(try session.load(file, needsState: false, path: checkpoint))
    if let made = try CheckpointEntries(file, path: checkpoint).data(), let difference = made.difference(from: DataIdentity(dataSet)) {
      Output.error("warning: \(checkpoint) was made with \(difference)")
    }
    if !json { Output.line("Data: \(dataSet.name) in \(folder) (\(title))") }
    var confusion = ConfusionMatrix(classes: dataSet.classes, mostMistakes: worst)
    let result = try Trainer.test(session, dataSet.test, batch: 64) { images, logits in
      confusion.add(images, images.map { Int(dataSet.test.labels[$0]) }, logits)
    }
    if json {
      Output.line(result.json(epoch: nil, hash: try session.weightsHash()))
    } else {
      Output.line(result.text)
      Output.write("\n\(confusion.text)")
    }
    guard !confusion.worst.isEmpty else { return }
    let captions = confusion.worst.map { mistake in
      "image \(mistake.image): \(mistake.label), not \(mistake.found)"
    }
    let sheet = ImageSheet(dataSet.test, confusion.worst.map(\.image), captions: captions)
    if !json { Output.write("\nThe images whose own class got the lowest probability:\n\(sheet.text(columns: Output.columns))") }
    if let png {
      try FileBytes.write(try sheet.png(), to: png)
      if !json { Output.line("They are in \(png).") }
    }
  }
}

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "predict", abstract: "Classify images with the parameters of a checkpoint.")

  @Argument(help: "A model's name.") var model = ModelRegistry.defaultName
  @Option(help: "A file that train --checkpoint wrote, or any safetensors file with the model's parameters.") var checkpoint: String
  @Option(help: "An IDX file of images, gzipped or not, or a .npy file of uint8 images.") var images: String
  @OptionGroup var deviceOptions: DeviceOptions

  private static let batch = 64

  func run() throws {
    let network = try ModelRegistry.make(model)
    let device = try deviceOptions.make()
    let file = try Safetensors.read(checkpoint)
    let pixels = try readImages(network.inputShape)
    let session = try TrainingSession(network, name: model, device: device)
    Output.notes(try session.load(file, needsState: false, path: checkpoint))
    let size = network.inputShape.elementCount
    let count = pixels.count / size
    for batch in Trainer.batches(count, PredictCommand.batch) {
      let logits = try pixels.withUnsafeBytes { bytes in
        try session.predict(
          pixels: UnsafeRawBufferPointer(rebasing: bytes[batch.lowerBound * size..<batch.upperBound * size]), count: batch.count)
      }
      let numbers = logits.numbers
      let classes = numbers.count / batch.count
      for (row, (image, best)) in zip(batch, Trainer.largest(logits)).enumerated() {
        let scores = numbers[row * classes..<(row + 1) * classes]
        let highest = scores.max() ?? 0
        let probability = 1 / scores.reduce(0) { $0 + exp($1 - highest) }
        Output.line("image \(image): \(best) (\(NumberText.fixed(probability * 100, decimals: 1)) %)")
      }
    }
  }

  /// The bytes of all images. Throws `.invalidInput` when they have another shape than the model takes.
  private func readImages(_ shape: Shape) throws -> [UInt8] {
    let tensor = images.hasSuffix(".npy") ? try Npy.read(images) : try IDX.read(images, axes: 3)
    // An axis of one channel may be left out, and so may the batch.
    let accepted = [shape.extents, Array(shape.extents.drop { $0 == 1 })]
    let extents = tensor.shape.extents
    guard tensor.dtype == .u8, accepted.contains(where: { $0 == extents || $0 == Array(extents.dropFirst()) }) else {
      throw MartletError(
        DataErrorCode.imageShape,
        "\(images) holds \(tensor.type), but the model \(model) takes bytes of shape [N, \(shape.description.dropFirst())",
        advice: "Save the images as uint8 of that shape; the graph divides by 255 itself.")
    }
    return tensor.elements() ?? []
  }
}
