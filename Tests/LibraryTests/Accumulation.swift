import Foundation
import Martlet
import Testing

/// A network from tensor to tensor.
protocol Network: Layer {
  func callAsFunction(_ x: Tensor) throws -> Tensor
}

/// Steps that divide each batch into micro-batches, beside PyTorch with accumulated gradients: Tests/Fixtures/make_accumulation_fixtures.py.
@Suite struct Accumulation {
  static let counts = [1, 2, 3, 4, 7, 10, 16]
  /// The samples of three steps.
  static let batches = [10, 10, 9]

  // MARK: Beside PyTorch

  struct Rows: Network {
    let layers = Sequential {
      Linear(6, 8, bias: false); BatchNorm1D(8); ReLU(); Linear(8, 3)
    }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  struct NormalizedImages: Network {
    let layers = Sequential {
      Conv2D(2, 4, kernel: 3, padding: 1, bias: false); BatchNorm2D(4); ReLU(); MaxPool2D(2); Flatten(); Linear(36, 3)
    }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  struct Images: Network {
    let layers = Sequential {
      Conv2D(2, 4, kernel: 3, padding: 1); ReLU(); MaxPool2D(2); Flatten(); Linear(36, 2)
    }
    func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  struct Steps: Network {
    let tokens = Embedding(7, 4)
    let memory = GRU(4, 5)
    let out = Linear(5, 7)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try out(memory.states(tokens(x)).output) }
  }

  /// A network with its loss and the data of a step, as in the script.
  struct Program: Sendable, CustomTestStringConvertible {
    let name: String
    let counts: [Int]
    let make: @Sendable () -> any Network
    let inputs: [InputSpecification]
    let loss: @Sendable (Tensor, Tensor) throws -> Tensor
    /// Of so many samples and the number of a step.
    let data: @Sendable (Int, Int) -> [any InputData]
    var testDescription: String { name }
  }

  static let programs = [
    Program(
      name: "rows", counts: [1, 2, 3, 4], make: { Rows() }, inputs: [.f32(10, 6), .i32(10)], loss: { try $0.crossEntropy($1) },
      data: { [numbers($0 * 6, step: $1), classes($0, 3, step: $1)] }),
    Program(
      name: "normalized-images", counts: counts, make: { NormalizedImages() }, inputs: [.f32(10, 2, 6, 6), .i32(10)],
      loss: { try $0.crossEntropy($1) }, data: { [numbers($0 * 72, step: $1), classes($0, 3, step: $1)] }),
    Program(
      name: "images", counts: counts, make: { Images() }, inputs: [.f32(10, 2, 6, 6), .f32(10, 2)], loss: { try $0.meanSquaredError($1) },
      data: { [numbers($0 * 72, step: $1), numbers($0 * 2, step: $1, stream: 1)] }),
    Program(
      name: "tokens", counts: counts, make: { Steps() }, inputs: [.i32(10, 4), .i32(10, 4)],
      loss: { output, labels in
        let positions = output.shape[0] * output.shape[1]
        return try output.reshaped([positions, 7]).crossEntropy(labels.reshaped([positions]))
      }, data: { [classes($0 * 4, 7, step: $1), classes($0 * 4, 7, step: $1 + 1)] }),
  ]

  /// An optimizer with its rate and the bounds of gradients.
  enum Update: String, CaseIterable, Sendable {
    case sgd, adam, bounded

    var optimizer: Optimizer { self == .sgd ? .sgd(momentum: 0.9) : self == .adam ? .adam() : .sgd() }
    var rate: Double { self == .adam ? 0.01 : 0.1 }
    func options(_ count: Int) -> TrainingStep.Options {
      .init(gradientNorm: self == .sgd ? nil : 0.125, gradientBound: self == .bounded ? 0.0625 : nil, accumulating: count)
    }
  }

  private static let fixture = Result {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return try Safetensors.read("/" + parts.joined(separator: "/") + "/Fixtures/accumulation.safetensors")
  }

  /// Losses, gradients of the first step, parameters and running statistics after three steps, the last one of a smaller batch. Where no layer normalises
  /// over the batch, the expectations are the same for every number of micro-batches.
  @Test(arguments: programs, Update.allCases) func trainsAsPyTorchDoes(_ program: Program, _ update: Update) throws {
    let fixture = try Accumulation.fixture.get()
    for count in program.counts {
      let dependsOnCount = fixture["\(program.name)/\(update)/1/losses"] != nil
      // With more micro-batches than samples some have none.
      let place = "\(program.name)/\(update)/\(dependsOnCount ? "\(min(count, 10))" : "any")"
      func expect(_ found: [Double], _ name: String) throws {
        let right = try #require(fixture["\(place)/\(name)"], "\(place)/\(name)").numbers
        #expect(found.count == right.count)
        let size = right.map(abs).max() ?? 0
        let distance = zip(found, right).map { abs($0 - $1) }.max() ?? 0
        #expect(distance <= 1e-5 * size, "\(count) micro-batches, \(place)/\(name): \(distance) away, of \(size)")
      }
      let net = program.make()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(weights, update.optimizer, inputs: program.inputs, options: update.options(count)) { inputs in
        try program.loss(net(inputs[0]), inputs[1])
      }
      let first = program.data(Accumulation.batches[0], 0)
      let gradients = try step.gradients(first[0], first[1])
      #expect(!gradients.isEmpty)
      for (name, tensor) in gradients { try expect(tensor.numbers, "gradient/\(name)") }
      let losses = try Accumulation.batches.enumerated().map { number, samples in
        let data = program.data(samples, number)
        return Double(try step(data[0], data[1], learningRate: update.rate))
      }
      let expected = try #require(fixture["\(place)/losses"]).numbers
      for (found, right) in zip(losses, expected) {
        #expect(abs(found - right) <= 2e-6 * right, "\(count), \(place): \(losses), not \(expected)")
      }
      for (name, tensor) in try weights.tensors() { try expect(tensor.numbers, "after/\(name)") }
      #expect(step.number == 3)
    }
  }

  // MARK: Beside steps that are not divided

  private static let program = programs[2]

  /// A step of `images`.
  private func made(
    _ options: TrainingStep.Options, on device: Device? = nil, _ optimizer: Optimizer = .adam()
  ) throws -> (weights: Variables, step: TrainingStep) {
    let net = Images()
    let weights = try Variables(net, seed: 0, on: device ?? .cpu(threads: 2))
    let step = try TrainingStep(weights, optimizer, inputs: Accumulation.program.inputs, options: options) { inputs in
      let output = try net(inputs[0])
      return StepResult(
        loss: try output.meanSquaredError(inputs[1]), ["output": output, "largest": try output.max(axes: [0, 1])])
    }
    return (weights, step)
  }

  private func state(_ weights: Variables, _ step: TrainingStep) throws -> [String: HostTensor] {
    Dictionary(uniqueKeysWithValues: try weights.tensors() + step.optimizerState())
  }

  private func update(_ step: TrainingStep, _ number: Int, samples: Int = 10) throws -> Float {
    let data = Accumulation.program.data(samples, number)
    return try step(data[0], data[1], learningRate: 0.01)
  }

  private func expectNear(
    _ found: [Double], _ expected: [Double], _ tolerance: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let size = expected.map(abs).max() ?? 0
    let distance = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(distance <= tolerance * size, "\(what): \(distance) away, of \(size)", sourceLocation: sourceLocation)
  }

  /// One micro-batch is the step as it always was, bit for bit.
  @Test func oneMicroBatchIsThePlainStep() throws {
    let (weights, step) = try made(.init(gradientNorm: 0.125, accumulating: 1))
    let (others, plain) = try made(.init(gradientNorm: 0.125))
    for number in 0..<3 { #expect(try update(step, number) == update(plain, number)) }
    #expect(try state(weights, step) == state(others, plain))
  }

  /// The same bits for any number of threads, again and again; the numbers of the interpreter.
  @Test(arguments: [2, 3, 7, 16]) func bitsDependOnNoThread(_ count: Int) throws {
    func run(_ device: Device) throws -> (losses: [Float], state: [String: HostTensor]) {
      let (weights, step) = try made(.init(gradientNorm: 0.125, accumulating: count), on: device)
      let losses = try [10, 9, 5, 10].enumerated().map { try update(step, $0.offset, samples: $0.element) }
      return (losses, try state(weights, step))
    }
    let first = try run(.cpu(threads: 1))
    for threads in [1, 2, 3] {
      let other = try run(.cpu(threads: threads))
      #expect(other.losses == first.losses && other.state == first.state, "\(threads) threads")
    }
    let interpreted = try run(.interpreter)
    for (a, b) in zip(first.losses, interpreted.losses) { #expect(abs(a - b) <= 2e-6 * b) }
    for (name, tensor) in interpreted.state { expectNear(try #require(first.state[name]).numbers, tensor.numbers, 2e-5, name) }
  }

  struct Dropping: Layer {
    let first = Linear(6, 16)
    let dropout = Dropout(0.4)
    let last = Linear(16, 3)
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      // Of samples along the first axis, of several draws a sample, of two layers.
      try last(dropout(dropout(first(x).relu()).reshaped([x.shape[0], 4, 4])).reshaped([x.shape[0], 16]))
    }
  }

  /// What dropout draws depends on the number of a sample in the batch, however the batch is divided.
  @Test func dropoutDropsWhatItDropsInTheWholeBatch() throws {
    func run(_ count: Int, seed: UInt64 = 5) throws -> (losses: [Float], state: [String: HostTensor]) {
      let net = Dropping()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(
        weights, .sgd(momentum: 0.9), inputs: .f32(10, 6), .i32(10), options: .init(seed: seed, accumulating: count)
      ) { x, labels in try net(x).crossEntropy(labels) }
      let losses = try Accumulation.batches.enumerated().map { number, samples in
        try step(numbers(samples * 6, step: number), classes(samples, 3, step: number), learningRate: 0.1)
      }
      return (losses, try state(weights, step))
    }
    let whole = try run(1)
    #expect(try run(1, seed: 6).losses != whole.losses)
    for count in Accumulation.counts {
      let parts = try run(count)
      for (a, b) in zip(parts.losses, whole.losses) {
        #expect(abs(a - b) <= 2e-6 * b, "\(count) micro-batches: \(parts.losses), not \(whole.losses)")
      }
      for (name, tensor) in whole.state { expectNear(try #require(parts.state[name]).numbers, tensor.numbers, 1e-5, "\(count), \(name)") }
    }
  }

  /// Results with a row a sample are joined; of others the micro-batches' shares are added.
  @Test func resultsOfTheWholeBatchComeBack() throws {
    let (_, whole) = try made(.init())
    let data = Accumulation.program.data(10, 0)
    let expected = try whole.values(data[0], data[1], learningRate: 0.01)
    let rows = try #require(expected["output"]).numbers
    for count in [2, 3, 7, 16] {
      let (_, step) = try made(.init(accumulating: count))
      let values = try step.values(data[0], data[1], learningRate: 0.01)
      let output = try #require(values["output"])
      #expect(output.shape == [10, 2])
      expectNear(output.numbers, rows, 2e-6, "\(count) micro-batches")
      #expect(abs(try #require(values.number("loss")) - #require(expected.number("loss"))) < 1e-6)
      let largest = (0..<count).reduce(0.0) { sum, number in
        let part = rows[2 * (number * 10 / count)..<2 * ((number + 1) * 10 / count)]
        return sum + (part.max() ?? 0) * Double(part.count) / 20
      }
      #expect(abs(try #require(values.number("largest")) - largest) < 1e-6, "\(count) micro-batches")
    }
  }

  /// A result with as many elements as a micro-batch has samples is no row a sample; integers count. Also where all micro-batches have one size.
  @Test func resultsThatOnlyLookLikeRows() throws {
    let net = Linear(5, 3)
    let (x, labels) = (numbers(50, step: 0), classes(10, 3, step: 0))
    for count in [1, 2, 3, 4] {
      let step = try TrainingStep(
        Variables(net, on: .cpu(threads: 2)), .sgd(), inputs: .f32(10, 5), .i32(10), options: .init(accumulating: count)
      ) { x, labels in
        StepResult(
          loss: try net(x).crossEntropy(labels),
          [
            "columns": try x.mean(axes: [0]), "labels": labels, "total": try labels.sum(axes: [0]), "double": try x.converted(to: .f64),
            "pairs": try x.reshaped([x.shape[0] * 5]),
          ])
      }
      let values = try step.values(x, labels, learningRate: 0.1)
      let columns = (0..<5).map { column in (0..<10).reduce(0.0) { $0 + Double(x[$1 * 5 + column]) } / 10 }
      expectNear(try #require(values["columns"]).numbers, columns, 1e-6, "\(count) micro-batches")
      #expect(try #require(values["labels"]).numbers == labels.map(Double.init), "\(count) micro-batches")
      #expect(try #require(values["total"]).numbers == [labels.reduce(0.0) { $0 + Double($1) }], "\(count) micro-batches")
      #expect(try #require(values["double"]).shape == [10, 5])
      #expect(try #require(values["pairs"]).numbers == x.map(Double.init), "\(count) micro-batches")
    }
  }

  /// Every form of the same inputs, and tensors that have no samples, which each micro-batch reads whole.
  @Test func inputsOfEveryForm() throws {
    let net = Linear(6, 3)
    func run(_ count: Int, _ body: (TrainingStep, [Float], [Int32], [Float]) throws -> Float) throws -> (Float, [HostTensor]) {
      let weights = try Variables(net, on: .cpu(threads: 2))
      let step = try TrainingStep(
        weights, .sgd(), inputs: .f32(10, 6), .i32(10), .f32(6).withoutBatch, options: .init(accumulating: count)
      ) { x, labels, scale in try net(x * scale).crossEntropy(labels) }
      let loss = try body(step, numbers(60, step: 0), classes(10, 3, step: 0), numbers(6, step: 3))
      return (loss, try weights.tensors().map(\.tensor))
    }
    let whole = try run(1) { try $0($1, $2, $3, learningRate: 0.5) }
    let forms: [(String, (TrainingStep, [Float], [Int32], [Float]) throws -> Float)] = [
      ("arrays", { try $0($1, $2, $3, learningRate: 0.5) }),
      (
        "tensors",
        { try $0(HostTensor([10, 6], elements: $1), HostTensor([10], elements: $2), HostTensor([6], elements: $3), learningRate: 0.5) }
      ),
      (
        "pointers",
        { step, x, labels, scale in
          try x.withUnsafeBytes { x in try scale.withUnsafeBytes { scale in try step(x, labels, scale, learningRate: 0.5) } }
        }
      ),
      (
        "fillings",
        { step, x, labels, scale in
          let filling = Filling(samples: 10) { bytes in x.withUnsafeBytes { bytes.copyMemory(from: $0) } }
          return try step(filling, labels, scale, learningRate: 0.5)
        }
      ),
    ]
    for count in [3, 4, 16] {
      let first = try run(count, forms[0].1)
      #expect(abs(first.0 - whole.0) <= 2e-6 * whole.0)
      for (found, expected) in zip(first.1, whole.1) { expectNear(found.numbers, expected.numbers, 1e-5, "\(count) micro-batches") }
      for (name, form) in forms {
        let other = try run(count, form)
        #expect(other.0 == first.0 && other.1 == first.1, "\(count) micro-batches, \(name)")
      }
    }
  }

  /// Any number of samples, whatever the specification says.
  @Test func everyNumberOfSamples() throws {
    for count in [2, 4, 16] {
      let (weights, step) = try made(.init(accumulating: count), .sgd())
      let (others, plain) = try made(.init(), .sgd())
      step.mostCompiledSizes = 2
      for (number, samples) in [10, 1, 3, 8, 23, 2, 10].enumerated() {
        let (found, expected) = (try update(step, number, samples: samples), try update(plain, number, samples: samples))
        #expect(abs(found - expected) <= 2e-6 * expected, "\(count) micro-batches of \(samples)")
      }
      for (found, expected) in zip(try weights.tensors(), try others.tensors()) {
        expectNear(found.tensor.numbers, expected.tensor.numbers, 1e-5, "\(count), \(found.name)")
      }
    }
  }

  /// A part that is trained, groups with rates of their own, averages of the weights.
  @Test func groupsAndAverages() throws {
    func run(_ count: Int) throws -> (losses: [Float], state: [(name: String, tensor: HostTensor)], frozen: HostTensor) {
      let net = Steps()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(
        weights, inputs: [.i32(10, 4), .i32(10, 4)],
        training: [ParameterGroup(net.memory, rate: 0.1, optimizer: .adamW(weightDecay: 0.1)), ParameterGroup(net.out, optimizer: .sgd())],
        options: .init(gradientNorm: 0.125, averageDecay: 0.75, accumulating: count)
      ) { inputs in try Accumulation.programs[3].loss(net(inputs[0]), inputs[1]) }
      let losses = try Accumulation.batches.enumerated().map { number, samples in
        let data = Accumulation.programs[3].data(samples, number)
        return try step(data[0], data[1], learningRate: 0.1)
      }
      let averages = try step.averages().map { (name: "average of \($0.name)", tensor: $0.tensor) }
      return (losses, try weights.tensors() + step.optimizerState() + averages, try weights["tokens.weight"])
    }
    let whole = try run(1)
    for count in [3, 4, 16] {
      let parts = try run(count)
      for (a, b) in zip(parts.losses, whole.losses) { #expect(abs(a - b) <= 2e-6 * b, "\(count) micro-batches") }
      #expect(parts.frozen == whole.frozen && Set(parts.state.map(\.name)) == Set(whole.state.map(\.name)))
      for (name, tensor) in parts.state {
        expectNear(tensor.numbers, try #require(whole.state.first { $0.name == name }).tensor.numbers, 2e-5, "\(count), \(name)")
      }
    }
  }

  /// A run that goes on from a file computes what one without a pause computes, bit for bit; layers with running statistics count steps.
  @Test func filesAndCounters() throws {
    let path = FileManager.default.temporaryDirectory.path + "/martlet-accumulation-\(UInt64.random(in: 0 ... .max)).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func made() throws -> (Variables, TrainingStep) {
      let net = NormalizedImages()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(
        weights, .adam(), inputs: .f32(10, 2, 6, 6), .i32(10), options: .init(gradientNorm: 0.125, averageDecay: 0.5, accumulating: 4)
      ) { x, labels in try net(x).crossEntropy(labels) }
      return (weights, step)
    }
    func update(_ step: TrainingStep, _ number: Int) throws -> Float {
      try step(numbers(720, step: number), classes(10, 3, step: number), learningRate: 0.01)
    }
    let (weights, step) = try made()
    for number in 0..<3 { _ = try update(step, number) }
    try weights.save(path)
    #expect(try counter("layers.1.num_batches_tracked", in: path) == 3)
    try step.save(path)
    let (others, resumed) = try made()
    try resumed.load(path)
    #expect(resumed.number == 3)
    for number in 3..<5 { #expect(try update(step, number) == update(resumed, number)) }
    #expect(try state(weights, step) == state(others, resumed))
    #expect(try step.averages().map(\.tensor) == resumed.averages().map(\.tensor))
    // The range test leaves nothing behind.
    let before = try state(weights, step)
    _ = try step.learningRateRange(from: 1e-4, to: 1e-2, steps: 10) { number, rate in
      try step(numbers(720, step: number), classes(10, 3, step: number), learningRate: rate)
    }
    #expect(try state(weights, step) == before && step.number == 5)
  }

  /// A counter of a safetensors file: eight bytes behind the header, which begins with its length.
  private func counter(_ name: String, in path: String) throws -> Int64 {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    func integer(at offset: Int) -> Int64 { bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | Int64($1) } }
    let length = Int(integer(at: 0))
    let header = try #require(try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
    let offsets = try #require((header[name] as? [String: Any])?["data_offsets"] as? [Int])
    return integer(at: 8 + length + offsets[0])
  }

  struct OddNames: Layer {
    let later = Linear(6, 6)
    let weight = Parameter([6], .constant(0.5))
    let renewed = BatchNorm2D(2)
    let share = Parameter([6], .constant(0.25))
    let out = Linear(6, 3)
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let n = x.shape[0]
      let hidden = try later(x) * x.parameter(weight) + x.parameter(share)
      return try out(renewed(hidden.reshaped([n, 2, 3, 1])).reshaped([n, 6]))
    }
  }

  /// Whatever layers and results are called.
  @Test func namesMeanNothing() throws {
    func run(_ count: Int) throws -> (
      first: Float, gradients: [String: HostTensor], values: ResultValues, weights: [(name: String, tensor: HostTensor)]
    ) {
      let net = OddNames()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(weights, .sgd(), inputs: .f32(10, 6), .i32(10), options: .init(gradientNorm: 0.125, accumulating: count))
      { x, labels in
        let output = try net(x)
        return StepResult(loss: try output.crossEntropy(labels), ["renewed.output": output, "output.gradient": output, "later": output])
      }
      let gradients = try step.gradients(numbers(60, step: 0), classes(10, 3, step: 0))
      let values = try step.values(numbers(60, step: 0), classes(10, 3, step: 0), learningRate: 0.1)
      return (Float(try #require(values.number("loss"))), gradients, values, try weights.tensors())
    }
    let whole = try run(1)
    for count in [2, 3] {
      let parts = try run(count)
      #expect(Set(parts.gradients.keys) == Set(whole.gradients.keys))
      #expect(parts.gradients.values.allSatisfy { tensor in tensor.numbers.contains { $0 != 0 } })
      for name in ["renewed.output", "output.gradient", "later"] { #expect(try #require(parts.values[name]).shape == [10, 3]) }
      for (old, new) in zip(try Variables(OddNames(), seed: 0, on: .cpu(threads: 2)).tensors(), parts.weights) {
        #expect(old.tensor != new.tensor, "\(old.name) is as it was")
      }
    }
  }

  struct Branching: Layer {
    let first = Linear(6, 4)
    let normalization = BatchNorm1D(4)
    let last = Linear(4, 3)
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let hidden = try first(x)
      return try last(hidden.shape[0] > 1 ? normalization(hidden) : hidden)
    }
  }

  /// A function may compute something else for micro-batches of one sample: gradients are the sum of what each gives, and statistics the mean over
  /// those that have some.
  @Test func functionsMayDependOnTheSize() throws {
    let net = Branching()
    let x = numbers(60, step: 0)
    func run(_ samples: Range<Int>, _ count: Int) throws -> (gradients: [String: HostTensor], after: [String: [Double]]) {
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      let step = try TrainingStep(
        weights, .sgd(), inputs: .f32(samples.count, 6), .i32(samples.count),
        training: [ParameterGroup(net.first), ParameterGroup(net.last)],
        options: .init(accumulating: count)
      ) { x, labels in try net(x).crossEntropy(labels) }
      let (own, labels) = (Array(x[samples.lowerBound * 6..<samples.upperBound * 6]), Array(classes(10, 3, step: 0)[samples]))
      let gradients = try step.gradients(own, labels)
      for _ in 0..<2 { try step(own, labels, learningRate: 0) }
      return (gradients, Dictionary(uniqueKeysWithValues: try weights.tensors().map { ($0.name, $0.tensor.numbers) }))
    }
    // Seven micro-batches of one or two samples.
    let ranges = (0..<7).map { $0 * 10 / 7..<($0 + 1) * 10 / 7 }
    let found: (gradients: [String: HostTensor], after: [String: [Double]])
    do { found = try run(0..<10, 7) } catch {
      // What cannot be added up may be refused, with a reason.
      #expect((error as? MartletError).map { "\($0)".contains("micro-batch") } == true, "\(error)")
      return
    }
    for (name, tensor) in found.gradients {
      var expected = [Double](repeating: 0, count: tensor.numbers.count)
      for range in ranges {
        let own = try #require(run(range, 1).gradients[name]).numbers
        for place in expected.indices { expected[place] += own[place] * Double(range.count) / 10 }
      }
      expectNear(tensor.numbers, expected, 1e-5, name)
    }
    for name in ["normalization.running_mean", "normalization.running_var"] {
      let parts = try ranges.filter { $0.count > 1 }.map { try #require(run($0, 1).after[name]) }
      let (least, most) = (parts.joined().min() ?? 0, parts.joined().max() ?? 0)
      for number in try #require(found.after[name]) { #expect((least - 1...most + 1).contains(number), "\(name): \(number)") }
    }
  }

  // MARK: Mistakes

  /// A sample that is not finite updates nothing, in whichever micro-batch it is; likewise a class that does not exist.
  @Test(arguments: [0, 4, 9]) func oneBadSampleUpdatesNothing(_ sample: Int) throws {
    for count in [2, 4, 10, 16] {
      let net = NormalizedImages()
      let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
      func made(_ policy: NonFinitePolicy) throws -> TrainingStep {
        try TrainingStep(
          weights, .adam(), inputs: .f32(10, 2, 6, 6), .i32(10), options: .init(averageDecay: 0.5, nonFinite: policy, accumulating: count)
        ) { x, labels in try net(x).crossEntropy(labels) }
      }
      let step = try made(.stop)
      let (good, labels) = (numbers(720, step: 0), classes(10, 3, step: 0))
      try step(good, labels, learningRate: 0.01)
      let before = (try state(weights, step), try step.averages().map(\.tensor))
      func expectUnchanged() throws {
        #expect(try state(weights, step) == before.0 && step.averages().map(\.tensor) == before.1 && step.number == 1)
      }
      for value in [Float.nan, .infinity] {
        var bad = good
        bad[sample * 72 + 5] = value
        let error = #expect(throws: MartletError.self) { try step(bad, labels, learningRate: 0.01) }
        #expect(error?.number == 1201, "\(String(describing: error))")
        try expectUnchanged()
        #expect(throws: MartletError.self) { try step.values(bad, labels, learningRate: 0.01) }
        try expectUnchanged()
      }
      for wrong: Int32 in [3, -1] {
        var bad = labels
        bad[sample] = wrong
        let error = #expect(throws: MartletError.self) { try step(good, bad, learningRate: 0.01) }
        #expect(error?.number == 804, "\(String(describing: error))")
        try expectUnchanged()
      }
      // Then the step goes on as if nothing had been.
      #expect(try step(good, labels, learningRate: 0.01).isFinite && step.number == 2)
      var bad = good
      bad[sample * 72 + 5] = .nan
      #expect(try !made(.ignore)(bad, labels, learningRate: 0.01).isFinite)
    }
  }

  @Test func mistakesAreExplained() throws {
    func expectError(
      _ numbers: [Int], _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
      do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
      } catch let error as MartletError {
        #expect(
          numbers.contains(error.number) && (part.isEmpty || "\(error)".contains(part)), "\(error.code): \(error)",
          sourceLocation: sourceLocation)
      } catch { Issue.record(error, sourceLocation: sourceLocation) }
    }
    for count in [0, -1, Int.min] {
      expectError([1213, 1501, 1504, 1505, 1506, 1507, 1508], "micro-batch") { _ = try made(.init(accumulating: count)) }
    }
    let (weights, step) = try made(.init(accumulating: 4))
    let before = try state(weights, step)
    let data = Accumulation.program.data(10, 0)
    expectError([1504], "2 inputs are needed, found 1") { try step(data[0], learningRate: 0.1) }
    expectError([1505], "10 samples") { try step(data[0], Accumulation.program.data(9, 0)[1], learningRate: 0.1) }
    expectError([1505], "f32") { try step(data[0], classes(20, 3, step: 0), learningRate: 0.1) }
    expectError([1505], "elements") { try step([Float](repeating: 0, count: 71), data[1], learningRate: 0.1) }
    // Batch normalisation of a micro-batch of one row: at once, or with a batch that is too small.
    let net = Rows()
    let rows = try Variables(net, on: .cpu(threads: 2))
    func stepOfRows(_ count: Int) throws -> TrainingStep {
      try TrainingStep(rows, .sgd(), inputs: .f32(10, 6), .i32(10), options: .init(accumulating: count)) { x, labels in
        try net(x).crossEntropy(labels)
      }
    }
    expectError([402], "one value a channel has no variance") { _ = try stepOfRows(7) }
    let four = try stepOfRows(4)
    expectError([402], "one value a channel has no variance") { try four(numbers(30, step: 0), classes(5, 3, step: 0), learningRate: 0.1) }
    #expect(four.number == 0)
    #expect(try state(weights, step) == before && step.number == 0)
    // What an undivided step refuses is refused here, too.
    let none: [Float] = []
    let refused = #expect(throws: MartletError.self) { try made(.init()).step(none, none, learningRate: 0.1) }
    let number = try #require(refused).number
    expectError([number], "") { try step(none, none, learningRate: 0.1) }
    expectError([number], "") { _ = try step.gradients(none, none) }
    for (norm, bound, decay) in [(-1.0, nil, nil), (0, nil, nil), (.nan, nil, nil), (nil, -1, nil), (nil, .nan, nil), (nil, nil, 2)]
      as [(Double?, Double?, Double?)]
    {
      let refused = #expect(throws: MartletError.self) {
        _ = try made(.init(gradientNorm: norm, gradientBound: bound, averageDecay: decay))
      }
      let number = try #require(refused).number
      expectError([number], "") { _ = try made(.init(gradientNorm: norm, gradientBound: bound, averageDecay: decay, accumulating: 4)) }
    }
    #expect(try state(weights, step) == before && step.number == 0)
    // An absurd number of micro-batches neither ends the program nor takes its memory.
    if let many = try? made(.init(accumulating: 1 << 40)).step { _ = try? update(many, 0) }
    if let most = try? made(.init(accumulating: .max)).step { _ = try? update(most, 0) }
  }

  /// A step and functions over the same variables take turns as ever, and a filling meets the step that it fills.
  @Test func fillingsMeetTheStep() throws {
    let (weights, step) = try made(.init(accumulating: 3))
    let data = Accumulation.program.data(10, 0)
    let (x, y) = (numbers(720, step: 0), data[1])
    var calls = 0
    let filling = Filling(samples: 10) { bytes in
      calls += 1
      #expect(throws: MartletError.self) { try step(x, y, learningRate: 0.1) }
      x.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
    let loss = try step(filling, y, learningRate: 0.01)
    #expect(calls == 1 && step.number == 1)
    let (others, plain) = try made(.init(accumulating: 3))
    #expect(try plain(x, y, learningRate: 0.01) == loss)
    #expect(try weights.tensors().map(\.tensor) == others.tensors().map(\.tensor))
    // What a filling throws updates nothing.
    struct Failed: Error {}
    let before = try state(weights, step)
    #expect(throws: (any Error).self) { try step(Filling(samples: 10) { _ in throw Failed() }, y, learningRate: 0.01) }
    #expect(try state(weights, step) == before && step.number == 1)
  }
}
