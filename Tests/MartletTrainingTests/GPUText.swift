import CCUDA
import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
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
  @Test(.enabled(if: hasCompiler), arguments: TestModels.names) func compiles(_ name: String) throws {
    let model = try #require(TestModels.make(name))
    let compilation = try Compilation(model, name: name, batch: 4)
    let text = try compilation.dump(.cuda, .cuda)
    let kernels = try compilation.program(.cuda).kernels.count
    for architecture in ["sm_80", "sm_90", "sm_100"] {
      let result = try RuntimeCompiler.compile(text, for: architecture)
      #expect(result.warnings.isEmpty, "\(name), \(architecture)")
      #expect(result.functions.count == kernels && result.functions.allSatisfy { $0.registers > 0 })
      #expect(!result.binary.isEmpty)
      if name == "mnist-cnn" { #expect(result.functions.allSatisfy { $0.spilledBytes == 0 }, "\(architecture): \(result.functions)") }
    }
    let portable = try RuntimeCompiler.compile(text, for: RuntimeCompiler.portableArchitecture)
    let ptx = String(decoding: portable.binary, as: UTF8.self)
    #expect(ptx.contains(".target sm_80") && ptx.split(separator: "\n").count { $0.contains(".entry ") } == kernels)
  }

  /// What need not wait shares a launch: a training step has as many kernels as phases. Unfused it has one an operation.
  @Test func launchesAreFew() throws {
    let step = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).program(.cuda)
    #expect(step.kernels.count == step.phases.count && step.launches.count == step.kernels.count)
    #expect(step.kernels.count <= 10, "\(step.kernels.map(\.kernel.name))")
    // The gradients behind poolings are computed where they are staged.
    #expect(!step.kernels.contains { $0.kernel.name.contains("max_pool2d_grad") })
    #expect(step.kernels.count { $0.maker.contains("tiles of") } >= 6)
    let unfused = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64, fuses: false).program(.cuda)
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
    let (cpu, gpu) = (CompilingDevice(try CPUBackend(threads: 2)), CompilingDevice(try testGPU()))
    func steps(_ device: any ExecutionDevice, _ graph: Graph) throws -> (any Executable, [String: any DeviceBuffer], [any DeviceBuffer]) {
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
      let samples = Array(number * 64..<(number + 1) * 64)
      let (images, labels) = (try data.train.tensor(0, of: samples), try data.train.tensor(1, of: samples))
      for buffers in [step.1, own.1, theirs.1] {
        try buffers["images"]?.write(images)
        try buffers["labels"]?.write(labels)
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

  /// Reading data that lie on the device costs no launch.
  @Test func feedingCostsNoLaunch() throws {
    let step = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).differentiated()
    let fed = try Pipeline(Pipeline.optimization()).run(try ResidentFeed.graph(step, samples: 60000, steps: 100))
    let program = try Lowering.lower(fed, for: .cuda, Lowering.Options(guardingResult: "loss"))
    #expect(program.kernels.count <= 10, "\(program.kernels.map(\.kernel.name))\n\(program)")
    // What is looked up is staged like anything else.
    func tiles(_ program: Program) -> Int { program.kernels.map(\.maker).joined(separator: " ").matches(of: /tiles of/).count }
    let copied = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64).program(.cuda)
    #expect(tiles(copied) > 8 && tiles(program) == tiles(copied), "\(program.kernels.map(\.maker))\n\(copied.kernels.map(\.maker))")
  }

  /// 5,000 digits: the emulated GPU learns as the processor does, from data that lie on the device.
  @Test func trainsAsTheProcessorDoes() throws {
    guard let folder = FileBytes.environment("MARTLET_DATA"), DataSet.isComplete(folder) else {
      return print("skipped, no MNIST in $MARTLET_DATA: training on the emulated GPU")
    }
    let data = try DataSet.load(folder: folder)
    let cpu = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: CompilingDevice(try CPUBackend(threads: 2)))
    let own = try (0..<78).map { number in
      Double(try cpu.train(data.train, Array(number * 64..<(number + 1) * 64), learningRate: 0.01, number: number + 1))
    }
    let gpu = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: CompilingDevice(try testGPU()))
    #expect(gpu.keepsDataOnDevice && !cpu.keepsDataOnDevice)
    try gpu.keepOnDevice(data.train, batch: 64, steps: 78)
    let waits = cuda_imitation_calls("stream_synchronize"), launches = cuda_imitation_calls("launch")
    let steps = try gpu.begin(
      samples: (0..<78 * 64).map { Int32($0) }, learningRates: [Float](repeating: 0.01, count: 78), firstNumber: 1)
    let theirs = try gpu.losses(of: steps).map { Double($0) }
    // Losses come by themselves; a step is at most ten kernels, launched one by one for the recording only. A real GPU is not counted.
    #expect(cuda_imitation_calls("stream_synchronize") == waits)
    #expect(cuda_imitation_calls("launch") - launches <= 10)
    #expect(theirs.count == 78)
    for (number, (a, b)) in zip(theirs, own).prefix(10).enumerated() {
      #expect(abs(a - b) <= 1e-3 * abs(b), "loss \(number + 1): \(a), \(b)")
    }
    let means = [own, theirs].map { $0.suffix(20).reduce(0, +) / 20 }
    #expect(abs(means[0] - means[1]) <= 0.05 * means[0], "\(means)")
  }

  /// Batches in any order, a table that is not full, dropout by number of the step: the same as with copies from the host, bit for bit.
  @Test func dataOnTheDeviceChangeNothing() throws {
    let digits = GeneratedDigits.images(96, seed: 5)
    let images = try labelledImages([1, 28, 28], digits.pixels, digits.labels)
    let order = try SampleOrder.shuffled(96, seed: 3, epoch: 1)
    func session() throws -> TrainingSession {
      try TrainingSession(DroppingNetwork(), name: "dropping", device: CompilingDevice(try testGPU()), seed: 7)
    }
    let (copied, kept) = (try session(), try session())
    let rates: [Float] = [0.01, 0.02, 0.005, 0.01, 0.03, 0.002]
    let losses = try rates.enumerated().map { position, rate in
      try copied.train(
        images, Array(order[position % 3 * 32..<(position % 3 + 1) * 32]), learningRate: rate, number: position + 1)
    }
    // Four rows: the fifth step lies where the first one lay, and is asked for before anybody has seen what became of the third.
    try kept.keepOnDevice(images, batch: 32, steps: 4)
    func begin(_ steps: Range<Int>) throws -> TrainingSession.ResidentSteps {
      let samples = steps.flatMap { step in order[step % 3 * 32..<(step % 3 + 1) * 32].map { Int32($0) } }
      return try kept.begin(samples: samples, learningRates: Array(rates[steps]), firstNumber: steps.lowerBound + 1)
    }
    let first = try begin(0..<2), second = try begin(2..<4)
    #expect(throws: MartletError.self) { try begin(4..<5) }
    var found = try kept.losses(of: first)
    let third = try begin(4..<6)
    found += try kept.losses(of: second)
    found += try kept.losses(of: third)
    #expect(found == losses)
    #expect(try kept.weightsHash() == copied.weightsHash())
  }

  /// Whole runs, in which the device is asked for steps before the losses of others have come: the same losses, states and messages as with one
  /// step at a time, also where a run is interrupted and taken up again, and where a loss is not finite.
  @Test func runsAreThoseOfOneStepAtATime() throws {
    let folder = try Repository.TemporaryFolder()
    // The last batch of an epoch is smaller, and comes from the host.
    try GeneratedDigits.write(to: folder.path, training: 200, test: 16)
    let set = try DataSet.load(folder: folder.path)
    let path = folder.path + "/run.safetensors"
    let settings = Checkpoint.Settings(model: "dropping", optimizer: "adam", batch: 16, seed: 1, shuffles: true)
    struct Run: Equatable {
      var losses: [Float] = []
      var message = ""
      var hash = ""
    }
    func run(isFed: Bool, rate: Float = 0.01, interruptedIn epoch: Int? = nil, resumes: Bool = false) throws -> Run {
      let device = AsIfLocal(CompilingDevice(try testGPU()), isRemote: isFed)
      let session = try TrainingSession(DroppingNetwork(), name: "dropping", device: device, seed: 1)
      var progress = Checkpoint.Progress(epoch: 1, step: 0)
      if resumes {
        let saved = try Checkpoint.read(path)
        try session.load(saved.tensors, needsState: true, path: path)
        progress = saved.progress
      }
      var options = Trainer.Options()
      (options.epochs, options.batch, options.shuffles, options.testEvery, options.learningRate) = (3, 16, true, 0, rate)
      options.checkpointPath = epoch == nil ? nil : path
      var (result, current) = (Run(), 0)
      do {
        try Trainer(session, set, options, settings: settings, isInterrupted: { current == epoch }) { event in
          guard case .loss(let epoch, let step, let loss, _, _) = event else { return }
          result.losses.append(loss)
          if step > 4 { current = epoch }
        }.run(from: progress)
      } catch let error as MartletError { result.message = error.message }
      result.hash = try session.weightsHash()
      return result
    }
    let whole = try run(isFed: true)
    #expect(whole.losses.count == 39 && whole.message.isEmpty)
    #expect(try run(isFed: false) == whole)
    let begun = try run(isFed: true, interruptedIn: 2)
    #expect(begun.losses.count > 17 && begun.losses.count < 39 && begun.message.contains("interrupted in epoch 2"))
    let rest = try run(isFed: true, resumes: true)
    #expect(begun.losses + rest.losses == whole.losses && rest.hash == whole.hash)
    // The first step's update makes everything overflow; steps that were asked for meanwhile do nothing.
    let overflown = try run(isFed: true, rate: 3e38)
    #expect(overflown.losses.count < 13 && overflown.message.contains("not finite"), "\(overflown)")
    #expect(try run(isFed: false, rate: 3e38) == overflown)
  }

  private static let nvcc: String? = {
    let environment = ProcessInfo.processInfo.environment
    var folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/local/cuda/bin"]
    if let active = environment["VIRTUAL_ENV"] {
      for version in 9...14 { folders += ["cu12", "cu13"].map { "\(active)/lib/python3.\(version)/site-packages/nvidia/\($0)/bin" } }
    }
    let found = folders.map { "\($0)/nvcc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    if found == nil { print("skipped, no nvcc: the dumped CUDA C is not compiled by it") }
    return found
  }()

  /// The compiler that people use takes the file as it is dumped.
  @Test(.enabled(if: nvcc != nil), arguments: TestModels.names) func nvccTakesTheFile(_ name: String) throws {
    let nvcc = try #require(GPUText.nvcc)
    let folder = try Repository.TemporaryFolder()
    let model = try #require(TestModels.make(name))
    let text = try Compilation(model, name: name, batch: 4).dump(.cuda, .cuda)
    try FileBytes.write(Array(text.utf8), to: "\(folder.path)/step.cu")
    let options =
      CUDAEmitter.options + ["-std=c++17", "-arch=sm_90", "-Werror", "all-warnings", "-cubin", "-o", "\(folder.path)/step.cubin"]
    let result = try runProgram(nvcc, options + ["\(folder.path)/step.cu"])
    #expect(result.code == 0, "\(result.errors)\(result.output)")
  }
}

/// With a layer that draws random numbers.
private struct DroppingNetwork: Model {
  let layers = Sequential {
    Conv2D(1, 4, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Flatten()
    Dropout(0.3)
    Linear(784, 10)
  }

  var inputShape: Shape { [1, 28, 28] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}

/// A device that says whether data should stay on it.
private final class AsIfLocal: ExecutionDevice {
  private let device: any ExecutionDevice
  let isRemote: Bool

  init(_ device: any ExecutionDevice, isRemote: Bool) {
    self.device = device
    self.isRemote = isRemote
  }

  var name: String { device.name }
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try device.makeBuffer(type) }
  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable { try device.compile(graph, options) }
}
