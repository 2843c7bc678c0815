import MartletTraining
import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime

/// How a stage can be written.
public enum DumpForm: String, CaseIterable, Hashable, Sendable {
  /// Text that reads back where the stage has a grammar, the same as JSON, a graph for Graphviz, a picture, or a page with the graphs of
  /// all passes.
  case text, json, dot, svg, html
}

/// Writes a stage of a compilation.
struct StageText {
  let compilation: Compilation
  let stage: Stage
  let target: Target
  let form: DumpForm
  let kernel: String?
  let options: Graph.PrintOptions

  func text() throws -> String {
    if let graph = try compilation.graph(stage) {
      guard kernel == nil else {
        throw MartletError(
          UsageErrorCode.unknownKernel, "stage \(stage.rawValue) has no kernels",
          advice: "--kernel is for kernels, llvm, llvm-optimized, asm and cuda.")
      }
      return try text(of: graph)
    }
    switch stage {
    case .schedule:
      let program = try compilation.program(target)
      switch form {
      case .text: return program.description
      case .json: return JSONWriter.text(ProgramJSON.schedule(program)) + "\n"
      case .dot, .svg, .html: throw noForm()
      }
    case .plan:
      let program = try compilation.program(target)
      switch form {
      case .text: return try (compilation.memoryFit().map { "\($0.text)\n" } ?? "") + program.memoryDescription
      case .json: return JSONWriter.text(ProgramJSON.plan(program, try compilation.memoryFit())) + "\n"
      case .svg: return program.memorySVG
      case .dot, .html: throw noForm()
      }
    case .kernels, .llvm, .llvmOptimized, .asm, .cuda: return try kernelTexts()
    // Graphs, which are written above.
    case .traced, .differentiated, .optimized: throw noForm()
    }
  }

  private func text(of graph: Graph) throws -> String {
    switch form {
    case .text: return graph.text(options)
    case .json: return JSONWriter.text(GraphJSON.value(graph, abbreviates: options.abbreviates)) + "\n"
    case .dot: return graph.dot(abbreviates: options.abbreviates)
    case .svg: return GraphDrawing(graph).svg
    case .html: return try Report(compilation, target).html
    }
  }

  private func noForm() -> MartletError {
    MartletError(
      UsageErrorCode.noSuchForm, "stage \(stage.rawValue) has no form \(form.rawValue)",
      advice: "Graphs have text, json, dot, svg and html; the plan text, json and svg; all others text and json.")
  }

  /// All kernels, or the chosen one.
  private func chosenKernels(_ program: Program) throws -> [LoweredKernel] {
    guard let kernel else { return program.kernels }
    let chosen = program.kernels.filter { $0.kernel.name == kernel }
    guard !chosen.isEmpty else {
      throw MartletError(
        UsageErrorCode.unknownKernel, "no kernel is named '\(kernel)'",
        advice: KnownNames.advice(
          "kernels", program.kernels.map(\.kernel.name), insteadOf: kernel, all: "martlet explain kernels lists them"))
    }
    return chosen
  }

  private func kernelTexts() throws -> String {
    let program = try compilation.program(stage == .cuda ? .cuda : target)
    let kernels = try chosenKernels(program)
    // One text that compiles as it is.
    if stage == .cuda, form == .text { return try CUDAText.module(kernels) }
    let texts = try kernels.map { try KernelText.text($0, stage, target) }
    switch form {
    case .text: return zip(kernels, texts).map { KernelText.title($0, stage) + $1 }.joined(separator: "\n")
    case .json:
      let values = zip(kernels, texts).map { lowered, text in
        JSONValue.object([
          "kernel": .string(lowered.kernel.name), "made_by": .string(lowered.maker), "text": .string(text),
        ])
      }
      return JSONWriter.text(.list(values)) + "\n"
    case .dot, .svg, .html: throw noForm()
    }
  }
}

/// The text of one kernel at a stage.
enum KernelText {
  static func text(_ lowered: LoweredKernel, _ stage: Stage, _ target: Target) throws -> String {
    let kernel = lowered.kernel
    let compiler = KernelCompiler(target)
    func compiled(_ output: LLVMLibrary.Output) throws -> String {
      String(decoding: try compiler.compile(compiler.source(kernel), name: kernel.name, output), as: UTF8.self)
    }
    switch stage {
    case .llvm: return try compiler.source(kernel).text
    case .llvmOptimized: return try compiled(.optimizedIR)
    case .asm: return try compiled(.assembly)
    case .cuda: return try CUDAText.module([lowered])
    default: return kernel.description
    }
  }

  /// The line above a kernel, as a comment of the stage's language.
  static func title(_ lowered: LoweredKernel, _ stage: Stage) -> String {
    switch stage {
    case .llvm, .llvmOptimized: "; kernel @\(lowered.kernel.name)\n"
    case .asm: "# kernel @\(lowered.kernel.name)\n"
    default: "// \(lowered.maker)\n"
    }
  }
}

extension CostModel {
  /// A nominal machine, so that dumps are the same everywhere: 3 GHz, one thread, 16 bytes a cycle, as second-level caches give.
  package init(_ target: Target) {
    let lanes = target.vectorBytes / 4
    let operations = Target.vectorsPerCycle(lanes: lanes) * Double(lanes) * (target.hasFusedMultiplyAdd ? 2 : 1)
    self.init(operationsPerSecond: operations * 3e9, bytesPerSecond: 16 * 3e9)
  }
}
