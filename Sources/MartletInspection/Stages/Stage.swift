import MartletTraining
import MartletCPU
import MartletCompiler
import MartletGraph
import MartletLoopIR

/// A stage of the compiler that can be printed.
public enum Stage: String, CaseIterable, Hashable, Sendable {
  /// The forward graph as the layers made it.
  case traced
  /// The whole step: gradients and updates.
  case differentiated
  /// After simplification and fusion.
  case optimized
  /// The launches in order.
  case schedule
  /// The loop IR of every kernel.
  case kernels
  /// Our LLVM IR.
  case llvm
  /// After LLVM's passes.
  case llvmOptimized = "llvm-optimized"
  /// The machine code of every kernel, disassembled.
  case asm
  /// CUDA C of every kernel, as a GPU would run it.
  case cuda
  /// The memory of intermediate values.
  case plan
}

extension Compilation {
  /// The graph of a stage; nil for stages that are no graphs.
  package func graph(_ stage: Stage) throws -> Graph? {
    switch stage {
    case .traced: traced
    case .differentiated: try differentiated()
    case .optimized: try optimized()
    case .schedule, .kernels, .llvm, .llvmOptimized, .asm, .cuda, .plan: nil
    }
  }

  /// The text of a stage, as `martlet dump` prints it for this machine's processor. Throws M1303 for a form that the stage does not have,
  /// M906 for `llvm-optimized` and `asm` without LLVM.
  public func text(of stage: Stage, form: DumpForm = .text) throws -> String {
    try dump(stage, Target(HostProcessor.chosenInstructionSet(), hasMatrixLibrary: MatrixLibrary.name != nil), form: form)
  }

  /// The text of a stage. Throws `.usage` for a form that the stage does not have; `llvm-optimized` and `asm` need LLVM. `kernel` picks one
  /// kernel of the stages that show all; `options` are for the text of graphs.
  package func dump(
    _ stage: Stage, _ target: Target, form: DumpForm = .text, kernel: String? = nil, options: Graph.PrintOptions = Graph.PrintOptions()
  ) throws -> String {
    try StageText(compilation: self, stage: stage, target: target, form: form, kernel: kernel, options: options).text()
  }
}
