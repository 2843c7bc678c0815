import Glibc
import MartletCore
import MartletGraph

/// Keeps a valid graph that our lowering or LLVM rejects, which is a defect of ours, in a file that one command compiles again.
enum LoweringReproducer {
  /// LLVM ends the process where it gets no memory. So much it must be able to get before it begins.
  private static let compilerBytes = 64 << 20

  /// Runs `body`, which compiles the graph; where it throws `.lowering` the graph is written to `folder` and the error's advice says how to
  /// run it again. Other errors pass.
  static func keeping<Made>(_ graph: Graph, in folder: String = ".", _ body: () throws -> Made) throws -> Made {
    try MachineMemory.expect(compilerBytes, for: "compiling")
    do { return try body() } catch var error as MartletError where error.kind == .lowering {
      let path = (folder == "." ? "" : folder + "/") + "martlet-reproducer-lowering-\(getpid()).gir"
      let reason = error.message.split(separator: "\n").map { "// \($0)\n" }.joined()
      do {
        try FileBytes.write(Array("// martlet opt FILE --bisect --device cpu\n\(reason)\(graph)".utf8), to: path)
        error.advice = [error.advice, "The graph is kept; to compile it again: martlet opt \(path) --bisect --device cpu"]
          .compactMap { $0 }.joined(separator: "\n  ")
      } catch {
        // The error itself matters more than the file.
      }
      throw error
    }
  }
}
