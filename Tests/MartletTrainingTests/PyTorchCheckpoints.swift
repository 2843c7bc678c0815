import Foundation
import Martlet
import TestSupport
import Testing

@testable import MartletTraining

/// Files that PyTorch wrote, Tests/Fixtures/make_checkpoint_fixtures.py, and files that PyTorch reads.
@Suite struct PyTorchCheckpoints {
  private static let folder = "Tests/Fixtures/checkpoints"
  private static let batch = 16

  /// `Net` of the script.
  private struct Net: Layer {
    let features = Sequential {
      Conv2D(1, 4, kernel: 3, padding: 1, bias: false)
      BatchNorm2D(4)
      Tanh()
      AvgPool2D(2)
      Flatten()
    }
    let hidden = Linear(36, 8)
    let norm = BatchNorm1D(8)
    let out = Linear(8, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(norm(hidden(features(x)).tanh())) }
  }

  private static func path(_ name: String) -> String { Repository.path("\(folder)/\(name).safetensors") }

  private static func expected(_ name: String) throws -> [Double] {
    try #require(try Safetensors.read(path("expected"))[name], "no expectation \(name)").numbers
  }

  private static func made() throws -> (net: Net, weights: Variables) {
    let net = Net()
    return (net, try Variables(net, seed: 3, on: Device(CompilingDevice(try CPUBackend()))))
  }

  private static func step(_ net: Net, _ weights: Variables) throws -> TrainingStep {
    try TrainingStep(weights, .adam(), inputs: .f32(batch, 1, 6, 6), .i32(batch)) { try net($0).crossEntropy($1) }
  }

  /// The data of a step, as `numbers` and `classes` of the script draw them.
  private static func data(_ step: Int) -> (images: [Float], labels: [Int32]) {
    (
      (0..<batch * 36).map { Float(($0 * 37 + step * 101) % 127 - 63) / 64 },
      (0..<batch).map { Int32(($0 * 11 + step * 5) % 3) }
    )
  }

  private static func expect(_ found: [Double], _ expected: [Double], within tolerance: Double, _ title: String) {
    #expect(found.count == expected.count, "\(title)")
    let size = expected.map(abs).max() ?? 0
    let distance = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(distance <= tolerance * size, "\(title): \(distance) away, of \(size)")
  }

  // MARK: Going on

  /// After three steps of PyTorch the next losses are PyTorch's, Adam's moments and count included.
  @Test func runsGoOnAsPyTorchs() throws {
    let (net, weights) = try PyTorchCheckpoints.made()
    let step = try PyTorchCheckpoints.step(net, weights)
    let notes = try step.load(PyTorchCheckpoints.path("trained"))
    #expect(notes.isEmpty && step.number == 3, "\(notes.sentences)")
    let expected = try PyTorchCheckpoints.expected("losses")
    for (number, loss) in expected.enumerated() {
      let (images, labels) = PyTorchCheckpoints.data(3 + number)
      let found = try step(images, labels, learningRate: 0.01)
      // The first loss depends on the weights alone; later ones carry the updates' rounding on.
      #expect(abs(Double(found) - loss) <= (number == 0 ? 1e-6 : 1e-5) * loss, "loss \(number): \(found), PyTorch has \(loss)")
    }
    for (name, tensor) in try weights.tensors() {
      PyTorchCheckpoints.expect(tensor.numbers, try PyTorchCheckpoints.expected("after/\(name)"), within: 1e-4, name)
    }
    for (name, tensor) in try step.optimizerState() where name.hasSuffix("exp_avg_sq") {
      PyTorchCheckpoints.expect(tensor.numbers, try PyTorchCheckpoints.expected("after/\(name)"), within: 1e-4, name)
    }
    // Three batches in PyTorch and five here.
    let counters = try weights.stateDictionary().foreign
    #expect(counters.map(\.name) == ["features.1.num_batches_tracked", "norm.num_batches_tracked"])
    for counter in counters {
      #expect(counter.code == "I64" && counter.integers == [8], "\(counter)")
      #expect(try PyTorchCheckpoints.expected("after/\(counter.name)") == [8])
    }
  }

