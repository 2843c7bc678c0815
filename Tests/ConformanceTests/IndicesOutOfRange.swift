import MartletCompiler
import MartletCPU
import MartletCUDA
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Indices and labels that a graph computes and that are out of range: NaN in floating-point results and gradients, 0 in integers and
/// booleans; `scatter_add` drops them. The same on every device, fused and not.
@Suite struct IndicesOutOfRange {
  /// What indices there are: in range, just outside, far outside.
  private static let indices: [Int32] = [0, -1, 3, 4, 1_000_000, .min, 2, .max]

  private struct Case {
    var name: String
    var graph: Graph
    var arguments: [HostTensor]
    /// Of each result; nil is NaN.
    var expected: [[Double?]]
  }

  private static func cases() throws -> [Case] {
    try [DType.f32, .f64].flatMap { try floatingPoint($0) } + integers()
  }

  /// The indices as a value that is no input: their sum with an input of zeros, which no pass can leave out.
  private static func computed(_ builder: GraphBuilder, _ name: String = "k") throws -> Value {
    let type = TensorType(.i32, [indices.count])
    return try builder.add(builder.parameter(name, .input, type), builder.parameter("\(name).offset", .input, type))
  }

  /// What `computed` reads.
  private static func inputs(_ indices: [Int32] = indices) -> [HostTensor] {
    [HostTensor([indices.count], indices), HostTensor(repeating: 0, TensorType(.i32, [indices.count]))]
  }

  private static func gathered(_ dtype: DType) throws -> Case {
    let builder = GraphBuilder(name: "gathered")
    let table = try builder.parameter("table", .input, TensorType(dtype, [4, 3]))
    builder.result("y", try builder.gather(table, computed(builder)))
    builder.result("t", try builder.gather(builder.transpose(table, [1, 0]), computed(builder, "k2"), axis: 1))
    let entries = [Double]((1...12).map { dtype == .bool ? 1 : Double($0) })
    let missing: Double? = dtype.isFloatingPoint ? nil : 0
    func entry(_ index: Int32, _ column: Int) -> Double? { (0..<4).contains(index) ? entries[Int(index) * 3 + column] : missing }
    return Case(
      name: "gather \(dtype)", graph: try builder.finish(),
      arguments: [HostTensor(TensorType(dtype, [4, 3]), numbers: entries)] + inputs() + inputs(),
      expected: [indices.flatMap { index in (0..<3).map { entry(index, $0) } }, (0..<3).flatMap { c in indices.map { entry($0, c) } }])
  }

  /// Each row of a table picks its own elements.
  private static func pickedElements(_ dtype: DType) throws -> Case {
    let builder = GraphBuilder(name: "picked")
    let table = try builder.parameter("table", .input, TensorType(dtype, [2, 4]))
    let rows = try builder.broadcast(computed(builder), [2, indices.count], axes: [1])
    builder.result("y", try builder.gatherElements(table, rows, axis: 1))
    let entries = [Double]((1...8).map { dtype == .bool ? 1 : Double($0) })
    let missing: Double? = dtype.isFloatingPoint ? nil : 0
    return Case(
      name: "gather_elements \(dtype)", graph: try builder.finish(),
      arguments: [HostTensor(TensorType(dtype, [2, 4]), numbers: entries)] + inputs(),
      expected: [(0..<2).flatMap { row in indices.map { (0..<4).contains($0) ? entries[row * 4 + Int($0)] : missing } }])
  }

  /// Updates out of range are dropped.
  private static func addedElements(_ dtype: DType) throws -> Case {
    let builder = GraphBuilder(name: "added")
    let base = try builder.parameter("base", .input, TensorType(dtype, [2, 4]))
    let updates = try builder.parameter("updates", .input, TensorType(dtype, [2, indices.count]))
    let rows = try builder.broadcast(computed(builder), [2, indices.count], axes: [1])
    builder.result("y", try builder.scatterAddElements(base, rows, updates, axis: 1))
    var sums = [Double](repeating: 1, count: 8)
    for row in 0..<2 {
      for (position, index) in indices.enumerated() where (0..<4).contains(index) {
        sums[row * 4 + Int(index)] += Double(row * 8 + position)
      }
    }
    return Case(
      name: "scatter_add_elements \(dtype)", graph: try builder.finish(),
      arguments: [
        HostTensor(repeating: 1, TensorType(dtype, [2, 4])), HostTensor(TensorType(dtype, [2, 8]), numbers: (0..<16).map(Double.init)),
      ] + inputs(),
      expected: [sums.map { $0 }])
  }

