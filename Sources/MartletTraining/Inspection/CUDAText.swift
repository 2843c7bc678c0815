import MartletCUDA
import MartletCore
import MartletLoopIR
import MartletRuntime

/// The text of a GPU's kernels: helpers, then each kernel under a comment that says what it is and how it is launched.
enum CUDAText {
  static func module(_ program: Program, _ indices: [Int]) throws -> String {
    let functions = try indices.map { index in
      let kernel = try program.kernels[index].prepared(for: .cuda)
      let (text, helpers) = try CUDAEmitter.function(kernel)
      return (text: try title(program, index, kernel) + text, helpers: helpers)
    }
    let prelude = CUDAHelper.text(functions.reduce([]) { $0.union($1.helpers) })
    let head = "// nvcc \(CUDAEmitter.options.joined(separator: " "))\n"
    return ([head + prelude] + functions.map(\.text)).joined(separator: "\n")
  }

  /// `// @conv1.0.conv2d_add: general lowering; 196 blocks of 256 threads`
  private static func title(_ program: Program, _ index: Int, _ kernel: Kernel) throws -> String {
    let geometry = try LaunchGeometry(kernel)
    let (blocks, threads) = (geometry.blocks.reduce(1, *), geometry.threads.reduce(1, *))
    let count = "\(blocks) block\(blocks == 1 ? "" : "s") of \(threads) threads"
    return "// @\(kernel.name): \(KernelText.maker(program, index)); \(count)\n"
  }

  /// What NVRTC says of the kernels of a text, a line each; nil where there is no NVRTC. Throws `.lowering` when it rejects them.
  static func compilerReport(_ text: String) throws -> [String]? {
    do { try RuntimeCompiler.load() } catch { return nil }
    let result = try RuntimeCompiler.compile(text)
    let lines = result.functions.map { function in
      let spilled = function.spilledBytes == 0 ? "nothing spilled" : "\(function.spilledBytes) bytes spilled"
      return "\(function.name): \(function.registers) registers, \(spilled)"
    }
    return ["\(RuntimeCompiler.description), \(RuntimeCompiler.defaultArchitecture)"] + lines + result.warnings
  }
}
