import Martlet
import MartletCUDA
import TestSupport
import Testing

@testable import MartletTraining

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

  /// Steps of the reference model on real digits, each from where the processor stands: the loss, and every gradient.
  @Test func stepsAgreeWithTheProcessor() throws {
    guard let folder = FileBytes.environment("MARTLET_DATA"), DataSet.isComplete(folder) else {
      return print("skipped, no MNIST in $MARTLET_DATA: steps of the emulated GPU")
    }
    let data = try DataSet.load(folder: folder)
    let graph = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).optimized()
    let gradients = try Pipeline([.differentiate] + Pipeline.optimization()).run(
      Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).traced)
    let (cpu, gpu) = (CompilingDevice(try CPUBackend(threads: 2)), CompilingDevice(try CUDABackend.emulated()))
    func steps(_ device: any Device, _ graph: Graph) throws -> (any Executable, [String: any DeviceBuffer], [any DeviceBuffer]) {
      let executable = try device.compile(graph)
      var arguments: [String: any DeviceBuffer] = [:]
      for parameter in executable.parameters { arguments[parameter.name] = try device.makeBuffer(parameter.type) }
      return (executable, arguments, try executable.results.filter { $0.updates == nil }.map { try device.makeBuffer($0.type) })
    }
    let step = try steps(cpu, graph), own = try steps(cpu, gradients), theirs = try steps(gpu, gradients)
    for (name, tensor) in ModelStructure(MNISTCNN()).initialVariables(seed: 0) { try step.1[name]?.write(tensor) }
    for parameter in step.0.parameters where parameter.role == .state {
      try step.1[parameter.name]?.write(HostTensor(repeating: 0, parameter.type))
    }
    try step.1["learning_rate"]?.write(HostTensor(repeating: 0.01, TensorType(.f32, [])))
    for number in 0..<20 {
      try data.train.withBatch(number * 64..<(number + 1) * 64) { pixels, labels in
        for buffers in [step.1, own.1, theirs.1] {
          try buffers["images"]?.write(pixels)
          try buffers["labels"]?.write(UnsafeRawBufferPointer(labels))
        }
      }
      for parameter in gradients.parameters where parameter.role == .parameter {
        let value = try #require(step.1[parameter.name]).read()
        try own.1[parameter.name]?.write(value)
        try theirs.1[parameter.name]?.write(value)
      }
      for (executable, arguments, outputs) in [own, theirs, step] {
        try executable.run(try executable.parameters.map { try #require(arguments[$0.name]) }, outputs)
      }
      for (result, (a, b)) in zip(gradients.results, zip(theirs.2, own.2)) where result.name != "logits" {
        #expect(try distance(a.read(), b.read()) <= (result.name == "loss" ? 1e-6 : 1e-5), "step \(number + 1), \(result.name)")
      }
    }
  }

  /// 5,000 digits: the emulated GPU learns as the processor does.
  @Test func trainsAsTheProcessorDoes() throws {
    guard let folder = FileBytes.environment("MARTLET_DATA"), DataSet.isComplete(folder) else {
      return print("skipped, no MNIST in $MARTLET_DATA: training on the emulated GPU")
    }
    func losses(_ device: any Device) throws -> [Double] {
      let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: device)
      let data = try DataSet.load(folder: folder)
      return try (0..<78).map { number in
        try data.train.withBatch(number * 64..<(number + 1) * 64) { pixels, labels in
          Double(try session.train(pixels: pixels, labels: labels, learningRate: 0.01, number: number + 1))
        }
      }
    }
    let own = try losses(CompilingDevice(try CPUBackend(threads: 2)))
    let theirs = try losses(CompilingDevice(try CUDABackend.emulated()))
    for (number, (a, b)) in zip(theirs, own).prefix(10).enumerated() {
      #expect(abs(a - b) <= 1e-3 * abs(b), "loss \(number + 1): \(a), \(b)")
    }
    let means = [own, theirs].map { $0.suffix(20).reduce(0, +) / 20 }
    #expect(abs(means[0] - means[1]) <= 0.05 * means[0], "\(means)")
  }
}