  private static func oneHot(_ dtype: DType) throws -> Case {
    let builder = GraphBuilder(name: "marked")
    builder.result("y", try builder.add(OneHot(classes: 4, dtype), computed(builder)))
    let missing: Double? = dtype.isFloatingPoint ? nil : 0
    return Case(
      name: "one_hot \(dtype)", graph: try builder.finish(), arguments: inputs(),
      expected: [indices.flatMap { index in (0..<4).map { (0..<4).contains(index) ? ($0 == Int(index) ? 1.0 : 0.0) : missing } }])
  }

  private static func integers() throws -> [Case] {
    try [DType.i32, .u8, .bool].flatMap { try [gathered($0), pickedElements($0)] } + [oneHot(.i32), addedElements(.i32)]
  }

  private static func floatingPoint(_ dtype: DType) throws -> [Case] {
    var cases = try [gathered(dtype), oneHot(dtype), pickedElements(dtype), addedElements(dtype)]
    do {
      let builder = GraphBuilder(name: "scattered")
      let base = try builder.parameter("base", .input, TensorType(dtype, [4, 2]))
      let updates = try builder.parameter("updates", .input, TensorType(dtype, [8, 2]))
      builder.result("y", try builder.scatterAdd(base, computed(builder), updates))
      var sums = [Double](repeating: 1, count: 8)
      for (position, index) in indices.enumerated() where (0..<4).contains(index) {
        for column in 0..<2 { sums[Int(index) * 2 + column] += Double(position * 2 + column) }
      }
      cases.append(
        Case(
          name: "scatter_add \(dtype)", graph: try builder.finish(),
          arguments: [
            HostTensor(repeating: 1, TensorType(dtype, [4, 2])), HostTensor(TensorType(dtype, [8, 2]), numbers: (0..<16).map(Double.init)),
          ] + inputs(),
          expected: [sums.map { $0 }]))
    }
    do {
      // The gradient of a table: entries out of range have none.
      let builder = GraphBuilder(name: "embedded")
      let table = try builder.parameter("table", .parameter, TensorType(dtype, [4, 2]))
      let weights = try builder.parameter("weights", .input, TensorType(dtype, [8, 2]))
      let product = try builder.multiply(builder.gather(table, computed(builder)), weights)
      builder.result("loss", try builder.reduceSum(product, axes: [0, 1]))
      var sums = [Double](repeating: 0, count: 8)
      for (position, index) in indices.enumerated() where (0..<4).contains(index) {
        for column in 0..<2 { sums[Int(index) * 2 + column] += Double(position * 2 + column) }
      }
      cases.append(
        Case(
          name: "gradient of gather \(dtype)", graph: try Pipeline([.differentiate]).run(builder.finish()),
          arguments: [
            HostTensor(repeating: 1, TensorType(dtype, [4, 2])), HostTensor(TensorType(dtype, [8, 2]), numbers: (0..<16).map(Double.init)),
          ] + inputs(),
          expected: [[nil], sums.map { $0 }]))
    }
    for smoothing in [0, 0.1] {
      // Equal logits: every probability is 1/4. With labels in range only, and with others.
      for labels in [[0, 3, 2, 1, 0, 1, 2, 3], indices] {
        let builder = GraphBuilder(name: "classified")
        let logits = try builder.parameter("logits", .parameter, TensorType(dtype, [8, 4]))
        builder.result("loss", try builder.crossEntropy(logits, computed(builder), labelSmoothing: smoothing))
        let isWhole = labels.allSatisfy { (0..<4).contains($0) }
        let gradient = labels.flatMap { label in
          (0..<4).map { k -> Double? in
            guard (0..<4).contains(label) else { return nil }
            return (0.25 - ((Int(label) == k ? 1 - smoothing : 0) + smoothing / 4)) / 8
          }
        }
        cases.append(
          Case(
            name: "cross_entropy \(dtype) smoothed by \(smoothing), labels \(labels)",
            graph: try Pipeline([.differentiate]).run(builder.finish()),
            arguments: [HostTensor(repeating: 0.5, TensorType(dtype, [8, 4]))] + inputs(labels),
            expected: [[isWhole ? 1.3862943611198906 : nil], gradient]))
      }
    }
    return cases
  }

