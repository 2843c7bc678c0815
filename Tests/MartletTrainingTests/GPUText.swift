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

  /// What need not wait shares a launch: a training step has as many kernels as phases. Unfused it has one an operation.
  @Test func launchesAreFew() throws {
    let step = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).gpuProgram()
    #expect(step.kernels.count == step.phases.count && step.launches.count == step.kernels.count)
    #expect(step.kernels.count <= 12, "\(step.kernels.map(\.name))")
    let unfused = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64, fuses: false).gpuProgram()
    #expect(unfused.kernels.count > 30)
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
