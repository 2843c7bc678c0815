import Martlet
import MartletCUDA
import TestSupport
import Testing

/// The CUDA C of whole models.
@Suite struct GPUText {
  private static let hasCompiler: Bool = {
    do { try RuntimeCompiler.load() } catch {
      print("skipped, no NVRTC: the CUDA C of the built-in models is not compiled")
      return false
    }
    return true
  }()

  /// NVIDIA's compiler takes every kernel of every model as it is, for three generations of GPUs.
  @Test(.enabled(if: hasCompiler), arguments: BuiltInModels.all.map(\.name)) func compiles(_ name: String) throws {
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    let compilation = try Compilation(model, name: name, batch: 4)
    let text = try compilation.dump(.cuda, .cuda)
    let kernels = try compilation.gpuProgram().kernels.count
    for architecture in ["sm_80", "sm_90", "sm_100"] {
      let result = try RuntimeCompiler.compile(text, for: architecture)
      #expect(result.warnings.isEmpty, "\(name), \(architecture)")
      #expect(result.functions.count == kernels && result.functions.allSatisfy { $0.registers > 0 })
      #expect(!result.binary.isEmpty)
    }
  }

  /// Another batch, the same text of the kernels: only the first axis has another extent. The comments say how many blocks there are.
  @Test func doesNotDependOnTheBatch() throws {
    func text(_ batch: Int) throws -> String {
      let program = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: batch, purpose: .evaluation).gpuProgram()
      return try CUDAEmitter.module(program.kernels.filter { !$0.name.hasPrefix("loss") }.map { try $0.prepared(for: .cuda) })
    }
    #expect(try text(64) == text(32))
  }

  /// Two steps on the emulated GPU lead where two steps on the processor lead.
  @Test func trains() throws {
    let graph = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 8).optimized()
    let arguments = try graph.randomArguments(seed: 3)
    let (cpu, gpu) = (CompilingDevice(try CPUBackend(threads: 2)), CompilingDevice(EmulatedBackend()))
    let (expected, found) = (try cpu.run(graph, arguments), try gpu.run(graph, arguments))
    for (result, (a, b)) in zip(graph.results, zip(found, expected)) where result.name == "loss" || result.name.hasSuffix("exp_avg") {
      #expect(distance(a, b) <= 1e-5, "\(result.name)")
    }
  }
}
