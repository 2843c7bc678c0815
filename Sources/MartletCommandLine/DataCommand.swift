import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "data", abstract: "Say which data set is found, and where.")

  @Option(help: "The folder of the data set.") var data: String?
  @Flag(help: "Draw the first images of the training set.") var show = false

  @Option(help: "Write the first images of the training set to this PNG file.") var png: String?

  private static let shownImages = 10

  func run() throws {
    if let png { try FileBytes.expectWritable(png) }
    let (title, folder) = try OptionText.dataFolder(data)
    let dataSet = try DataSet.load(folder: folder)
    Output.line("\(dataSet.name) in \(folder) (\(title))")
    for (part, images) in [("training", dataSet.train), ("test", dataSet.test)] {
      var counts = [Int](repeating: 0, count: dataSet.classes)
      for label in images.labels { counts[Int(label)] += 1 }
      let list = counts.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ")
      Output.line("\(part): \(images.count) images of \(images.shape[1]) x \(images.shape[2]); \(list)")
    }
    let shown = Array(0..<min(DataCommand.shownImages, dataSet.train.count))
    let sheet = ImageSheet(dataSet.train, shown, captions: shown.map { "label \(dataSet.train.labels[$0])" })
    if show { Output.write(sheet.text(columns: Output.columns)) }
    if let png {
      try FileBytes.write(try sheet.png(), to: png)
      Output.line("The first \(shown.count) training images are in \(png).")
    }
  }
}