  /// Where compiling is slow, a graph that fusion leaves as it is runs once.
  private static func check(
    _ title: String, isSlow: Bool = false, _ run: (Graph, [HostTensor], Lowering.Options) throws -> [HostTensor]
  ) throws {
    for example in try cases() {
      for fuses in [true, false] {
        let graph = try Pipeline(Pipeline.optimization(fuses: fuses)).run(example.graph)
        if isSlow, !fuses, try graph == Pipeline(Pipeline.optimization()).run(example.graph) { continue }
        let found = try run(graph, example.arguments, Lowering.Options(isDepthFirst: fuses))
        for (result, (tensor, expected)) in zip(graph.results, zip(found, example.expected)) {
          let isRight = zip(tensor.numbers, expected).allSatisfy { a, b in b.map { abs(a - $0) <= 1e-6 } ?? a.isNaN }
          #expect(
            isRight && tensor.count == expected.count,
            "\(title), \(example.name), fused: \(fuses), \(result.name): \(tensor.numbers) expected \(expected)")
        }
      }
    }
  }

  @Test func evaluated() throws { try Self.check("evaluate") { graph, arguments, _ in try graph.evaluate(arguments) } }

  @Test(arguments: [true, false]) func loopInterpreter(_ isPrepared: Bool) throws {
    let device = CompilingDevice(LoopInterpreterBackend(Target(.avx2), isPrepared: isPrepared))
    try Self.check("loop interpreter") { try device.run($0, $1, $2) }
  }

  @Test(arguments: HostProcessor.runnableTargets.compactMap(\.instructionSet)) func processor(_ level: InstructionSet) throws {
    let device = CompilingDevice(try CPUBackend(threads: 2, instructionSet: level))
    try Self.check("\(level)") { try device.run($0, $1, $2) }
  }

  @Test func emulatedGPU() throws {
    let device = CompilingDevice(try CUDABackend.emulated())
    try Self.check("cuda-emulated", isSlow: true) { try device.run($0, $1, $2) }
  }

  /// An index that is a constant.
  @Test func constantIndices() throws {
    for (index, isInside) in [(2, true), (4, false), (-1, false)] {
      let builder = GraphBuilder(name: "fixed")
      let table = try builder.parameter("table", .input, TensorType(.f32, [4, 3]))
      builder.result("y", try builder.gather(table, builder.add(Constant(Double(index), TensorType(.i32, [1])))))
      let graph = try builder.finish()
      let argument = HostTensor(repeating: 5, TensorType(.f32, [4, 3]))
      for device in [InterpreterDevice(), CompilingDevice(try CPUBackend(threads: 1))] as [any ExecutionDevice] {
        let numbers = try device.run(graph, [argument])[0].numbers
        #expect(numbers.allSatisfy { isInside ? $0 == 5 : $0.isNaN }, "\(device.name), index \(index): \(numbers)")
      }
    }
  }

  /// Inputs are checked before anything runs, also by operations that read labels only for a gradient.
  @Test func inputsAreStillRefused() throws {
    let text = """
      graph @f(input %x: f32[2, 3], input %k: i32[2]) -> (y: f32[2, 3]) {
        %0 = cross_entropy_grad(%x, %k) : f32[2, 3]
        return %0
      }
      """
    let graph = try GraphParser.parse(text)
    for device in [InterpreterDevice(), CompilingDevice(try CPUBackend(threads: 1))] as [any ExecutionDevice] {
      let error = try #require(throws: MartletError.self) {
        try device.run(graph, [HostTensor(repeating: 0, TensorType(.f32, [2, 3])), HostTensor([2], [Int32(0), 3])])
      }
      #expect(error.number == RuntimeErrorCode.indexOutOfRange.rawValue, "\(error)")
    }
  }
}
