import ArgumentParser
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletRuntime
import MartletTransforms

struct DumpCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "dump", "Print a model or graph at a stage of the compiler.",
      details: "Stages: \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).",
      examples: [
        "dump \(CommandHelp.model)", "dump \(CommandHelp.model) --stage kernels", "dump \(CommandHelp.model) --format html > report.html",
        "dump resnet18 --batch 256 --stage plan --memory 1G",
      ])
  }

  @Argument(help: ModelRegistry.helpWithFiles) var model: String?
  @Option(help: "The stage to print.") var stage = Stage.optimized.rawValue
  @Flag(help: "Compile the graph that predict runs (images to logits), not a training step.") var inference = false
  @Option(help: "Output: text or json; dot or svg for graphs; svg for the plan; html, a report of all.") var format = DumpForm.text.rawValue
  @Option(help: "Print only this kernel.") var kernel: String?
  @Flag(help: "With --stage asm and --kernel: print only the innermost loop with the most arithmetic.") var innerLoop = false
  @Option(help: "Print what this pass changes, as a unified difference; 'all' for every pass.") var diff: String?
  @Flag(help: "With --format html or --dump-dir: run a step on random numbers and show its timeline.") var timeline =
    false
  @Option(help: "Samples per batch.") var batch = 64
  @Option(help: "Print the programs of a step that is divided into this many micro-batches.") var accumulate: Int?
  @Option(help: "With --accumulate: print only this program: \(MicroBatchProgram.allCases.map(\.rawValue).joined(separator: ", ")).")
  var program: String?
  @Option(help: "Optimizer: adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Option(help: "Compute in this type: f32 or f64.") var dtype = "f32"
  @Flag(help: "Do not fuse: make one kernel per operation.") var noFuse = false
  @Option(help: "Instruction set to compile for: sse2, avx2 or avx512 (default: this machine's).") var isa: String?
  @Option(help: "Number of threads of --timeline and --memory (default: as many as the process may use).") var threads: Int?
  @Option(help: "Memory that the training step may take, such as 512M or 2G; --stage plan says what is computed twice for it.")
  var memory: String?
  @Flag(help: "Add each node's layer and source line as a comment.") var origins = false
  @Flag(help: "Add each node's operations, bytes, operations per byte and least time as a comment.") var costs = false
  @Flag(help: "Print only the first bytes of constants of more than 256 numbers; such a text does not read back.") var abbreviate = false
  @Option(help: "Write every stage to this folder: the graph after each pass that changed it, the texts of each kernel, the plan.")
  var dumpDir: String?

  func run() throws {
    guard let stage = Stage(rawValue: stage) else {
      throw MartletError(
        UsageErrorCode.unknownStage, "unknown stage '\(self.stage)'",
        advice: KnownNames.advice("stages", Stage.allCases.map(\.rawValue), insteadOf: self.stage))
    }
    guard let form = DumpForm(rawValue: format) else {
      throw MartletError(UsageErrorCode.unknownFormat, "unknown format '\(format)'")
    }
    try OptionText.expect("--threads", threads, atLeast: 1)
    let target = try OptionText.target(isa)
    guard ["f32", "f64"].contains(dtype) else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "unknown choice '\(dtype)' for --dtype", advice: "The choices are f32 and f64.")
    }
    try OptionText.expect("--accumulate", accumulate, atLeast: 1)
    try TrainingSession.expectMicroBatches(accumulate ?? 1, processes: 1)
    try OptionText.expect("--batch", batch, atLeast: 1)
    let limit = try memory.map {
      MemoryLimit(try ByteCountText.parse("--memory", $0), target, workers: threads ?? Processors.available)
    }
    let chosen = try limit.flatMap { try chosenFit($0, stage) }
    if let chosen, form == .text { Output.write("\(chosen.text)\n") }
    let batches = MicroBatches(count: chosen?.microBatches ?? accumulate ?? 1, samples: batch)
    var compilation = try made(samples: batches.sizes.max() ?? batch, isMicroBatch: batches.count > 1)
    compilation.memoryLimit = limit
    if let diff {
      try printDifference(compilation, diff)
      return
    }
    if batches.count > 1 || program != nil {
      // What is computed twice stands in the table of the whole step already.
      if let chosen, chosen.repetitions.isEmpty { compilation.memoryLimit = nil }
      let options = Graph.PrintOptions(showsOrigins: origins, costs: costs ? CostModel(target) : nil, abbreviates: abbreviate)
      return try printPrograms(compilation, batches) { try $0.dump(stage, target, form: form, kernel: kernel, options: options) }
    }
    let options = Graph.PrintOptions(showsOrigins: origins, costs: costs ? CostModel(target) : nil, abbreviates: abbreviate)
    if let dumpDir {
      let (count, hasLLVM) = try DumpFolder(dumpDir, compilation, target, options).write(timed: timeline, threads: threads)
      Output.line("\(count) files in \(dumpDir)\(hasLLVM ? "" : ", without LLVM's: it is not installed")")
      return
    }
    guard !timeline || form == .html else {
      throw MartletError(
        UsageErrorCode.noSuchForm, "--timeline is for --format html and for --dump-dir", advice: "Add one of them, or leave --timeline out."
      )
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

  private func made(samples: Int, isMicroBatch: Bool) throws -> Compilation {
    let compilation = try OptionText.compilation(
      ModelRegistry.chosen(model), inference: inference, batch: samples, optimizer: optimizer, fuses: !noFuse, isMicroBatch: isMicroBatch)
    return dtype == "f64" ? try compilation.inDoublePrecision() : compilation
  }

  /// The micro-batches that bring the step into its memory, as `train` chooses them, where the plan is printed; nil where one program suffices, and for
  /// texts, whose batch is fixed.
  private func chosenFit(_ limit: MemoryLimit, _ stage: Stage) throws -> MemoryFit? {
    let name = try ModelRegistry.chosen(model)
    guard stage == .plan, accumulate == nil, !inference, dumpDir == nil, diff == nil, name != "-", !name.hasSuffix(".gir") else {
      return nil
    }
    let whole = try made(samples: batch, isMicroBatch: false)
    let step = try whole.differentiated()
    let own = Set(whole.traced.parameters.map(\.name))
    let stateBytes = step.parameters.filter { $0.role == .state && !own.contains($0.name) }.reduce(0) { $0 + $1.type.byteCount }
    let fit = try MemoryBudget.divided(
      whole.compiler, limit, samples: batch, stateBytes: stateBytes, whole: { step },
      part: { try made(samples: $0, isMicroBatch: true).traced })
    return fit.microBatches > 1 ? fit : nil
  }

  /// The programs of a divided step, one after the other, or the chosen one.
  private func printPrograms(_ compilation: Compilation, _ batches: MicroBatches, _ text: (Compilation) throws -> String) throws {
    let names = MicroBatchProgram.allCases.map(\.rawValue)
    if let program, !names.contains(program) || batches.count == 1 {
      throw MartletError(
        UsageErrorCode.unknownChoice,
        batches.count == 1 ? "--program is for steps that --accumulate divides" : "unknown choice '\(program)' for --program",
        advice: batches.count == 1 ? "Add --accumulate 4." : "The choices are \(names.joined(separator: ", ")).")
    }
    guard !inference, dumpDir == nil, !timeline, !innerLoop, program != nil || format == DumpForm.text.rawValue else {
      throw MartletError(
        UsageErrorCode.noSuchForm, "--accumulate prints the three programs of a training step as text, or one of them",
        advice: "Leave --inference, --dump-dir, --timeline and --inner-loop out; for other formats add --program gradients.")
    }
    for (name, part) in try compilation.divided(batches) where program == nil || program == name.rawValue {
      if program == nil {
        let runs = (0..<batches.count).count { !batches.isEmpty($0) }
        let title =
          switch name {
          case .gradients: "the gradients of a micro-batch of \(batches.sizes.max() ?? 0) samples: runs \(runs) times a step"
          case .sum: "adds the gradients of later micro-batches to those of earlier ones, in a binary tree: runs \(runs - 1) times a step"
          case .update: "the updates: runs once a step"
          }
        Output.write("// \(name.rawValue): \(title)\n")
      }
      Output.write(try text(part))
    }
  }

  private func printDifference(_ compilation: Compilation, _ name: String) throws {
    let known = ["differentiate", "apply-optimizer"] + Pipeline.optimization(fuses: !noFuse).map(\.name)
    guard name == "all" || known.contains(name) else {
      throw MartletError(
        PassErrorCode.unknownPass, "no pass of the pipeline is named '\(name)'",
        advice: KnownNames.advice("passes of the pipeline", known, insteadOf: name))
    }
    _ = try compilation.optimized([
      VerifyInstrument(), DifferenceInstrument(of: name == "all" ? nil : name, hasColours: Output.hasColours(1)) { Output.write($0) },
    ])
  }
}
