import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletLoopIR

/// What is compiled, and how: the options that every command that looks into the compiler has.
struct CompilationOptions: ParsableArguments {
  @Option(help: "A model's name, or a file of graph IR (.gir); '-' is standard input.") var model = ModelRegistry.defaultName
  @Flag(help: "The graph that predict runs: images to logits.") var inference = false
  @Option(help: "Samples a batch.") var batch = 64
  @Option(help: "adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Flag(help: "One kernel an operation.") var noFuse = false
  @Option(help: "Instruction set that kernels are made for: sse2, avx2 or avx512.") var isa: String?

  func target() throws -> Target { try OptionText.target(isa) }

  func compilation() throws -> Compilation {
    try OptionText.compilation(model, inference: inference, batch: batch, optimizer: optimizer, fuses: !noFuse)
  }
}