  /// A step that goes on from a file has the bits of one that was not interrupted; a file that lacks a part changes nothing.
  @Test func stepsGoOnFromFiles() throws {
    let folder = try Repository.TemporaryFolder()
    let path = "\(folder.path)/step.safetensors"
    let (net, weights) = try PyTorchCheckpoints.made()
    let step = try PyTorchCheckpoints.step(net, weights)
    func run(_ step: TrainingStep, _ steps: Range<Int>) throws -> [Float] {
      try steps.map { number in
        let (images, labels) = PyTorchCheckpoints.data(number)
        return try step(images, labels, learningRate: 0.01)
      }
    }
    _ = try run(step, 0..<3)
    // Random numbers of a step depend on its number, which need not be the count of updates.
    step.number = 7
    try step.save(path)
    let expected = try run(step, 3..<6)
    let (otherNet, other) = try PyTorchCheckpoints.made()
    let resumed = try PyTorchCheckpoints.step(otherNet, other)
    #expect(try resumed.load(path).isEmpty && resumed.number == 7)
    #expect(try run(resumed, 3..<6) == expected)
    #expect(try other.tensors().map(\.tensor) == weights.tensors().map(\.tensor))
    #expect(try resumed.optimizerState().map(\.tensor) == step.optimizerState().map(\.tensor))
    #expect(try other.stateDictionary().foreign == weights.stateDictionary().foreign)
    // Variables read the same file without notes.
    #expect(try PyTorchCheckpoints.made().weights.load(path).isEmpty)
    let before = try (other.tensors().map(\.tensor), resumed.optimizerState().map(\.tensor))
    let whole = try Safetensors.read(path)
    func refused(_ number: CheckpointErrorCode, _ message: String, _ change: (inout Safetensors) -> Void) throws {
      var file = whole
      change(&file)
      try FileBytes.write(file.encoded(), to: path)
      let error = try #require(throws: MartletError.self) { try resumed.load(path) }
      #expect(error.number == number.rawValue && error.message.contains(message), "\(error)")
      #expect(try other.tensors().map(\.tensor) == before.0 && resumed.optimizerState().map(\.tensor) == before.1 && resumed.number == 10)
    }
    try refused(.missingTensor, "has no tensor 'out.bias.exp_avg'") { $0.tensors.removeAll { $0.name == "out.bias.exp_avg" } }
    try refused(.tensorType, "'out.bias.exp_avg_sq' is f32[1]") { file in
      file.tensors = file.tensors.map { ($0.name, $0.name == "out.bias.exp_avg_sq" ? HostTensor([1], [Float(0)]) : $0.tensor) }
    }
    try refused(.entryValue, "'step' is -1") { file in
      file.tensors = file.tensors.map { ($0.name, $0.name == "step" ? HostTensor([], [Int32(-1)]) : $0.tensor) }
    }
    for text in ["-1", "many", "9223372036854775807", "9223372036854775808"] {
      try refused(.entryValue, "'number' is '\(text)'") { $0.metadata = [("number", text)] }
    }
  }

  // MARK: Precisions

  @Test(arguments: [("half", "F16"), ("brain", "BF16"), ("double", "F64")]) func otherPrecisionsAreConverted(
    _ name: String, _ code: String
  ) throws {
    let (net, weights) = try PyTorchCheckpoints.made()
    let step = try PyTorchCheckpoints.step(net, weights)
    let path = PyTorchCheckpoints.path(name)
    let notes = try weights.load(path)
    #expect(notes.conversions == [code: 13] && notes.prefix.isEmpty && notes.unused.isEmpty)
    #expect(notes.sentences == ["\(path): 13 tensors of type \(code) were converted to f32"])
    // Bit for bit what PyTorch's `float()` gives.
    #expect(try weights.tensors().flatMap(\.tensor.numbers) == PyTorchCheckpoints.expected("\(name)/converted"))
    let (images, labels) = PyTorchCheckpoints.data(3)
    let loss = try #require(try PyTorchCheckpoints.expected("\(name)/losses").first)
    let found = Double(try step(images, labels, learningRate: 0))
    #expect(abs(found - loss) <= 1e-6 * loss, "\(found), PyTorch has \(loss)")
  }

