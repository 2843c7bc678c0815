import ArgumentParser
import MartletCore
import MartletRuntime

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure a training step with and without fusion, kernel by kernel, on random images.")

  @Argument(help: "A model's name.") var model = ModelRegistry.defaultName
  @Option(help: "Samples a step.") var batch = 64
  @Option(help: "Threads; as many as the process may use by default.") var threads: Int?
  @Option(help: "cpu or auto.") var device = "auto"
  @Flag(help: "Run the unfused side depth first as well: what fusion alone is worth.") var sameSchedule = false
  @Flag(help: "Print one JSON object a line.") var json = false
  @Option(help: "Write bars and a roofline to this SVG file.") var plot: String?

  func run() throws {
    try OptionText.expect("--batch", batch, atLeast: 1)
    try OptionText.expect("--threads", threads, atLeast: 1)
    // Names of other devices are answered as everywhere; only kernels on the processor can be measured.
    var options = DeviceOptions()
    options.device = device
    options.noCache = true
    guard device != "interpreter" else {
      throw MartletError(UsageErrorCode.nothingToMeasure, "the interpreter has no kernels to measure")
    }
    guard try !options.make(threads: 1).isRemote else {
      throw MartletError(
        UsageErrorCode.nothingToMeasure, "kernels of a GPU cannot be measured one by one yet",
        advice: "Time an epoch: martlet train --json.")
    }
    if let plot { try FileBytes.expectWritable(plot) }
    let workers = threads ?? Processors.available
    let benchmark = StepBenchmark(
      try ModelRegistry.make(model), name: model, batch: batch, threads: workers, hasSameSchedule: sameSchedule)
    var bar = ProgressBar(isWanted: !json)
    let result = try benchmark.run { bar.note($0) }
    bar.clear()
    let report = BenchmarkReport(
      result,
      title: "\(model), batch \(batch), \(workers) thread\(workers == 1 ? "" : "s")\(sameSchedule ? ", both sides depth first" : "")")
    for line in json ? report.jsonLines : report.table { Output.line(line) }
    if let plot {
      try FileBytes.write(Array(BenchmarkPlot(result, title: report.title).svg.utf8), to: plot)
      if !json { Output.line("The plot is in \(plot).") }
    }
  }
}
