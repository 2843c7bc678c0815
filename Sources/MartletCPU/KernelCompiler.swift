import MartletCore
import MartletLoopIR

/// From a kernel to machine code, and every text on the way.
package struct KernelCompiler: Sendable {
  package let target: Target

  /// Whether what is proven of indices and memory is promised to LLVM, and LLVM's own optimisation used; tests compare both.
  package let writesProvenFlags: Bool

  package init(_ target: Target) { self.init(target, writesProvenFlags: true) }

  package init(_ target: Target, writesProvenFlags: Bool) {
    self.target = target
    self.writesProvenFlags = writesProvenFlags
  }

  /// Hand-vectorised code needs no more than this, and gains nothing from more.
  static let shortPipeline = "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,loop-mssa(licm))"
  /// Scalar loops are left to LLVM's loop vectoriser. Its combining of scalars is off: `llvm_library_load` says why.
  static let longPipeline = "default<O2>"

  /// A kernel as LLVM gets it.
  package struct Source: Hashable, Sendable {
    /// Our text: what `dump --stage llvm` shows.
    package var text: String
    /// LLVM's passes for it.
    package var passes: String
  }

  package func source(_ kernel: Kernel) throws -> Source {
    let prepared = try kernel.prepared(for: target)
    return Source(
      text: try LLVMEmitter.emit(prepared, target, writesProvenFlags: writesProvenFlags),
      passes: writesProvenFlags ? KernelCompiler.passes(for: prepared) : KernelCompiler.shortPipeline)
  }

  /// LLVM's passes for a prepared kernel.
  static func passes(for prepared: Kernel) -> String { prepared.hasVectors ? shortPipeline : longPipeline }

  /// The object, assembly or optimised IR of a kernel.
  package func compile(_ source: Source, name: String, _ output: LLVMLibrary.Output = .object) throws -> [UInt8] {
    try LLVMLibrary.compile(source.text, name: name, target.processor(), passes: source.passes, output: output)
  }
}

extension Kernel {
  /// The function's name in the object. No C function has a dot in its name: a kernel @erf or @memset must not stand in for the library's,
  /// which its own code or another kernel's may call.
  var symbol: String { "kernel.\(name)" }

  /// Whether any memory access moves several lanes.
  var hasVectors: Bool {
    var found = false
    body.forEachNested { statement in
      if case .store(let access, _) = statement, access.lanes > 1 { found = true }
      for expression in statement.expressions {
        expression.visit { if case .load(let access) = $0, access.lanes > 1 { found = true } }
      }
    }
    return found
  }
}
