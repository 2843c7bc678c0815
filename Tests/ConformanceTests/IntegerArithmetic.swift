import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// i32 at its borders: divisors of 0, the lowest number, sums that wrap around. Equal on every device, fused and not.
@Suite struct IntegerArithmetic {
  private static let numbers: [Int32] = [0, 1, -1, 2, -7, 7, 100, .min, .max, .min + 1]

  /// All pairs, and what Python's `//` and `%` give for them.
  private static var pairs: [(a: Int32, b: Int32, quotient: Int32, remainder: Int32)] {
    numbers.flatMap { a in
      numbers.map { b in
        guard b != 0 else { return (a, b, 0, 0) }
        let (x, y) = (Int64(a), Int64(b))
        let quotient = x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)
        return (a, b, Int32(truncatingIfNeeded: quotient), Int32(truncatingIfNeeded: x - quotient * y))
      }
    }
  }

  private static func divisions() throws -> (Graph, [HostTensor], [[Int32]]) {
    let pairs = pairs
    let builder = GraphBuilder(name: "divided")
    let type = TensorType(.i32, [pairs.count])
    let (a, b) = (try builder.parameter("a", .input, type), try builder.parameter("b", .input, type))
    builder.result("quotient", try builder.floorDivide(a, b))
    builder.result("rest", try builder.remainder(a, b))
    // A constant divisor of 0: nothing may be folded to a trap.
    builder.result("none", try builder.floorDivide(a, builder.constant(0, like: a)))
    builder.result("negated", try builder.floorDivide(a, builder.constant(-1, like: a)))
    return (
      try builder.finish(), [HostTensor([pairs.count], pairs.map(\.a)), HostTensor([pairs.count], pairs.map(\.b))],
      [pairs.map(\.quotient), pairs.map(\.remainder), pairs.map { _ in 0 }, pairs.map { 0 &- $0.a }]
    )
  }

  /// Reductions of rows that are longer than a vector, with extremes.
  private static func reductions(_ rows: Int, _ columns: Int, declared: Bool) throws -> (Graph, [HostTensor], [[Int32]]) {
    let builder = GraphBuilder(name: "reduced")
    let x = try builder.parameter("x", .input, TensorType(.i32, [rows, columns]), batchAxis: declared ? 0 : nil)
    for (name, axis) in [("rows", 1), ("columns", 0)] {
      builder.result("sum.\(name)", try builder.reduceSum(x, axes: [axis]))
      builder.result("max.\(name)", try builder.reduceMax(x, axes: [axis]))
      builder.result("min.\(name)", try builder.reduceMin(x, axes: [axis]))
      builder.result("argmax.\(name)", try builder.argumentOfMaximum(x, axis: axis))
      builder.result("running.\(name)", try builder.cumulativeSum(x, axis: axis))
    }
    builder.result("all", try builder.reduceSum(x, axes: [0, 1]))
    let drawn = fill(TensorType(.i32, [rows * columns]), .integers(Int(Int32.min), Int(Int32.max)), seed: 5)
    var values: [Int32] = drawn.elements() ?? []
    for (position, extreme) in [Int32.min, .max, .min, .min].enumerated() { values[position * (values.count / 4)] = extreme }
    // A row and a column of the lowest number alone.
    for column in 0..<columns { values[(rows - 1) * columns + column] = .min }
    for row in 0..<rows { values[row * columns + columns - 1] = .min }
    func line(_ axis: Int, _ number: Int) -> [Int32] {
      axis == 1 ? Array(values[number * columns..<(number + 1) * columns]) : (0..<rows).map { values[$0 * columns + number] }
    }
    var expected: [[Int32]] = []
    for axis in [1, 0] {
      let lines = (0..<(axis == 1 ? rows : columns)).map { line(axis, $0) }
      expected.append(lines.map { $0.reduce(0, &+) })
      expected.append(lines.map { $0.max() ?? 0 })
      expected.append(lines.map { $0.min() ?? 0 })
      expected.append(lines.map { line in Int32(line.firstIndex(of: line.max() ?? 0) ?? 0) })
      let running = lines.map { line in line.indices.map { line[...$0].reduce(0, &+) } }
      expected.append(
        axis == 1 ? running.flatMap { $0 } : (0..<rows).flatMap { row in (0..<columns).map { running[$0][row] } })
    }
    expected.append([values.reduce(0, &+)])
    return (try builder.finish(), [HostTensor([rows, columns], values)], expected)
  }

  private static func check(_ title: String, _ run: (Graph, [HostTensor]) throws -> [HostTensor]) throws {
    let cases = try [
      divisions(), reductions(3, 5, declared: false), reductions(67, 43, declared: true), reductions(2, 1500, declared: false),
    ]
    for (graph, arguments, expected) in cases {
      for fuses in [true, false] {
        let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
        let found = try run(optimized, arguments)
        for (result, (tensor, numbers)) in zip(graph.results, zip(found, expected)) {
          let elements: [Int32] = try #require(tensor.elements())
          let wrong = zip(elements, numbers).enumerated().first { $0.element.0 != $0.element.1 }
          #expect(
            wrong == nil && elements.count == numbers.count, "\(title), fused: \(fuses), \(result.name): \(String(describing: wrong))")
        }
      }
    }
  }

  @Test func evaluated() throws { try Self.check("evaluate") { try $0.evaluate($1) } }

  @Test(arguments: [true, false]) func loopInterpreter(_ isPrepared: Bool) throws {
    let device = CompilingDevice(LoopInterpreterBackend(Target(.avx2), isPrepared: isPrepared))
    try Self.check("loop interpreter") { try device.run($0, $1) }
  }

  @Test(arguments: HostProcessor.runnableTargets.compactMap(\.instructionSet)) func processor(_ level: InstructionSet) throws {
    let device = CompilingDevice(try CPUBackend(threads: 2, instructionSet: level))
    try Self.check("\(level)") { try device.run($0, $1) }
  }

  @Test func emulatedGPU() throws {
    let device = CompilingDevice(try CUDABackend.emulated())
    try Self.check("cuda-emulated") { try device.run($0, $1) }
  }

  @Test func testGPU() throws {
    try onTestGPU { device in try Self.check(device.name) { try device.run($0, $1) } }
  }

  /// Types that the operations do not take.
  @Test func otherTypesAreRefused() throws {
    let flags = TensorType(.bool, [3])
    let bytes = TensorType(.u8, [3])
    let refused: [(any TensorOperation, [TensorType])] = [
      (ReduceMean(axes: [0]), [TensorType(.i32, [3])]), (ReduceSum(axes: [0]), [flags]), (ReduceMax(axes: [0]), [bytes]),
      (ArgumentOfMaximum(axis: 0), [flags]), (CumulativeSum(axis: 0), [bytes]), (FloorDivide(), [bytes, bytes]),
      (Remainder(), [flags, flags]),
      (LogicalXor(), [TensorType(.i32, [3]), TensorType(.i32, [3])]), (ArcTangent2(), [TensorType(.i32, [3]), TensorType(.i32, [3])]),
      (LogarithmOfOnePlus(), [TensorType(.i32, [3])]), (CumulativeSum(axis: 1), [TensorType(.f32, [3])]),
      (CumulativeSum(axis: -1), [TensorType(.f32, [3])]), (FloorDivide(), [TensorType(.f32, [3]), TensorType(.f32, [4])]),
      (GatherElements(axis: 0), [TensorType(.f32, [3]), TensorType(.f32, [3])]),
      (GatherElements(axis: 0), [TensorType(.f32, [3, 2]), TensorType(.i32, [3, 3])]),
      (GatherElements(axis: 0), [TensorType(.f32, [3, 2]), TensorType(.i32, [3])]),
      (ScatterAddElements(axis: 0), [TensorType(.f32, [3]), TensorType(.i32, [5]), TensorType(.f32, [4])]),
      (ScatterAddElements(axis: 0), [flags, TensorType(.i32, [5]), TensorType(.bool, [5])]),
    ]
    for (operation, types) in refused {
      let error = #expect(throws: MartletError.self) { try operation.resultTypes(types) }
      #expect(error?.number == GraphErrorCode.operandTypes.rawValue, "\(operation): \(String(describing: error))")
    }
    #expect(throws: MartletError.self) { try Remainder().resultTypes([flags]) }
  }
}
