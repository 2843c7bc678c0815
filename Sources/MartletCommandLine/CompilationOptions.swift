import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletLoopIR

/// What is compiled, and how: the options of the commands that show stages of the compiler.
struct CompilationOptions: ParsableArguments {
  @Option(help: ModelRegistry.helpWithFiles) var model: String?
  @Flag(help: "Compile the graph that predict runs (images to logits), not a training step.") var inference = false
  @Option(help: "Samples per batch.") var batch = 64
  @Option(help: "Optimizer: adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Flag(help: "Do not fuse: make one kernel per operation.") var noFuse = false
  @Option(help: "Instruction set to compile for: sse2, avx2 or avx512 (default: this machine's).") var isa: String?

  func target() throws -> Target { try OptionText.target(isa) }

  func compilation() throws -> Compilation {
    try OptionText.compilation(ModelRegistry.chosen(model), inference: inference, batch: batch, optimizer: optimizer, fuses: !noFuse)
  }
}
