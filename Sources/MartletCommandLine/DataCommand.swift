import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore

struct DataCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "data", "Report which data set is used and where it was found.",
      examples: ["data --show", "data --data photos --png photos.png"])
  }

  @OptionGroup(title: "Data") var dataSelection: DataSelection
  @Flag(help: "Draw the first training images in the terminal.") var show = false

  @Option(help: "Write the first training images to this PNG file.") var png: String?

  private static let shownImages = 10

  func run() throws {
    if let png { try FileBytes.expectWritable(png) }
    let (dataSet, title) = try dataSelection.load(for: ModelRegistry.defaultName ?? ModelRegistry.builtInDefault)
    Output.line("\(dataSet.name) in \(dataSet.path) (\(title))")
    if dataSelection.data != nil { Output.line(dataSet.kind) }
    let input = dataSet.samples.input
    let what = dataSet.isOfPictures ? "images of \(input.shape[1]) x \(input.shape[2])" : "samples of \(input)"
    for (part, source) in [("training", dataSet.train), ("test", dataSet.test)] {
      var text = "\(part): \(source.count) \(what)"
      if dataSet.hasOneClass, let classes = dataSet.classes {
        var counts = [Int](repeating: 0, count: classes.count)
        for label in try DataSet.labels(source, Array(0..<source.count)) where counts.indices.contains(Int(label)) {
          counts[Int(label)] += 1
        }
        text += "; " + zip(classes, counts).map { "\($0): \($1)" }.joined(separator: ", ")
      }
      Output.line(text)
    }
    guard show || png != nil else { return }
    let shown = Array(0..<min(DataCommand.shownImages, dataSet.train.count))
    let labels = dataSet.hasOneClass ? try DataSet.labels(dataSet.train, shown) : []
    let captions = shown.map { sample in labels.isEmpty ? "sample \(sample)" : "label \(dataSet.classes?[Int(labels[sample])] ?? "")" }
    let sheet = try ImageSheet(dataSet.train, shown, captions: captions)
    if show { Output.write(sheet.text(columns: Output.columns())) }
    if let png {
      try FileBytes.write(try sheet.png(), to: png)
      Output.line("The first \(shown.count) training images are in \(png).")
    }
  }
}