  /// All 65,536 numbers of each 16-bit type.
  @Test func everyHalfIsExact() {
    for bits in 0...UInt16.max {
      let (half, brain) = (HalfPrecision.half.single(bits), HalfPrecision.brain.single(bits))
      let fraction = Double(bits & 0x3ff)
      let exponent = Int(bits >> 10 & 0x1f)
      let magnitude = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
      #expect(half.sign == (bits >> 15 == 0 ? .plus : .minus) && brain.bitPattern == UInt32(bits) << 16)
      if exponent == 0x1f {
        #expect(bits & 0x3ff == 0 ? half.isInfinite : half.isNaN)
      } else {
        #expect(Double(half.magnitude) == magnitude, "\(bits)")
      }
    }
  }

  // MARK: Names

  @Test func prefixesAreLeftOut() throws {
    let (_, weights) = try PyTorchCheckpoints.made()
    let plain = try weights.load(PyTorchCheckpoints.path("plain"))
    #expect(plain.isEmpty, "\(plain.sentences)")
    let expected = try weights.tensors().map(\.tensor)
    for (name, prefix) in [("prefixed", "module."), ("deeper", "_orig_mod.net.")] {
      let (_, other) = try PyTorchCheckpoints.made()
      let path = PyTorchCheckpoints.path(name)
      let notes = try other.load(path)
      #expect(notes.prefix == prefix && notes.sentences.first == "\(path): the prefix '\(prefix)' of its names was left out")
      #expect(try other.tensors().map(\.tensor) == expected)
      #expect(try other.stateDictionary().foreign.allSatisfy { $0.integers == [3] })
      guard name == "prefixed" else {
        #expect(notes.unused.isEmpty)
        continue
      }
      #expect(Set(notes.unused) == ["ema.decay", "module.head.bias", "quantized.weight", "scales", "epochs"])
      let last = try #require(notes.sentences.last)
      #expect(last.contains("no variable for 5 tensors of the file"), "\(last)")
      #expect(last.contains("'quantized.weight' (I8)") && last.contains("'scales' (F8_E4M3)") && last.contains("'epochs' (I64)"), "\(last)")
    }
  }

  /// A file of a network of two layers, changed so that it does not fit.
  private struct Change {
    var title: String
    var number: CheckpointErrorCode
    var messages: [String]
    var change: @Sendable (inout Safetensors) throws -> Void

    init(
      _ title: String, _ number: CheckpointErrorCode, _ messages: [String], _ change: @escaping @Sendable (inout Safetensors) throws -> Void
    ) {
      (self.title, self.number, self.messages, self.change) = (title, number, messages, change)
    }
  }

