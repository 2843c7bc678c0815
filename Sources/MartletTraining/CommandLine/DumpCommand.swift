import ArgumentParser
import MartletCore
import MartletGraph
import MartletLayers

struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Print a model or graph at a stage of the compiler.",
    discussion: "Stages: \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).")

  @Argument(help: "A model's name, or a file of graph IR (.gir); '-' is standard input.") var model = ModelRegistry.defaultName
  @Option(help: "The stage to print.") var stage = Stage.optimized.rawValue
  @Flag(help: "The graph that predict runs: images to logits.") var inference = false
  @Option(help: "text or json; dot or svg for graphs, svg for the plan.") var format = DumpForm.text.rawValue
  @Option(help: "Print this kernel alone.") var kernel: String?
  @Option(help: "Samples a batch.") var batch = 64
  @Option(help: "adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Flag(help: "One kernel an operation.") var noFuse = false
  @Option(help: "Instruction set that kernels are made for: sse2, avx2 or avx512.") var isa: String?
  @Option(help: "Threads; no stage depends on them.") var threads: Int?
  @Flag(help: "Add the layer and source line of each node as comments.") var origins = false
  @Flag(help: "Add operations, bytes, operations a byte and the least time of each node as comments.") var costs = false
  @Option(help: "Write every stage into this folder: a graph for each pass that changed something, the texts of each kernel, the plan.")
  var dumpDir: String?

  func run() throws {
    guard let stage = Stage(rawValue: stage) else {
      throw MartletError(
        UsageErrorCode.unknownStage, "unknown stage '\(self.stage)'",
        advice: "The stages are \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    guard let form = DumpForm(rawValue: format) else {
      throw MartletError(UsageErrorCode.unknownFormat, "unknown format '\(format)'")
    }
    guard form != .html else { throw MartletError(UsageErrorCode.unknownFormat, "the format html is not built yet") }
    try OptionText.expect("--threads", threads, atLeast: 1)
    let target = try OptionText.target(isa)
    let compilation = try OptionText.compilation(model, inference: inference, batch: batch, optimizer: optimizer, fuses: !noFuse)
    let options = Graph.PrintOptions(showsOrigins: origins, costs: costs ? CostModel(target) : nil)
    if let dumpDir {
      let (count, hasLLVM) = try DumpFolder(dumpDir, compilation, target, options).write()
      Output.line("\(count) files in \(dumpDir)\(hasLLVM ? "" : ", without LLVM's: it is not installed")")
      return
    }
    Output.write(try compilation.dump(stage, target, form: form, kernel: kernel, options: options))
  }
}
