import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms

struct OptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "opt", abstract: "Read graph IR, run passes by name, print it. Without passes: canonical text.",
    discussion: "--bisect compares results on random numbers; with --device cpu it compiles the last graph too.")

  @Argument(help: "A file of graph IR; '-' is standard input.") var file: String?
  @Option(help: "Passes by name, separated by commas.") var passes = ""
  @Option(help: "NAME=AXIS: an input and the axis that counts its samples, written as {batch = AXIS}; repeat for each input.") var batch:
    [String] = []
  @Flag(help: "Print the graph after every pass.") var printAfterAll = false
  @Flag(help: "Print what each pass changed, as a unified difference.") var diff = false
  @Flag(help: "After every pass print the graph, read it back and compare, beside the verifier, which always runs.") var verifyEach = false
  @Flag(help: "Find the first pass, and the rewrite in it, after which the results are others.") var bisect = false
  @Option(help: "With --bisect: the seed of the numbers.") var seed: UInt64 = 0
  @Option(help: "With --bisect: how far a result may be away, relative to its largest element.") var tolerance = 1e-5
  @OptionGroup var deviceOptions: DeviceOptions
  @Flag(help: "List the passes.") var listPasses = false

  func run() throws {
    if listPasses {
      let width = PassRegistry.all.map(\.name.count).max() ?? 0
      for pass in PassRegistry.all {
        Output.line(pass.name + String(repeating: " ", count: width - pass.name.count + 2) + pass.summary)
      }
      return
    }
    guard let file else {
      throw MartletError(UsageErrorCode.missingFile, "a file is missing", advice: "martlet opt FILE.gir --passes simplify,fuse")
    }
    let names = passes.split(separator: ",").map { String($0.filter { $0 != " " }) }
    let list = try names.map { try PassRegistry.pass(named: $0) }
    let graph = try OptionText.graph(file).declaringBatch(OptCommand.axes(batch))
    if bisect {
      try BisectionReport(names: names, passes: list, seed: seed, tolerance: tolerance).run(
        graph, device: deviceOptions.device == "auto" ? nil : try deviceOptions.make())
      return
    }
    var instruments: [any Instrument] = [ReproducerInstrument(passes: names), VerifyInstrument()]
    if verifyEach { instruments.append(RoundTripInstrument()) }
    if printAfterAll { instruments.append(DumpInstrument { Output.write($0) }) }
    if diff { instruments.append(DifferenceInstrument(hasColours: Output.hasColours(1)) { Output.write($0) }) }
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