  private static let changes: [Change] = [
    Change(
      "one is missing", .missingTensor, ["has no tensor '1.bias', which the model needs"], { $0.tensors.removeAll { $0.name == "1.bias" } }),
    Change(
      "one has another name", .missingTensor, ["has no tensor '1.weight'", "'last.weight' may be '1.weight'"],
      { file in file.tensors = file.tensors.map { ($0.name == "1.weight" ? "last.weight" : $0.name, $0.tensor) } }
    ),
    Change(
      "all have other names", .missingTensor,
      ["'0.weight', '0.bias', '1.weight', '1.bias': 4 of the 4", "the file has 'a', 'b', 'c', 'd'"],
      { file in file.tensors = zip(["a", "b", "c", "d"], file.tensors).map { ($0, $1.tensor) } }
    ),
    Change("it is empty", .missingTensor, ["4 of the 4", "the file has no tensors"], { $0.tensors = [] }),
    Change(
      "a prefix before three of four", .missingTensor, ["has no tensor '0.weight'", "also not under the prefix 'net.' of the others"],
      { file in file.tensors = file.tensors.dropFirst().map { ("net.\($0.name)", $0.tensor) } }
    ),
    Change(
      "two networks", .missingTensor, ["under several prefixes: 'student.', 'teacher.'"],
      { file in
        file.tensors = ["teacher.", "student."].flatMap { prefix in file.tensors.map { (prefix + $0.name, $0.tensor) } }
      }
    ),
    Change(
      "another shape", .tensorType, ["tensor '1.weight' is f32[3, 2], the model needs f32[2, 3]"],
      { file in file.tensors = try file.tensors.map { ($0.name, $0.name == "1.weight" ? try $0.tensor.reshaped([3, 2]) : $0.tensor) } }
    ),
    Change(
      "two of other types", .tensorType, ["tensor '0.bias' is i32[3], the model needs f32[3]; 1 more tensor does not fit"],
      { file in file.tensors = file.tensors.map { ($0.name, $0.name.hasSuffix("bias") ? $0.tensor.converted(to: .i32) : $0.tensor) } }
    ),
    Change(
      "a type that is not read", .tensorType, ["tensor '0.bias' is I8[3], the model needs f32[3]"],
      { file in
        file.tensors.removeAll { $0.name == "0.bias" }
        file.foreign.append(ForeignTensor("0.bias", "I8", [3], bytes: [1, 2, 3]))
      }
    ),
    Change(
      "counters for weights", .tensorType, ["tensor '0.bias' is I64[3], the model needs f32[3]"],
      { file in
        file.tensors.removeAll { $0.name == "0.bias" }
        file.foreign.append(ForeignTensor("0.bias", "I64", [3], bytes: [UInt8](repeating: 0, count: 24)))
      }
    ),
    Change(
      "beyond f32", .tensorType, ["element 1 of tensor '1.bias' is 1e+300, which f32 does not hold"],
      { file in file.tensors = file.tensors.map { ($0.name, $0.name == "1.bias" ? HostTensor([2], [0, 1e300]) : $0.tensor) } }
    ),
  ]

