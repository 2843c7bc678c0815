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
  @Option(help: "text, or dot for graph stages.") var format = "text"
  @Option(help: "Samples a batch.") var batch = 64
  @Option(help: "adam, adamw, sgd or rmsprop.") var optimizer = "adam"
  @Flag(help: "One kernel an operation.") var noFuse = false
  @Option(help: "Instruction set that kernels are made for: sse2, avx2 or avx512.") var isa: String?
  @Option(help: "Threads; no stage depends on them.") var threads: Int?
  @Flag(help: "Add the layer and source line of each node as comments.") var origins = false

  func run() throws {
    guard let stage = Stage(rawValue: stage) else {
      throw MartletError(
        UsageErrorCode.unknownStage, "unknown stage '\(self.stage)'",
        advice: "The stages are \(Stage.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    try OptionText.expect("--batch", batch, atLeast: 1)
    try OptionText.expect("--threads", threads, atLeast: 1)
    let target = try OptionText.target(isa)
    let optimizer = try OptionText.optimizer(optimizer)
    let compilation: Compilation
    if model == "-" || model.hasSuffix(".gir") {
      compilation = Compilation(try OptionText.graph(model), optimizer: optimizer, fuses: !noFuse)
    } else {
      compilation = try Compilation(
        ModelRegistry.make(model), name: model, batch: batch, purpose: inference ? .inference : .training, optimizer: optimizer,
        fuses: !noFuse)
    }
    switch format {
    case "text":
      if origins, let graph = try compilation.graph(stage) {
        Output.write(graph.text(Graph.PrintOptions(showsOrigins: true)))
      } else {
        Output.write(try compilation.dump(stage, target))
      }
    case "dot":
      guard let graph = try compilation.graph(stage) else {
        throw MartletError(
          UsageErrorCode.noDotForm, "stage \(stage.rawValue) is no graph and has no dot form")
      }
      Output.write(graph.dot)
    case "json", "svg", "html":
      throw MartletError(UsageErrorCode.unknownFormat, "the format \(format) is not built yet")
    default: throw MartletError(UsageErrorCode.unknownFormat, "unknown format '\(format)'")
    }
  }
}

struct OpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "List the operations of the graph IR, with an example of each.")

  func run() throws {
    for type in OperationRegistry.all {
      guard let sample = type.samples.first else { continue }
      let results = try sample.operation.resultTypes(sample.operands.map { $0.type })
      let operands = sample.operands.enumerated().map { "%x\($0.offset): \($0.element.type)" }.joined(separator: ", ")
      let attributes = sample.operation.attributes.map { "\($0.name) = \($0.value)" }
      let list = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
      Output.line("\(type.mnemonic)(\(operands))\(list) : \(results.map(\.description).joined(separator: ", "))")
    }
  }
}
