import MartletCompiler
import MartletTraining
import MartletCUDA
import MartletCore
import MartletLoopIR
import MartletRuntime

/// The text of a GPU's kernels: helpers, then each kernel under a comment that says what it is and how it is launched.
package enum CUDAText {
  package static func module(_ kernels: [LoweredKernel]) throws -> String {
    let prepared = try kernels.map { try $0.kernel.prepared(for: .cuda) }
    let text = try CUDAEmitter.module(prepared) { try title(prepared[$0], maker: kernels[$0].maker) }
    return "// nvcc \(CUDAEmitter.options.joined(separator: " "))\n" + text
  }

  /// `// @conv1.0.conv2d_add: general lowering; 196 blocks of 256 threads`
  private static func title(_ kernel: Kernel, maker: String) throws -> String {
    let geometry = try LaunchGeometry(kernel)
    let (blocks, threads) = (geometry.blocks.reduce(1, *), geometry.threads.reduce(1, *))
    let count = "\(blocks) block\(blocks == 1 ? "" : "s") of \(threads) threads"
    return "// @\(kernel.name): \(maker); \(count)\n"
  }

  /// What NVRTC says of the kernels of a text, a line each; nil where there is no NVRTC. Throws `.lowering` when it rejects them.
  package static func compilerReport(_ text: String) throws -> [String]? {
    do { try RuntimeCompiler.load() } catch { return nil }
    let result = try RuntimeCompiler.compile(text)
    let lines = result.functions.map { function in
      let spilled = function.spilledBytes == 0 ? "nothing spilled" : "\(function.spilledBytes) bytes spilled"
      return "\(function.name): \(function.registers) registers, \(spilled)"
    }
    return ["\(RuntimeCompiler.description), \(RuntimeCompiler.defaultArchitecture)"] + lines + result.warnings
  }
}
