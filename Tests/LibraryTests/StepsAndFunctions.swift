import Foundation
import Martlet
import Synchronization
import Testing

/// What steps, functions and variables do beside computing: results by name, sizes, states, errors.
@Suite struct StepsAndFunctions {
  struct Net: Layer {
    let first = Linear(3, 5)
    let last = Linear(5, 2)
    func callAsFunction(_ x: Tensor) throws -> Tensor { try last(first(x).relu().watched("hidden")) }
  }

  private let x: [Float] = numbers(12, step: 1)
  private let y: [Float] = numbers(8, step: 2)

  private func made(_ body: ((Net, Tensor, Tensor) throws -> any TracedResults)? = nil) throws -> (Net, Variables, TrainingStep) {
    let net = Net()
    let weights = try Variables(net, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, .adam(), inputs: .f32(4, 3), .f32(4, 2)) { x, y in
      try body?(net, x, y) ?? net(x).meanSquaredError(y)
    }
    return (net, weights, step)
  }

  private func expectError(
    _ number: Int, _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as MartletError {
      #expect(error.number == number && "\(error)".contains(part), "\(error.code): \(error)", sourceLocation: sourceLocation)
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
  }

  @Test func anyScalarsAndTensorsComeBack() throws {
    let (net, weights, step) = try made { net, x, y in
      let output = try net(x)
      return StepResult(loss: try output.meanSquaredError(y), ["output": output, "largest": try output.max(axes: [0, 1])])
    }
    let function = try Function(weights, inputs: .f32(4, 3)) { try net($0) }
    let before = try function.values(x)
    let values = try step.values(x, y, learningRate: 0.1)
    #expect(values["output"] == before["result"] && values["hidden"] == before["hidden"])
    #expect(values.number("largest") == values["output"]?.numbers.max())
    let loss = zip(try #require(values["output"]).numbers, y).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) } / 8
    #expect(abs(try #require(values.number("loss")) - loss) < 1e-6)
    // The step has changed what the function reads.
    #expect(try function(x) != before["result"])
  }

  /// Every form of the same numbers, and every number of samples.
  @Test func inputsOfEveryForm() throws {
    let (net, weights, _) = try made()
    let function = try Function(weights, inputs: .f32(4, 3)) { try net($0) }
    let expected: [Float] = try function(x)
    #expect(try function(HostTensor([4, 3], elements: x)).numbers == expected.map(Double.init))
    #expect(try x.withUnsafeBytes { try function($0) as [Float] } == expected)
    let filling = Filling(samples: 4) { bytes in x.withUnsafeBytes { bytes.copyMemory(from: $0) } }
    #expect(try function(filling) as [Float] == expected)
    function.mostCompiledSizes = 2
    for count in [1, 2, 3, 4, 1, 4] {
      let found: [Float] = try function(Array(x.prefix(3 * count)))
      // Sizes have kernels of their own, which may round differently.
      #expect(found.count == 2 * count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    // Bytes, integers, a tensor that has no samples.
    let picked = try Function(weights, inputs: [.u8(2, 3), .i32(2), .f32(3).withoutBatch]) { inputs in
      try net(inputs[0].scaled() * inputs[2]) + inputs[1].converted(to: .f32).reshaped([inputs[1].shape[0], 1])
    }
    let bytes: [UInt8] = [0, 255, 51, 102, 0, 255]
    let found: [Float] = try picked(bytes, [1, -2] as [Int32], [1, 2, 3] as [Float])
    let same: [Float] = try function([0, 2, 0.6, 0.4, 0, 3] as [Float])
    #expect(zip(found, zip(same, [1, 1, -2, -2])).allSatisfy { abs($0 - $1.0 - $1.1) < 1e-6 })
  }

  /// The sizes that were used last stay compiled: sixteen, or as many as the program says.
  @Test(arguments: [2, nil]) func sizesAreKept(_ most: Int?) throws {
    let net = Net()
    let traced = Mutex(0)
    let function = try Function(Variables(net, on: .interpreter), inputs: .f32(1, 3)) { x in
      traced.withLock { $0 += 1 }
      return try net(x)
    }
    if let most { function.mostCompiledSizes = most }
    let kept = most ?? 16
    func traces(_ sizes: some Sequence<Int>) throws -> Int {
      let before = traced.withLock { $0 }
      for size in sizes { _ = try function(numbers(3 * size, step: 0)) as HostTensor }
      return traced.withLock { $0 } - before
    }
    // The size of the specification is compiled already.
    #expect(try traces(1...kept) == kept - 1)
    #expect(try traces(1...kept) == 0)
    // One more takes the place of the first, which was not used for the longest time.
    #expect(try traces([kept + 1]) == 1)
    #expect(try traces((2...kept).reversed()) == 0)
    #expect(try traces([1]) == 1)
  }

  @Test func variablesByName() throws {
    let (net, weights, step) = try made()
    #expect(weights.names == ["first.weight", "first.bias", "last.weight", "last.bias"])
    #expect(try weights["last.bias"].type == TensorType(.f32, [2]))
    try weights.set("last.bias", to: [3, -4] as [Float])
    #expect(try weights.values("last.bias") == [3, -4] as [Float])
    let function = try Function(weights, inputs: .f32(1, 3)) { try net($0) }
    try weights.set("last.weight", to: HostTensor(TensorType(.f32, [2, 5]), repeating: 0))
    #expect(try function([1, 2, 3] as [Float]) as [Float] == [3, -4])
    expectError(1502, "There are 'first.bias', 'last.bias'") { _ = try weights["bias"] }
    expectError(1505, "f32[2]") { try weights.set("last.bias", to: HostTensor(TensorType(.f32, [3]), repeating: 0)) }
    expectError(1505, "not Int32") { _ = try weights.values("last.bias", as: Int32.self) }
    #expect(throws: MartletError.self) { try weights.set("last.bias", to: [1] as [Float]) }
    _ = step
  }

  /// A run that goes on from files computes what one without a pause computes, bit for bit.
  @Test func stateIsWholeAndExact() throws {
    let path = FileManager.default.temporaryDirectory.path + "/martlet-library-\(UInt64.random(in: 0 ... .max)).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (_, weights, step) = try made()
    for _ in 0..<3 { try step(x, y, learningRate: 0.01) }
    try weights.save(path)
    let (state, number) = (try step.optimizerState(), step.number)
    #expect(number == 3 && state.contains { $0.name == "step" && $0.tensor.numbers == [3] })
    let expected = try (0..<3).map { _ in try step(x, y, learningRate: 0.01) }
    let (_, other, resumed) = try made()
    try other.load(path)
    try resumed.setOptimizerState(state)
    resumed.number = number
    #expect(try (0..<3).map { _ in try resumed(x, y, learningRate: 0.01) } == expected)
    #expect(try other.tensors().map(\.tensor) == weights.tensors().map(\.tensor))
    expectError(1502, "no state 'moment'") { try resumed.setOptimizerState([("moment", state[0].tensor)]) }
  }

  @Test func mistakesAreExplained() throws {
    let (net, weights, step) = try made()
    expectError(1504, "2 inputs are needed, found 1") { try step(x, learningRate: 0.1) }
    expectError(1505, "found 11 elements") { try step(Array(x.dropLast()), y, learningRate: 0.1) }
    expectError(1505, "of type f32, [3], found 12 elements of type i32") { try step(x.map { Int32($0) }, y, learningRate: 0.1) }
    expectError(1505, "input 'input0' has 4 samples, input 'input1' has 3") { try step(x, Array(y.dropLast(2)), learningRate: 0.1) }
    expectError(1505, "takes f32[4, 3] with any number of samples, found f32[3, 4]") {
      try step(HostTensor([3, 4], elements: x), y, learningRate: 0.1)
    }
    expectError(1506, "any parameter that is trained") {
      _ = try TrainingStep(weights, inputs: .f32(4, 2)) { try $0.meanSquaredError($0) }
    }
    expectError(1506, "not among the variables") {
      _ = try TrainingStep(weights, inputs: .f32(4, 3), training: Linear(3, 5)) { try net($0).mean(axes: [0, 1]) }
    }
    expectError(1501, "named 'hidden'") {
      _ = try Function(weights, inputs: .f32(4, 3)) { try NamedTensors(["hidden": net($0), "hidden": net($0)]) }
    }
    expectError(405, "not a property") { _ = try Function(weights, inputs: .f32(4, 3)) { try Linear(3, 5)($0) } }
    expectError(402, "expected rows of 3 features") { _ = try Function(weights, inputs: .f32(4, 4)) { try net($0) } }
    expectError(408, "different steps") {
      var kept: Tensor?
      _ = try Function(weights, inputs: .f32(4, 3)) { x in
        kept = kept ?? x
        return try net(x)
      }
      _ = try Function(weights, inputs: .f32(4, 3)) { x in try x + (kept ?? x) }
    }
    expectError(1201, "the parameter %last.bias is not finite") {
      try weights.set("last.bias", to: [.infinity, -.infinity] as [Float])
      try step(x, y, learningRate: 0.1)
    }
    #expect(step.number == 0)
  }

  /// Where the options say so, a loss that is not finite comes back as a number.
  @Test func nonFiniteLossesMayPass() throws {
    let net = Net()
    let weights = try Variables(net, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(4, 3), options: .init(nonFinite: .ignore)) { x in
      try net(x).mean(axes: [0, 1]) / 0
    }
    #expect(try !step(x, learningRate: 0.1).isFinite)
    #expect(step.number == 1)
  }

  /// Functions run beside one another; a step beside another one is an error, never a race.
  @Test func concurrentUse() async throws {
    let (net, weights, step) = try made()
    let functions = try (0..<3).map { _ in try Function(weights, inputs: .f32(4, 3)) { try net($0) } }
    let expected: [Float] = try functions[0](x)
    let x = x
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for function in functions + functions {
        group.addTask { try (0..<50).allSatisfy { _ in try function(x) as [Float] == expected } }
      }
      for try await isRight in group { #expect(isRight) }
    }
    // So do the gradients of one step.
    let (y, right) = (y, try step.gradients(x, y))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 { group.addTask { try (0..<20).allSatisfy { _ in try step.gradients(x, y) == right } } }
      for try await isRight in group { #expect(isRight) }
    }
    // A filling runs inside of the step: what it calls meets the step.
    let filling = Filling(samples: 4) { bytes in
      expectError(1503, "at the same time") { _ = try functions[0](x) }
      expectError(1503, "at the same time") { try step(x, y, learningRate: 0.1) }
      x.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
    try step(filling, y, learningRate: 0.1)
    #expect(step.number == 1)
  }

  /// The interpreter gives the numbers that compiled code gives, within rounding; sums over the batch take part.
  @Test func devicesAgree() throws {
    let net = Net()
    let (cpu, interpreted) = (try Variables(net, on: .cpu(threads: 2)), try Variables(net, on: .interpreter))
    let losses = try [cpu, interpreted].map { weights in
      let step = try TrainingStep(weights, .adam(), inputs: .f32(4, 3), .f32(4, 2)) { x, y in try net(x).meanSquaredError(y) }
      return try (0..<4).map { _ in try step(x, y, learningRate: 0.01) }
    }
    #expect(zip(losses[0], losses[1]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// A column of outputs as a vector, as `squeeze(1)` makes it, for numbers of samples around a vector's lanes: the processor's gradients are
  /// the interpreter's, whatever the loss does with it.
  @Test(arguments: [1, 2, 7, 8, 9, 64]) func columnsBecomeVectors(_ samples: Int) throws {
    for hasBias in [true, false] {
      let net = Linear(12, 1, bias: hasBias)
      let losses: [(Tensor, Tensor) throws -> Tensor] = [
        { try $0.meanSquaredError($1) }, { try $0.tanh().huber($1) }, { try $0.binaryCrossEntropy($1.sigmoid()) },
        {
          let d = try $0.reshaped([samples, 1]) - $1; return try (d * d).mean(axes: [0, 1])
        },
      ]
      for loss in losses {
        func gradients(_ device: Device) throws -> [String: HostTensor] {
          let weights = try Variables(net, seed: 1, on: device)
          let step = try TrainingStep(weights, .sgd(), inputs: .f32(samples, 12), .f32(samples)) { x, y in
            try loss(net(x).reshaped([samples]), y)
          }
          return try step.gradients(numbers(samples * 12, step: 0), numbers(samples, step: 0, stream: 1))
        }
        let (found, expected) = (try gradients(.cpu(threads: 2)), try gradients(.interpreter))
        for (name, tensor) in expected {
          let largest = tensor.numbers.map(abs).max() ?? 0
          for (a, b) in zip(try #require(found[name]).numbers, tensor.numbers) { #expect(abs(a - b) <= 1e-5 * largest, "\(name)") }
        }
      }
    }
  }
}
