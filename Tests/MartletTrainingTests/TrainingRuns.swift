import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// Whole runs on a small generated set, and on MNIST where it is there.
@Suite struct TrainingRuns {
  private func session(_ device: any ExecutionDevice, seed: UInt64 = 0, optimizer: UpdateRule = .adam(AdamUpdate()), fuses: Bool = true)
    throws
    -> TrainingSession
  {
    try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: device, optimizer: optimizer, fuses: fuses, seed: seed)
  }

  private func steps(_ session: TrainingSession, _ count: Int, batch: Int = 16, rate: Float = 0.01) throws -> [Float] {
    let (pixels, labels) = GeneratedDigits.images(count * batch, seed: 5)
    let images = try labelledImages([1, 28, 28], pixels, labels)
    return try (0..<count).map { step in
      try session.train(images, Array(step * batch..<(step + 1) * batch), learningRate: rate, number: step + 1)
    }
  }

  /// The same bits for any number of threads, twice.
  @Test func threadsDoNotMatter() throws {
    var hashes = Set<String>()
    for threads in [1, 2, 3, 1] {
      let session = try session(CompilingDevice(try CPUBackend(threads: threads)))
      _ = try steps(session, 4)
      hashes.insert(try session.weightsHash())
    }
    #expect(hashes.count == 1)
  }

  /// Fused, unfused and the interpreter walk the same way.
  @Test func devicesAgree() throws {
    let runs = try [
      session(CompilingDevice(try CPUBackend(threads: 2))), session(CompilingDevice(try CPUBackend(threads: 2)), fuses: false),
      session(InterpreterDevice()),
    ].map { try steps($0, 3, batch: 4) }
    for run in runs.dropFirst() {
      for (a, b) in zip(run, runs[0]) { #expect(abs(a - b) < 1e-4, "\(runs)") }
    }
  }

  /// Factors as PyTorch's schedulers give them; a warm-up goes before.
  @Test func schedulesSetTheLearningRate() {
    func factors(_ schedule: LearningRateSchedule) -> [Double] {
      (1...8).map { schedule.factor(step: $0, stepsPerEpoch: 2, total: 8) }
    }
    #expect(factors(LearningRateSchedule()) == [1, 1, 1, 1, 1, 1, 1, 1])
    #expect(factors(LearningRateSchedule(.step(epochs: 1, factor: 0.5))) == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125])
    #expect(factors(LearningRateSchedule(.constant, warmUpSteps: 4)) == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    // CosineAnnealingLR with T_max = 8.
    let cosine = [
      1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5, 0.3086582838174551, 0.1464466094067262, 0.0380602337443566,
    ]
    for (a, b) in zip(factors(LearningRateSchedule(.cosine)), cosine) { #expect(abs(a - b) < 1e-12) }
    let warm = factors(LearningRateSchedule(.cosine, warmUpSteps: 2))
    #expect(warm[0] == 0.5 && warm[1] == 1 && warm[2] == 1 && abs(warm[5] - 0.5) < 1e-12)
  }

  /// A clipped gradient has the norm asked for and its direction; one that is short enough stays as it is.
  @Test func gradientsAreClipped() throws {
    func gradients(_ maximum: Double?) throws -> [Double] {
      let traced = try Tracer.trace(MNISTCNN(), name: "mnist-cnn", batch: 4, purpose: .training)
      let clipping = maximum.map { [Pass.clipGradients($0)] } ?? []
      let graph = try Pipeline([.differentiate] + clipping + Pipeline.optimization()).run(traced)
      let weights = ModelStructure(MNISTCNN()).initialVariables(seed: 1)
      let arguments = graph.parameters.map { parameter -> HostTensor in
        switch parameter.name {
        case "images": fill(parameter.type, .integers(0, 256), seed: 3)
        case "labels": fill(parameter.type, .integers(0, 10), seed: 4)
        default: weights.first { $0.name == parameter.name }?.tensor ?? HostTensor(repeating: 0, parameter.type)
        }
      }
      let results = try CompilingDevice(try CPUBackend()).run(graph, arguments)
      return zip(graph.results, results).filter { $0.0.name.hasSuffix(".gradient") }.flatMap { $0.1.numbers }
    }
    func norm(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let plain = try gradients(nil)
    let length = norm(plain)
    let clipped = try gradients(length / 4)
    #expect(abs(norm(clipped) - length / 4) < 1e-5 * length)
    for (a, b) in zip(clipped, plain) { #expect(abs(a - b / 4) < 1e-6 * length) }
    let untouched = try gradients(length * 2)
    for (a, b) in zip(untouched, plain) { #expect(abs(a - b) < 1e-6 * length) }
    #expect(throws: MartletError.self) { try gradients(-1) }
  }

  /// Options of an optimizer reach the operation, and what a checkpoint says of it; what it does not have is refused.
  @Test func optimizersTakeOptions() throws {
    func make(_ name: String, momentum: Double? = nil, isNesterov: Bool = false, weightDecay: Double? = nil) throws -> String {
      try #require(UpdateRule(named: name)).with(momentum: momentum, isNesterov: isNesterov, weightDecay: weightDecay).summary
    }
    #expect(try make("adam") == "adam" && make("adamw") == "adamw" && make("sgd") == "sgd")
    #expect(try make("adamw", weightDecay: 0.1) == "adamw weight_decay = 0.1 decoupled = true")
    #expect(try make("adam", weightDecay: 0.5) == "adam weight_decay = 0.5")
    #expect(try make("rmsprop", momentum: 0.9) == "rmsprop momentum = 0.9")
    #expect(try make("sgd", momentum: 0.9, isNesterov: true) == "sgd momentum = 0.9 nesterov = true")
    for refused in [
      { try make("adam", momentum: 0.9) }, { try make("sgd", isNesterov: true) }, { try make("sgd", momentum: .nan) },
      { try make("adamw", weightDecay: -1) }, { try make("rmsprop", momentum: 0.9, isNesterov: true) },
    ] {
      #expect { try refused() } throws: { ($0 as? MartletError)?.kind == .usage }
    }
  }

  @Test(arguments: ["adam", "adamw", "sgd", "rmsprop"]) func lossFalls(_ name: String) throws {
    let optimizer = try #require(UpdateRule(named: name))
    let session = try session(CompilingDevice(try CPUBackend()), optimizer: optimizer)
    let losses = try steps(session, 60, rate: name == "sgd" ? 0.3 : name == "rmsprop" ? 0.002 : 0.01)
    let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(last < 0.3 * first, "\(losses)")
  }

  /// PyTorch's weights after `torch.manual_seed(seed)`, bit for bit: the digest of its state_dict in model order.
  @Test(arguments: [
    (0, "3414915e92fb08aeb9575ede0598ef04f9a4281cfb3a9614edfdffbc28cf6058"),
    (1, "4e085f75af95414b01d3cc41eededd3c1a2bf5a4a92a5da488e5d7d045c40b38"),
  ]) func initialWeightsArePyTorchs(_ seed: UInt64, _ digest: String) throws {
    #expect(try session(InterpreterDevice(), seed: seed).weightsHash() == digest)
  }

  /// One whole step against PyTorch: loss, logits and every gradient.
  @Test func wholeStepAgainstPyTorch() throws {
    let tensors = try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/mnist-cnn-step.safetensors"))
    let traced = try Tracer.trace(MNISTCNN(), name: "mnist-cnn", batch: 8, purpose: .training)
    let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(traced)
    let arguments = try graph.parameters.map { try #require(tensors[$0.name]) }
    // The initial weights are PyTorch's, bit for bit.
    for (name, tensor) in ModelStructure(MNISTCNN()).initialVariables(seed: 0) { #expect(tensor == tensors[name], "\(name)") }
    for device in [CompilingDevice(try CPUBackend()), InterpreterDevice()] as [any ExecutionDevice] {
      let results = try device.run(graph, arguments)
      for (result, tensor) in zip(graph.results, results) {
        let expected = try #require(tensors["expect \(result.name)"])
        #expect(distance(tensor, expected) <= 1e-5, "\(device.name) \(result.name): \(distance(tensor, expected))")
      }
    }
  }

  /// PyTorch's first ten losses on MNIST in file order, batch 64, Adam 0.01.
  static let pyTorchLosses: [(seed: UInt64, losses: [Float])] = [
    (0, [2.3025398, 2.3806484, 2.3328919, 2.2787058, 2.2758088, 2.2415562, 2.1975229, 2.1314862, 2.0393007, 1.9897679]),
    (1, [2.3063812, 2.2775478, 2.3297124, 2.1965954, 2.1563954, 1.9490807, 1.6861234, 1.524281, 1.3703808, 1.5480826]),
  ]

  @Test(.enabled(if: Repository.mnist != nil, "MNIST is not here: set MARTLET_DATA"), arguments: pyTorchLosses)
  func mnistConverges(_ run: (seed: UInt64, losses: [Float])) throws {
    let set = try DataSet.load(folder: try #require(Repository.mnist))
    let session = try session(CompilingDevice(try CPUBackend()), seed: run.seed)
    var options = Trainer.Options()
    options.maximumSteps = 200
    var losses: [Float] = []
    var accuracy = 0.0
    let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 64, seed: run.seed, shuffles: false)
    try Trainer(session, set, options, settings: settings, isInterrupted: { false }) { event in
      switch event {
      case .loss(_, _, let loss, _, _): losses.append(loss)
      case .test(_, let result, _): accuracy = result.accuracy ?? 0
      case .compiled, .memory, .correct, .step, .epoch, .nonFinite, .saved, .resumed, .validation, .stopped: break
      }
    }.run()
    guard set.name == "MNIST" else { return }
    #expect(abs(losses[0] - run.losses[0]) < 1e-6)
    for (a, b) in zip(losses, run.losses) { #expect(abs(a - b) < 1e-3) }
    #expect(accuracy > 0.9)
  }

  /// Also where elements are dropped at random, and running statistics are renewed: resumed, the same ones.
  @Test(arguments: [false, true]) func checkpointsContinueBitForBit(_ isRandom: Bool) throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 200, test: 40)
    let set = try DataSet.load(folder: folder.path)
    let path = folder.path + "/run.safetensors"
    let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 16, seed: 1, shuffles: true)
    func run(epochs: Int, from checkpoint: Bool, interruptAfter: Int? = nil) throws -> String {
      let device = CompilingDevice(try CPUBackend())
      let session =
        try isRandom ? TrainingSession(DroppingNetwork(), name: "dropping", device: device, seed: 1) : session(device, seed: 1)
      var progress = Checkpoint.Progress(epoch: 1, step: 0)
      if checkpoint {
        let saved = try Checkpoint.read(path)
        try saved.expect(settings, path: path)
        try session.load(saved.tensors, needsState: true, path: path)
        progress = saved.progress
      }
      var options = Trainer.Options()
      (options.epochs, options.batch, options.shuffles, options.seed, options.testEvery, options.checkpointPath) = (
        epochs, 16, true, 1, 0, path
      )
      var steps = 0
      do {
        try Trainer(session, set, options, settings: settings, isInterrupted: { steps == interruptAfter }) { event in
          if case .step = event { steps += 1 }
        }.run(from: progress)
      } catch let error as MartletError where error.kind == .interrupted { #expect(interruptAfter != nil) }
      return try session.weightsHash()
    }
    let whole = try run(epochs: 3, from: false)
    // At the end of an epoch, and in the middle of one.
    _ = try run(epochs: 1, from: false)
    #expect(try run(epochs: 3, from: true) == whole)
    _ = try run(epochs: 3, from: false, interruptAfter: 20)
    #expect(try Checkpoint.read(path).progress == Checkpoint.Progress(epoch: 2, step: 7))
    #expect(try run(epochs: 3, from: true) == whole)
    var other = settings
    other.batch = 32
    #expect(throws: MartletError.self) { try Checkpoint.read(path).expect(other, path: path) }
  }
}

/// Batch normalisation and dropout between two linear layers.
private struct DroppingNetwork: Model {
  let layers = Sequential {
    Flatten()
    Linear(784, 16)
    BatchNorm1D(16)
    ReLU()
    Dropout(0.5)
    Linear(16, 10)
  }

  var inputShape: Shape { [1, 28, 28] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
