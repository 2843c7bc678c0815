import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms

struct OptCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "opt", "Run passes on a graph and print it; without passes, print it in canonical form.",
      details: "--bisect compares results on random numbers after each pass; with --device cpu it compiles the last graph too.",
      examples: [
        "opt graph.gir --passes simplify,fuse --diff",
        "opt graph.gir --passes simplify,fuse --time-passes > fused.gir",
        "dump \(CommandHelp.model) --stage traced | \(ProgramName.current) opt - --passes differentiate",
      ])
  }

  @Argument(help: "A file of graph IR (.gir); '-' reads standard input.") var file: String?
  @Option(help: "Passes to run, separated by commas.") var passes = ""
  @Option(help: "Declare which axis of an input counts samples, as NAME=AXIS; repeat for each input.") var batch: [String] = []
  @Flag(help: "Print the graph after every pass.") var printAfterAll = false
  @Flag(help: "Print what each pass changed, as a unified difference.") var diff = false
  @Flag(help: "Round-trip the graph through text after every pass (the verifier always runs).") var verifyEach = false
  @Flag(help: "Print a table of each pass's time, and of the nodes that it added, removed and changed, to standard error.")
  var timePasses = false
  @Flag(help: "Find the first pass, and the rewrite in it, that changes a result.") var bisect = false
  @Option(help: "With --bisect: seed of the random inputs.") var seed: UInt64 = 0
  @Option(help: "With --bisect: largest accepted difference, relative to a result's largest element.") var tolerance = 1e-5
  @OptionGroup var deviceOptions: DeviceOptions
  @Flag(help: "List the passes and exit.") var listPasses = false

  func run() throws {
    if listPasses {
      let width = PassRegistry.all.map(\.name.count).max() ?? 0
      for pass in PassRegistry.all {
        Output.line(pass.name + String(repeating: " ", count: width - pass.name.count + 2) + pass.summary)
      }
      return
    }
    guard let file else {
      throw MartletError(
        UsageErrorCode.missingFile, "a file is missing",
        advice: "Name it, or - for standard input: martlet opt FILE.gir --passes simplify,fuse.")
    }
    let names = passes.split(separator: ",").map { String($0.filter { $0 != " " }) }
    let list = try names.map { try PassRegistry.pass(named: $0) }
    let graph = try OptionText.graph(file).declaringBatch(OptCommand.axes(batch))
    if bisect {
      guard !timePasses else {
        throw MartletError(
          UsageErrorCode.timedBisection, "--time-passes and --bisect are both given",
          advice: "Run opt twice: --bisect runs each pass many times.")
      }
      try BisectionReport(names: names, passes: list, seed: seed, tolerance: tolerance).run(
        graph, device: deviceOptions.device == "auto" ? nil : try deviceOptions.make())
      return
    }
    var instruments: [any Instrument] = [ReproducerInstrument(passes: names), VerifyInstrument()]
    if verifyEach { instruments.append(RoundTripInstrument()) }
    if printAfterAll { instruments.append(DumpInstrument { Output.write($0) }) }
    if diff { instruments.append(DifferenceInstrument(hasColours: Output.hasColours(1)) { Output.write($0) }) }
    let times = TimeInstrument()
    if timePasses { instruments.append(times) }
    // Where a pass fails, those before it were measured all the same.
    defer { if timePasses { Output.error(times.table) } }
    let result = try Pipeline(list, instruments: instruments).run(graph)
    if !(printAfterAll || diff) || list.isEmpty { Output.write(result.description) }
  }

  /// `["x=0"]` by name.
  private static func axes(_ options: [String]) throws -> [String: Int] {
    var axes: [String: Int] = [:]
    for option in options {
      let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let axis = Int(parts[1]) else {
        throw MartletError(
          UsageErrorCode.batchOption, "--batch takes NAME=AXIS, found '\(option)'", advice: "For example --batch x=0 --batch labels=0.")
      }
      axes[parts[0]] = axis
    }
    return axes
  }
}
