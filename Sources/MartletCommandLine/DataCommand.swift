import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore

struct DataCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "data", "Report which data set is used, where it was found and what it holds; show samples of it.",
      examples: [
        "data --show", "data --show --start 100 --count 25 --class 7", "data --data photos --png photos.png", "data --data iris.csv --show",
        "data --json",
      ])
  }

  @OptionGroup(title: "Data") var dataSelection: DataSelection
  @OptionGroup(title: "Samples that are shown") var shown: ShownSamples
  @Flag(
    help:
      "Print one JSON object: counts, types, classes, samples of each class, least and largest value, and the digest that checkpoints keep."
  )
  var json = false

  func run() throws {
    guard !(json && shown.show) else {
      throw MartletError(
        UsageErrorCode.idleOption, "--show draws for people, --json prints one object for programs",
        advice: "Leave one of them out; --png goes with --json.")
    }
    let isShown = try shown.isWanted()
    if let png = shown.png { try FileBytes.expectWritable(png) }
    let (dataSet, title) = try dataSelection.load(for: ModelRegistry.defaultName ?? ModelRegistry.builtInDefault)
    try shown.expectDrawable(dataSet)
    let samples = isShown ? try shown.choose(from: dataSet) : []
    let summary = try DataSummary(dataSet)
    if json {
      Output.line(try summary.json(title: title))
    } else {
      Output.line("\(dataSet.name) in \(dataSet.path) (\(title))")
      if dataSelection.data != nil { Output.line(dataSet.kind) }
      Output.line(summary.text)
    }
    if isShown { try shown.present(samples, of: dataSet, quietly: json) }
  }
}