  @Test func misfitsAreNamed() throws {
    for misfit in PyTorchCheckpoints.changes {
      let title = misfit.title
      let layers = Sequential {
        Linear(2, 3)
        Linear(3, 2)
      }
      let weights = try Variables(layers, seed: 1, on: Device(InterpreterDevice()))
      let before = try weights.tensors().map(\.tensor)
      var file = try weights.stateDictionary()
      file.tensors = file.tensors.map { ($0.name, HostTensor($0.tensor.type, numbers: $0.tensor.numbers.map { $0 + 1 })) }
      try misfit.change(&file)
      let read = try Safetensors.decode(file.encoded(), file: "w.safetensors")
      let error = try #require(throws: MartletError.self, "\(title)") { try weights.load(read, path: "w.safetensors") }
      #expect(error.number == misfit.number.rawValue, "\(title): \(error)")
      for message in misfit.messages { #expect(error.message.contains(message), "\(title): \(error)") }
      #expect(try weights.tensors().map(\.tensor) == before, "\(title)")
    }
  }

  /// One of several wrappers that fit is a known one; infinities of f64 stay what they are.
  @Test func whatIsClearIsRead() throws {
    let weights = try Variables(Linear(2, 1), on: Device(InterpreterDevice()))
    let (weight, bias) = (HostTensor([1, 2], [1, -Double.infinity]), HostTensor([1], [3.0]))
    let other = HostTensor([1, 2], [5.0, 5])
    let file = Safetensors(
      metadata: [],
      tensors: [("ema.weight", other), ("ema.bias", bias), ("module.weight", weight), ("module.bias", bias)])
    let notes = try weights.load(file, path: "w")
    #expect(notes.prefix == "module." && notes.conversions == ["F64": 2] && notes.unused == ["ema.weight", "ema.bias"])
    #expect(try weights.values("weight") == [1, -Float.infinity])
  }

  // MARK: State dicts

  /// Name, shape and type of every entry of PyTorch's `state_dict()`, and the order of the parameters, which numbers the optimizer's state.
  @Test(arguments: TestModels.names) func statesAreTorchs(_ name: String) throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: Repository.path("\(PyTorchCheckpoints.folder)/state-dicts.json")))
    let all = try #require(try JSONSerialization.jsonObject(with: text) as? [String: [[Any]]])
    let expected = try #require(all[name], "make_checkpoint_fixtures.py lacks \(name)").map { entry in
      let shape = try #require(entry[1] as? [Int])
      return "\(try #require(entry[0] as? String)) \(try #require(entry[2] as? String))\(Shape(shape))"
    }
    let structure = ModelStructure(try #require(BuiltInModels.all.first { $0.name == name }).make())
    let own = structure.variables.map { "\($0.name) F32\($0.specification.shape)" } + structure.batchCounters.map { "\($0) I64[]" }
    #expect(own.sorted() == expected.sorted())
    let trained = Set(structure.parameters.map(\.name))
    func order(_ entries: [String]) -> [String] { entries.map { String($0.split(separator: " ")[0]) }.filter(trained.contains) }
    #expect(order(own) == order(expected))
    // The file has what the structure says; of the large models narrow ones.
    let model = try #require(TestModels.make(name))
    let file = try Safetensors.decode(Variables(model, on: Device(InterpreterDevice())).stateDictionary().encoded(), file: name)
    #expect(file.metadata("format") == "pt" && file.halves.isEmpty)
    #expect(file.tensors.map(\.name) == ModelStructure(model).variables.map(\.name))
    #expect(file.tensors.map(\.tensor.type) == ModelStructure(model).variables.map { TensorType(.f32, $0.specification.shape) })
    #expect(file.foreign.map(\.name) == structure.batchCounters && file.foreign.allSatisfy { $0.typeText == "I64[]" && $0.integers == [0] })
  }

  /// Data begin at multiples of their elements' width, as PyTorch needs it, whatever the order of the tensors.
  @Test func dataAreAligned() throws {
    var file = Safetensors(
      metadata: [],
      tensors: [
        ("bytes", HostTensor([3], [UInt8](arrayLiteral: 1, 2, 3))), ("floats", HostTensor([1], [Float(4)])),
        ("flags", HostTensor([1], [true])), ("doubles", HostTensor([1], [5.0])),
      ])
    file.foreign = [
      ForeignTensor("counter", counting: -7), ForeignTensor("small", "I16", [1], bytes: [9, 0]),
      ForeignTensor("nibbles", "F4", [2, 3], bytes: [1, 2, 3]),
    ]
    let bytes = file.encoded()
    let read = try Safetensors.decode(bytes, file: "x")
    #expect(read.tensors.map(\.name) == file.tensors.map(\.name) && read.tensors.map(\.tensor) == file.tensors.map(\.tensor))
    #expect(read.foreign == file.foreign && read.foreign[0].integers == [-7] && read.foreign[1].integers == nil)
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = try JSONReader.parse(Array(bytes[8..<8 + length]), file: "x")
    #expect(length % 8 == 0)
    for (name, width) in [("floats", 4), ("doubles", 8), ("counter", 8), ("small", 2)] {
      guard case .list(let offsets)? = header[name]?["data_offsets"], case .number(let start)? = offsets.first else {
        Issue.record("no offsets of \(name)")
        continue
      }
      #expect(try #require(Int(start)) % width == 0, "\(name) at \(start)")
    }
  }

  // MARK: Runs

  private struct Normalized: Model {
    let features = Sequential {
      Conv2D(1, 2, kernel: 4, stride: 4)
      BatchNorm2D(2)
      ReLU()
      Flatten()
    }
    let out = Linear(98, 10)
    var inputShape: Shape { [1, 28, 28] }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
  }

  /// Checkpoints count the batches of all epochs.
  @Test func runsCountBatches() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 64, test: 16)
    let set = try DataSet.load(folder: folder.path)
    let session = try TrainingSession(Normalized(), name: "normalized", device: InterpreterDevice())
    let settings = Checkpoint.Settings(model: "normalized", optimizer: "adam", batch: 16, seed: 0, shuffles: false)
    var options = Trainer.Options()
    options.batch = 16
    options.epochs = 2
    options.maximumSteps = 6
    options.testEvery = 0
    options.checkpointPath = "\(folder.path)/run.safetensors"
    try Trainer(session, set, options, settings: settings, isInterrupted: { false }) { _ in }.run()
    let saved = try Checkpoint.read("\(folder.path)/run.safetensors")
    #expect(saved.progress == Checkpoint.Progress(epoch: 2, step: 2))
    #expect(saved.state.foreign == [ForeignTensor("features.1.num_batches_tracked", counting: 6)])
    let notes = try session.load(saved.state, needsState: true, path: "run.safetensors")
    #expect(notes.isEmpty, "\(notes.sentences)")
    let (state, more) = try saved.state.stateDictionary(
      of: ModelStructure(Normalized()), model: "normalized", path: "run.safetensors")
    #expect(more.isEmpty && state.foreign == saved.state.foreign)
    #expect(state.tensors.map(\.name) == ModelStructure(Normalized()).variables.map(\.name))
  }

  /// PyTorch's integers are I64.
  @Test func countsOfStepsMayBeWide() throws {
    let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: InterpreterDevice())
    for (count, fits) in [(5, true), (Int64(Int32.max) + 1, false), (-1, false)] as [(Int64, Bool)] {
      var file = Safetensors(metadata: [], tensors: try session.tensors().filter { $0.name != "step" })
      file.foreign = [ForeignTensor("step", counting: count)]
      if fits {
        let notes = try session.load(file, needsState: true, path: "w")
        #expect(notes.conversions == ["I64": 1])
        #expect(try session.tensors().last { $0.name == "step" }?.tensor == HostTensor([], [Int32(count)]))
      } else {
        #expect(throws: MartletError.self) { try session.load(file, needsState: true, path: "w") }
      }
    }
  }

  /// The program says what it did to a file, and writes state dicts.
  @Test func commandsSayWhatTheyConvert() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 32, test: 16)
    let (checkpoint, weights) = ("\(folder.path)/run.safetensors", "\(folder.path)/weights.safetensors")
    func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }
    let trained = try martlet("train", "--data", folder.path, "--max-steps", "1", "--batch", "16", "--checkpoint", checkpoint)
    #expect(trained.code == 0, "\(trained.errors)")
    let exported = try martlet("export", "--checkpoint", checkpoint, "--output", weights)
    #expect(
      exported.code == 0 && exported.errors.isEmpty && exported.output == "8 tensors of mnist-cnn are in \(weights).\n", "\(exported)")
    let file = try Safetensors.read(weights)
    let saved = try Checkpoint.read(checkpoint)
    #expect(file.tensors.map(\.name) == ModelStructure(MNISTCNN()).variables.map(\.name))
    #expect(file.tensors.allSatisfy { saved.state[$0.name] == $0.tensor })
    // In double precision under a prefix, with one tensor more.
    let wide = file.tensors.map { ("module.\($0.name)", $0.tensor.converted(to: .f64)) } + [("extra", HostTensor([1], [Float(1)]))]
    let other = "\(folder.path)/wide.safetensors"
    try FileBytes.write(Safetensors(metadata: [], tensors: wide).encoded(), to: other)
    let evaluated = try martlet("eval", "--data", folder.path, "--checkpoint", other, "--worst", "0", "--json")
    let expected = try martlet("eval", "--data", folder.path, "--checkpoint", checkpoint, "--worst", "0", "--json")
    #expect(evaluated.code == 0 && evaluated.output == expected.output && expected.errors.isEmpty, "\(expected.errors)")
    #expect(
      evaluated.errors == """
        note: \(other): the prefix 'module.' of its names was left out
        note: \(other): 8 tensors of type F64 were converted to f32
        note: \(other): the model has no variable for 1 tensor of the file: 'extra'

        """)
    let unnamed = try martlet("export", "--checkpoint", other, "--output", weights)
    #expect(unnamed.code == 3 && unnamed.errors.contains("martlet export MODEL"), "\(unnamed.errors)")
    let named = try martlet("export", "mnist-cnn", "--checkpoint", other, "--output", "\(folder.path)/again.safetensors")
    #expect(named.code == 0, "\(named.errors)")
    #expect(try FileBytes.read("\(folder.path)/again.safetensors") == FileBytes.read(weights))
  }
}
