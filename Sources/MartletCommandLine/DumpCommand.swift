import ArgumentParser
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletTransforms

struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Print a model or graph at a stage of the compiler.",
    discussion: "Stages: \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).")

  @Argument(help: "A model's name, or a file of graph IR (.gir); '-' is standard input.") var model = ModelRegistry.defaultName
  @Option(help: "The stage to print.") var stage = Stage.optimized.rawValue
  @Flag(help: "The graph that predict runs: images to logits.") var inference = false
  @Option(help: "text or json; dot or svg for graphs, svg for the plan; html: a report of all stages.") var format = DumpForm.text.rawValue
  @Option(help: "Print this kernel alone.") var kernel: String?
  @Flag(help: "With --stage asm and --kernel: only the innermost loop with the most arithmetic.") var innerLoop = false
  @Option(help: "Print what this pass of the pipeline changes, as a unified difference; 'all' for every pass.") var diff: String?
  @Flag(help: "With --format html or --dump-dir: run a step on random numbers and show when each worker ran which kernel.") var timeline =
    false
  @Option(help: "Samples a batch.") var batch = 64
  @Option(help: "adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Flag(help: "One kernel an operation.") var noFuse = false
  @Option(help: "Instruction set that kernels are made for: sse2, avx2 or avx512.") var isa: String?
  @Option(help: "Threads of --timeline; no stage depends on them.") var threads: Int?
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
    try OptionText.expect("--threads", threads, atLeast: 1)
    let target = try OptionText.target(isa)
    let compilation = try OptionText.compilation(model, inference: inference, batch: batch, optimizer: optimizer, fuses: !noFuse)
    if let diff {
      try printDifference(compilation, diff)
      return
    }
    let options = Graph.PrintOptions(showsOrigins: origins, costs: costs ? CostModel(target) : nil)
    if let dumpDir {
      let (count, hasLLVM) = try DumpFolder(dumpDir, compilation, target, options).write(timed: timeline, threads: threads)
      Output.line("\(count) files in \(dumpDir)\(hasLLVM ? "" : ", without LLVM's: it is not installed")")
      return
    }
    guard !timeline || form == .html else {
      throw MartletError(UsageErrorCode.noSuchForm, "--timeline is for --format html and for --dump-dir")
    }
    let text =
      timeline
      ? try Report(compilation, target, timed: true, threads: threads).html
      : try compilation.dump(stage, target, form: form, kernel: kernel, options: options)
    guard innerLoop else {
      Output.write(text)
      // What the compiler says goes beside the text, which stays as the compiler takes it.
      if stage == .cuda, form == .text { for line in try CUDAText.compilerReport(text) ?? [] { Output.error(line) } }
      return
    }
    guard stage == .asm, kernel != nil, form == .text else {
      throw MartletError(
        UsageErrorCode.unknownKernel, "--inner-loop is for the assembly of one kernel", advice: "Add --stage asm --kernel NAME.")
    }
    guard let loop = InnerLoop.text(ofAssembly: text) else {
      throw MartletError(UsageErrorCode.unknownKernel, "kernel @\(kernel ?? "") has no loop", advice: "Leave --inner-loop out.")
    }
    Output.write(loop)
  }

  private func printDifference(_ compilation: Compilation, _ name: String) throws {
    let known = ["differentiate", "apply-optimizer"] + Pipeline.optimization(fuses: !noFuse).map(\.name)
    guard name == "all" || known.contains(name) else {
      throw MartletError(
        PassErrorCode.unknownPass, "no pass of the pipeline is named '\(name)'", advice: "It has \(known.joined(separator: ", ")).")
    }
    _ = try compilation.optimized([
      VerifyInstrument(), DifferenceInstrument(of: name == "all" ? nil : name, hasColours: Output.hasColours(1)) { Output.write($0) },
    ])
  }
}
