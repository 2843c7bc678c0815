import MartletTraining
import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime
import MartletTransforms

/// Writes everything that there is to see of a compilation into a folder: a numbered graph for each pass that changed something, the
/// schedule, the memory plan, and the texts of every kernel, those for a GPU among them.
package struct DumpFolder {
  private let path: String
  private let compilation: Compilation
  private let target: Target
  private let options: Graph.PrintOptions

  package init(_ path: String, _ compilation: Compilation, _ target: Target, _ options: Graph.PrintOptions) {
    self.path = path
    self.compilation = compilation
    self.target = target
    self.options = options
  }

  /// Returns how many files were written. Without LLVM the texts that it makes are left out, and `hasLLVM` is false. With `timed` a step runs
  /// on this machine, and its trace is written too.
  package func write(timed: Bool = false, threads: Int? = nil) throws -> (count: Int, hasLLVM: Bool) {
    var count = 0
    func file(_ name: String, _ text: String) throws {
      try FileBytes.write(Array(text.utf8), to: "\(path)/\(name)")
      count += 1
    }
    try FileBytes.makeFolder(path)
    try FileBytes.makeFolder("\(path)/kernels")
    try file("00-traced.gir", compilation.traced.text(options))
    let recorder = PassFiles()
    let optimized = try compilation.optimized([VerifyInstrument(), recorder])
    for (number, entry) in recorder.changed.enumerated() {
      let digits = String(number + 1)
      try file("\(digits.count == 1 ? "0" : "")\(digits)-\(entry.pass).gir", entry.graph.text(options))
    }
    try file("optimized.svg", GraphDrawing(optimized).svg)
    for (stage, form, name) in [
      (Stage.schedule, DumpForm.text, "schedule.txt"), (.schedule, .json, "schedule.json"), (.plan, .text, "plan.txt"),
      (.plan, .json, "plan.json"), (.plan, .svg, "plan.svg"),
    ] { try file(name, try compilation.dump(stage, target, form: form)) }
    let program = try compilation.program(target)
    var stages = [(Stage.kernels, "kir"), (.llvm, "ll")]
    let hasLLVM = (try? LLVMLibrary.load()) != nil
    if hasLLVM { stages += [(.llvmOptimized, "opt.ll"), (.asm, "s")] }
    for lowered in program.kernels {
      for (stage, ending) in stages {
        let text = try KernelText.text(lowered, stage, target)
        try file("kernels/\(lowered.kernel.name).\(ending)", KernelText.title(lowered, stage) + text)
      }
    }
    for lowered in try compilation.program(.cuda).kernels {
      try file("kernels/\(lowered.kernel.name).cu", try CUDAText.module([lowered]))
    }
    if timed { try file("trace.json", StepTimeline(program, of: optimized, target, threads: threads).chromeTrace) }
    return (count, hasLLVM)
  }
}

/// Keeps the graph after every pass that changed something.
private final class PassFiles: Instrument {
  package private(set) var changed: [(pass: String, graph: Graph)] = []

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    if before != after { changed.append((pass.name, after)) }
  }
}
