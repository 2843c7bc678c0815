import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Loops of the graph against the same steps written one after the other, on every device; and their gradients, against finite differences too.
@Suite struct Scans {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var testDescription: String { name }
  }

  /// A recurrent cell over `steps` steps of `samples` samples; elements of a step are whole cache lines for 16 or 32 samples only.
  static func cell(_ name: String, steps: Int, samples: Int, reverse: Bool = false, batch: Bool = false) -> Case {
    let mark = batch ? " {batch = 1}" : ""
    return Case(
      name: name,
      text: """
        graph @f(input %xs: f32[\(steps), \(samples), 4]\(mark), input %h0: f32[\(samples), 6]\(batch ? " {batch = 0}" : ""), parameter %w: f32[4, 6], parameter %u: f32[6, 6], parameter %b: f32[6], input %c: f32[\(steps), \(samples), 6]) -> (loss: f32[], h: f32[\(samples), 6], ys: f32[\(steps), \(samples), 6]) {
          %0, %1 = scan @cell(%h0, %xs, %w, %u, %b) {length = \(steps), carried = 1, scanned = 1\(reverse ? ", reverse = true" : "")} (%h: f32[\(samples), 6], %x: f32[\(samples), 4]) {
            %2 = matmul(%x, %w) : f32[\(samples), 6]
            %3 = matmul(%h, %u) : f32[\(samples), 6]
            %4 = broadcast(%b) {shape = [\(samples), 6], axes = [1]} : f32[\(samples), 6]
            %5 = add(%2, %3) : f32[\(samples), 6]
            %6 = add(%5, %4) : f32[\(samples), 6]
            %7 = tanh(%6) : f32[\(samples), 6]
            return %7, %7
          } : f32[\(samples), 6], f32[\(steps), \(samples), 6]
          %8 = mul(%1, %c) : f32[\(steps), \(samples), 6]
          %9 = reduce_sum(%8) {axes = [0, 1, 2]} : f32[]
          %10 = reduce_sum(%0) {axes = [0, 1]} : f32[]
          %11 = add(%9, %10) : f32[]
          return %11, %0, %1
        }
        """)
  }

  static let cases: [Case] =
    [
      cell("five steps", steps: 5, samples: 3), cell("from the end", steps: 5, samples: 3, reverse: true),
      cell("one step", steps: 1, samples: 3), cell("no step", steps: 0, samples: 3), cell("aligned", steps: 3, samples: 8),
      cell("one shard", steps: 3, samples: 16, batch: true), cell("two shards", steps: 3, samples: 33, batch: true),
      cell("aligned shards", steps: 4, samples: 64, batch: true),
    ] + [
      Case(
        name: "several types",
        text: """
          graph @f(input %xs: f32[6, 5], parameter %w: f32[5], input %n0: i32[], input %p0: bool[5]) -> (loss: f32[], n: i32[], p: bool[5], a: f32[5], ns: i32[6], ps: bool[6, 5]) {
            %z = constant() {value = 0.5} : f32[5]
            %0, %1, %2, %3, %4 = scan @counted(%n0, %z, %p0, %xs, %w) {length = 6, carried = 3, scanned = 1} (%n: i32[], %a: f32[5], %p: bool[5], %x: f32[5]) {
              %one = constant() {value = 1} : i32[]
              %5 = add(%n, %one) : i32[]
              %6 = convert(%5) : f32[]
              %7 = broadcast(%6) {shape = [5], axes = []} : f32[5]
              %8 = mul(%x, %w) : f32[5]
              %9 = mul(%8, %7) : f32[5]
              %10 = select(%p, %9, %x) : f32[5]
              %11 = add(%a, %10) : f32[5]
              %12 = sigmoid(%11) : f32[5]
              %13 = compare(%x, %a) {direction = gt} : bool[5]
              return %5, %12, %13, %5, %p
            } : i32[], f32[5], bool[5], i32[6], bool[6, 5]
            %s = reduce_sum(%1) {axes = [0]} : f32[]
            return %s, %0, %2, %1, %3, %4
          }
          """),
      Case(
        name: "nested",
        text: """
          graph @f(input %xs: f32[3, 4, 2, 5], parameter %w: f32[5, 5], input %h0: f32[2, 5]) -> (loss: f32[], h: f32[2, 5], ys: f32[3, 4, 2, 5]) {
            %0, %1 = scan @outer(%h0, %xs, %w) {length = 3, carried = 1, scanned = 1} (%h: f32[2, 5], %x: f32[4, 2, 5]) {
              %2, %3 = scan @inner(%h, %x, %w) {length = 4, carried = 1, scanned = 1, reverse = true} (%g: f32[2, 5], %y: f32[2, 5]) {
                %4 = matmul(%g, %w) : f32[2, 5]
                %5 = add(%4, %y) : f32[2, 5]
                %6 = tanh(%5) : f32[2, 5]
                return %6, %6
              } : f32[2, 5], f32[4, 2, 5]
              %7 = matmul(%2, %w) : f32[2, 5]
              %8 = sigmoid(%7) : f32[2, 5]
              return %8, %3
            } : f32[2, 5], f32[3, 4, 2, 5]
            %9 = mul(%1, %1) : f32[3, 4, 2, 5]
            %10 = reduce_sum(%9) {axes = [0, 1, 2, 3]} : f32[]
            %11 = reduce_sum(%0) {axes = [0, 1]} : f32[]
            %12 = add(%10, %11) : f32[]
            return %12, %0, %1
          }
          """),
      Case(
        name: "a variable is carried",
        text: """
          graph @f(input %xs: f32[4, 3, 5], parameter %w: f32[5, 5]) -> (loss: f32[], w1: f32[5, 5]) {
            %0, %1 = scan @changing(%w, %xs) {length = 4, carried = 1, scanned = 1} (%v: f32[5, 5], %x: f32[3, 5]) {
              %2 = matmul(%x, %v) : f32[3, 5]
              %3 = matmul(%x, %2) {transpose_lhs = true} : f32[5, 5]
              %4 = tanh(%3) : f32[5, 5]
              %5 = reduce_sum(%2) {axes = [0, 1]} : f32[]
              return %4, %5
            } : f32[5, 5], f32[4]
            %6 = reduce_sum(%1) {axes = [0]} : f32[]
            return %6, %0
          }
          """),
      Case(
        name: "stacked alone",
        text: """
          graph @f(input %xs: f32[4, 3], parameter %w: f32[3]) -> (loss: f32[], ys: f32[4, 3]) {
            %0, %1 = scan @map(%xs, %w) {length = 4, scanned = 1} (%x: f32[3]) {
              %2 = mul(%x, %w) : f32[3]
              %3 = tanh(%2) : f32[3]
              return %3, %w
            } : f32[4, 3], f32[4, 3]
            %4 = mul(%0, %1) : f32[4, 3]
            %5 = reduce_sum(%4) {axes = [0, 1]} : f32[]
            return %5, %0
          }
          """),
      Case(
        name: "one result, read element by element",
        text: """
          graph @f(parameter %w: f32[4, 3], input %x: f32[4, 3]) -> (loss: f32[], y: f32[4, 3]) {
            %0 = scan @walk(%x, %w) {length = 3, carried = 1} (%a: f32[4, 3]) {
              %1 = mul(%a, %w) : f32[4, 3]
              return %1
            } : f32[4, 3]
            %2 = tanh(%0) : f32[4, 3]
            %3 = add(%2, %x) : f32[4, 3]
            %4 = mul(%3, %3) : f32[4, 3]
            %5 = reduce_sum(%4) {axes = [0, 1]} : f32[]
            return %5, %3
          }
          """),
      Case(
        name: "two whole operands are one value",
        text: """
          graph @f(parameter %w: f32[3], input %x: f32[3]) -> (loss: f32[]) {
            %0 = scan @power(%x, %w) {length = 5, carried = 1} (%a: f32[3]) {
              %1 = mul(%a, %w) : f32[3]
              %2 = add(%1, %w) : f32[3]
              %3 = sigmoid(%2) : f32[3]
              return %3
            } : f32[3]
            %4 = reduce_sum(%0) {axes = [0]} : f32[]
            return %4
          }
          """),
      Case(
        name: "between elementwise operations",
        text: """
          graph @f(parameter %w: f32[5, 4], input %x: f32[5, 4]) -> (loss: f32[]) {
            %0 = mul(%x, %w) : f32[5, 4]
            %1 = scan @g(%0) {length = 3, carried = 1} (%a: f32[5, 4]) {
              %2 = tanh(%a) : f32[5, 4]
              %3 = neg(%2) : f32[5, 4]
              return %3
            } : f32[5, 4]
            %4 = exp(%1) : f32[5, 4]
            %5 = mul(%4, %x) : f32[5, 4]
            %6 = reduce_sum(%5) {axes = [0, 1]} : f32[]
            return %6
          }
          """),
    ]

  private func numbers(_ graph: Graph) -> [HostTensor] {
    graph.parameters.enumerated().map { index, parameter in
      fill(parameter.type, parameter.type.dtype.isFloatingPoint ? .uniform(-1, 1) : .integers(0, 2), seed: UInt64(60 + index))
    }
  }

  private func check(_ graph: Graph, _ results: [HostTensor], _ right: [HostTensor], _ tolerance: Double, _ name: String) {
    for ((result, found), right) in zip(zip(graph.results, results), right) {
      let size = max(right.numbers.map(abs).max() ?? 0, 1e-3)
      let distance = zip(found.numbers, right.numbers).map { abs($0 - $1) / size }.max() ?? 0
      #expect(found.type == right.type && distance <= tolerance, "\(name): \(result.name) is \(distance) away\n\(graph)")
    }
  }

  /// Values and gradients are those of the steps one after the other.
  @Test(arguments: cases) func unrolled(_ scan: Case) throws {
    let graph = try GraphParser.parse(scan.text)
    #expect(try GraphParser.parse(graph.description) == graph)
    let whole = try Pipeline([.differentiate], instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
    let flat = try Pipeline([.differentiate]).run(graph.unrolled())
    let double = try whole.inDoublePrecision()
    check(double, try double.evaluate(numbers(double)), try flat.inDoublePrecision().evaluate(numbers(double)), 1e-13, "f64")
    let right = try flat.evaluate(numbers(whole))
    check(whole, try whole.evaluate(numbers(whole)), right, 2e-6, "the interpreter")
    for fuses in [true, false] {
      let optimized = try Pipeline(
        Pipeline.optimization(fuses: fuses), instruments: [VerifyInstrument(), RoundTripInstrument()]
      ).run(whole)
      for level in HostProcessor.runnableTargets.compactMap(\.instructionSet) {
        let device = CompilingDevice(try CPUBackend(threads: 2, instructionSet: level))
        check(optimized, try device.run(optimized, numbers(whole)), right, 5e-6, "\(level), fused \(fuses)")
      }
      let loops = CompilingDevice(LoopInterpreterBackend(Target(.avx2)))
      check(optimized, try loops.run(optimized, numbers(whole)), right, 5e-6, "the loop interpreter")
    }
    let doubled = try Pipeline(Pipeline.optimization()).run(double)
    let device = CompilingDevice(try CPUBackend(threads: 3))
    check(doubled, try device.run(doubled, numbers(double)), try double.evaluate(numbers(double)), 1e-12, "f64 on three threads")
  }

  @Test func onTheGPU() throws {
    try onTestGPU { device in
      for scan in Scans.cases {
        let whole = try Pipeline([.differentiate] + Pipeline.optimization()).run(GraphParser.parse(scan.text))
        check(whole, try device.run(whole, numbers(whole)), try whole.evaluate(numbers(whole)), 5e-6, "\(scan.name) on the GPU")
      }
    }
  }

  /// Central differences of the loss, in f64.
  @Test(arguments: cases) func finiteDifferences(_ scan: Case) throws {
    let graph = try GraphParser.parse(scan.text).inDoublePrecision()
    let whole = try Pipeline([.differentiate]).run(graph)
    let arguments = numbers(graph)
    let found = Dictionary(uniqueKeysWithValues: zip(whole.results.map(\.name), try whole.evaluate(arguments)))
    for (index, parameter) in graph.parameters.enumerated() where parameter.role == .parameter {
      let gradient = try #require(found["\(parameter.name).gradient"]).numbers
      for position in stride(from: 0, to: gradient.count, by: 3) {
        let losses = try [1e-5, -1e-5].map { step -> Double in
          var moved = arguments
          var numbers = moved[index].numbers
          numbers[position] += step
          moved[index] = HostTensor(moved[index].type, numbers: numbers)
          return try graph.evaluate(moved)[0].numbers[0]
        }
        let difference = (losses[0] - losses[1]) / 2e-5
        #expect(abs(difference - gradient[position]) <= 1e-7 * max(1, abs(difference)), "\(scan.name): \(parameter.name)[\(position)]")
      }
    }
  }

  /// Text, launches and kernels do not grow with the number of steps.
  @Test func sizesDoNotGrow() throws {
    let sizes = try [16, 512].map { steps -> (Int, Int, Int) in
      let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(
        GraphParser.parse(Scans.cell("", steps: steps, samples: 32, batch: true).text))
      let program = try Lowering.lower(graph, for: Target(.avx2))
      return (graph.description.count, program.kernels.count, program.launches.count)
    }
    #expect(abs(sizes[0].0 - sizes[1].0) * 50 < sizes[0].0 && sizes[0].1 == sizes[1].1 && sizes[0].2 == sizes[1].2, "\(sizes)")
  }

  /// Of a step the backward loop reads the carried value before it and what the hyperbolic tangent gave, which is the stacked result: nothing
  /// else is stacked. The memory plan has it, and the product in front of the sum, once.
  @Test func memoryOfTheBackwardLoop() throws {
    let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(
      GraphParser.parse(Scans.cell("", steps: 512, samples: 32).text))
    let stack = TensorType(.f32, [512, 32, 6])
    #expect(Scans.stacks(graph) == [[stack, stack], []])
    let temporaries = try Lowering.lower(graph, for: Target(.avx2)).temporaries.filter { $0.type.elementCount >= 512 * 32 * 4 }
    #expect(temporaries.map(\.type) == [stack, stack], "\(temporaries.map { "\($0.name): \($0.type)" })")
  }

  /// An LSTM stacks its outputs, and for the backward loop both states before the step, its four gates and the cell's hyperbolic tangent.
  @Test(arguments: [2, 64]) func memoryOfAnLSTM(_ steps: Int) throws {
    struct Network: Model {
      let lstm = LSTM(5, 6)
      let out = Linear(6, 10)
      let inputShape: Shape
      func callAsFunction(_ x: Tensor) throws -> Tensor { try out(lstm(x)) }
      func loss(_ output: Tensor, _ target: Tensor) throws -> Tensor { try (output * output).mean(axes: [0, 1, 2]) }
    }
    let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(
      Tracer.trace(Network(inputShape: [steps, 5]), name: "lstm", batch: 3, purpose: .training))
    let stack = TensorType(.f32, [steps, 3, 6])
    // The gradient of the input of a step is that of the gates.
    #expect(Scans.stacks(graph) == [Array(repeating: stack, count: 8), [TensorType(.f32, [steps, 3, 24])]])
  }

  /// For each loop of the graph the types of what it stacks.
  private static func stacks(_ graph: Graph) -> [[TensorType]] {
    graph.nodes.compactMap { node in (node.operation as? Scan).map { Array(node.resultTypes.dropFirst($0.carriedCount)) } }
  }

  /// Loops that no machine has room or time for, and one that a fusion holds: errors, no trap.
  @Test func loopsThatAreNotPossible() throws {
    func loop(_ length: String) -> String {
      """
      graph @f(input %x: f32[3]) -> (y: f32[3]) {
        %0 = scan @g(%x) {length = \(length), carried = 1} (%a: f32[3]) {
          %1 = mul(%a, %a) : f32[3]
          return %1
        } : f32[3]
        return %0
      }
      """
    }
    let tooLong = try #require(throws: MartletError.self) { try GraphParser.parse(loop("9223372036854775807")) }
    #expect(tooLong.number == 302 && "\(tooLong)".contains("2147483647"))
    #expect(throws: MartletError.self) { try Lowering.lower(GraphParser.parse(loop("2147483647")), for: Target(.avx2)) }
    let program = try Lowering.lower(GraphParser.parse(loop("1000")), for: Target(.avx2))
    #expect(program.turns.count >= 1000)
    let fused = """
      graph @f(input %x: f32[3]) -> (y: f32[3]) {
        %0 = fusion @h(%x) {
          %1 = scan @g(%x) {length = 2, carried = 1} (%a: f32[3]) {
            %2 = neg(%a) : f32[3]
            return %2
          } : f32[3]
          return %1
        } : f32[3]
        return %0
      }
      """
    let refused = try #require(throws: MartletError.self) { try GraphParser.parse(fused) }
    #expect("\(refused)".contains("holds a scan") && refused.location != nil, "\(refused)")
  }

  /// An input that a step uses as an index is checked before the run.
  @Test func indicesAreChecked() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %ids: i32[4, 2], input %t: f32[7, 5]) -> (y: f32[4, 2, 5]) {
        %0 = scan @g(%ids, %t) {length = 4, scanned = 1} (%i: i32[2]) {
          %1 = gather(%t, %i) : f32[2, 5]
          return %1
        } : f32[4, 2, 5]
        return %0
      }
      """)
    let table = fill(TensorType(.f32, [7, 5]), .uniform(-1, 1), seed: 1)
    let device = CompilingDevice(try CPUBackend(threads: 1))
    let right = HostTensor([4, 2], [0, 6, 1, 2, 3, 3, 5, 4] as [Int32])
    #expect(try device.run(graph, [right, table]) == graph.evaluate([right, table]))
    let error = try #require(throws: MartletError.self) {
      try device.run(graph, [HostTensor([4, 2], [0, 6, 1, 2, 3, 7, 5, 4] as [Int32]), table])
    }
    #expect(error.message.contains("index below 7"), "\(error)")
  }

  @Test(
    arguments: [
      ("length = 5", "length = 4", "expected f32[4, 3, 4]"), ("carried = 1", "carried = 2", "2 carried and 1 scanned"),
      ("length = 5, ", "", "'length'"), ("length = 5", "length = -1", "not negative"), ("return %7, %7", "return %7", "gives"),
      ("return %7, %7", "return %x, %7", "the carried value 0"), ("(%h: f32[3, 6], ", "(", "names 1"),
      ("%h: f32[3, 6]", "%h: f32[3, 7]", "do not multiply"), ("scan @cell", "scan", "the name of the scan"),
      ("scanned = 1}", "scanned = 1, steps = 2}", "steps"),
      ("carried = 1", "carried = 9223372036854775807", "carried"),
    ]) func badText(_ old: String, _ new: String, _ message: String) throws
  {
    let text = Scans.cell("", steps: 5, samples: 3).text
    #expect(text.contains(old))
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(text.replacing(old, with: new)) }
    #expect("\(error)".contains(message) && error.location != nil, "\(error)")
  }
}
