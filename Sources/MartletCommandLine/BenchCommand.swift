import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCUDA
import MartletCore
import MartletRuntime

struct BenchCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "bench", "Time a training step with and without fusion, kernel by kernel, on random images.",
      examples: ["bench \(CommandHelp.model)", "bench \(CommandHelp.model) --batch 256 --plot bench.svg"])
  }

  @Argument(help: ModelRegistry.help) var model: String?
  @Option(help: "Samples per step.") var batch = 64
  @Option(help: "Number of threads (default: as many as the process may use).") var threads: Int?
  @Option(help: "Device to measure: cpu, cuda, or auto (a GPU that works, otherwise cpu).") var device = "auto"
  @Flag(help: "Run the unfused step depth first too: this measures fusion alone.") var sameSchedule = false
  @Flag(help: "Print one JSON object per line.") var json = false
  @Option(help: "Draw the times and a roofline in this SVG file.") var plot: String?

  func run() throws {
    try OptionText.expect("--batch", batch, atLeast: 1)
    try OptionText.expect("--threads", threads, atLeast: 1)
    var options = DeviceOptions()
    options.device = device
    options.noCache = true
    let backend = try options.backend(threads: threads)
    if let plot { try FileBytes.expectWritable(plot) }
    let model = try ModelRegistry.chosen(model)
    let workers = backend.target.mapsToThreads ? 1 : threads ?? Processors.available
    let benchmark = StepBenchmark(
      try ModelRegistry.make(model), name: model, batch: batch, on: backend, threads: workers, hasSameSchedule: sameSchedule)
    var bar = ProgressLine(isWanted: !json)
    let result = try benchmark.run { bar.note($0) }
    bar.clear()
    let report = BenchmarkReport(
      result,
      title: "\(model), batch \(batch), \(device(backend, workers))\(sameSchedule ? ", both sides depth first" : "")")
    if json, let warning = report.warning { Output.error("warning: \(warning)") }
    for line in json ? report.jsonLines : report.table { Output.line(line) }
    if let plot {
      try FileBytes.write(Array(BenchmarkPlot(result, title: report.title).svg.utf8), to: plot)
      if !json { Output.line("The plot is in \(plot).") }
    }
  }

  private func device(_ backend: any TimingBackend, _ threads: Int) -> String {
    if let gpu = backend as? CUDABackend { return gpu.deviceName }
    return "\(threads) thread\(threads == 1 ? "" : "s")"
  }
}
