import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Constants of more numbers than kernels hold: the program has them in memory, whatever reads them.
@Suite struct ConstantTables {
  private static func letters(_ count: Int, _ number: (Int) -> Float) -> String {
    Base64.text(
      (0..<count).flatMap { position -> [UInt8] in
        let bits = number(position).bitPattern
        return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
      })
  }

  private static let ramp = letters(300) { Float($0 % 17) / 4 - 2 }
  private static let grid = letters(288) { Float($0 * 7 % 23) / 8 - 1 }

  /// Graphs whose readers take a table in different ways, with the number of tables that their programs have.
  private static let texts: [(name: String, tables: Int, text: String)] = [
    (
      "pointwise, through a view, and as a result", 1,
      """
      graph @f(input %x: f32[20, 15]) -> (y: f32[20, 15], t: f32[300], z: f32[15, 20]) {
        %t = constant() {values = base64 "\(ramp)"} : f32[300]
        %r = reshape(%t) : f32[20, 15]
        %y = mul(%x, %r) : f32[20, 15]
        %z = transpose(%r) {permutation = [1, 0]} : f32[15, 20]
        return %y, %t, %z
      }
      """
    ),
    (
      "a product, a gather, a sum", 2,
      """
      graph @f(input %x: f32[6, 18], input %k: i32[6]) -> (y: f32[6, 16], g: f32[6], s: f32[]) {
        %w = constant() {values = base64 "\(grid)"} : f32[18, 16]
        %t = constant() {values = base64 "\(ramp)"} : f32[300]
        %y = matmul(%x, %w) : f32[6, 16]
        %g = gather(%t, %k) : f32[6]
        %s = reduce_sum(%t) {axes = [0]} : f32[]
        return %y, %g, %s
      }
      """
    ),
    (
      "the filter of a convolution, and a bias by broadcast", 1,
      """
      graph @f(input %x: f32[3, 4, 7, 9]) -> (y: f32[3, 8, 7, 9]) {
        %w = constant() {values = base64 "\(grid)"} : f32[8, 4, 3, 3]
        %c = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[3, 8, 7, 9]
        %y = relu(%c) : f32[3, 8, 7, 9]
        return %y
      }
      """
    ),
    (
      "equal tables, inside of fusions and outside", 1,
      """
      graph @f(input %x: f32[300]) -> (y: f32[300], z: f32[300]) {
        %y = fusion @scaled(%x) {
          %t = constant() {values = base64 "\(ramp)"} : f32[300]
          %m = mul(%x, %t) : f32[300]
          %e = fusion @inner(%m) {
            %u = constant() {values = base64 "\(ramp)"} : f32[300]
            %d = add(%m, %u) : f32[300]
            return %d
          } : f32[300]
          return %e
        } : f32[300]
        %v = constant() {values = base64 "\(ramp)"} : f32[300]
        %z = sub(%y, %v) : f32[300]
        return %y, %z
      }
      """
    ),
    (
      "the new value of a state", 1,
      """
      graph @f(state %s: f32[300], input %x: f32[]) -> (s: f32[300], y: f32[300]) {
        %t = constant() {values = base64 "\(ramp)"} : f32[300]
        %b = broadcast(%x) {shape = [300], axes = []} : f32[300]
        %y = add(%s, %b) : f32[300]
        return %t, %y
      }
      """
    ),
    (
      "samples of a batch", 1,
      """
      graph @f(input %x: f32[40, 300] {batch = 0}, parameter %p: f32[300]) -> (loss: f32[]) {
        %t = constant() {values = base64 "\(ramp)"} : f32[300]
        %m = mul(%t, %p) : f32[300]
        %b = broadcast(%m) {shape = [40, 300], axes = [1]} : f32[40, 300]
        %y = mul(%x, %b) : f32[40, 300]
        %h = tanh(%y) : f32[40, 300]
        %loss = reduce_mean(%h) {axes = [0, 1]} : f32[]
        return %loss
      }
      """
    ),
  ]

  private static func check(_ title: String, _ run: (Graph, [HostTensor]) throws -> [HostTensor]) throws {
    for example in texts {
      var graph = try GraphParser.parse(example.text, file: example.name)
      #expect(try GraphParser.parse(graph.description) == graph)
      let arguments = try graph.randomArguments(seed: 4)
      if graph.result(named: "loss") != nil { graph = try Pipeline([.differentiate]).run(graph) }
      let expected = try graph.evaluate(arguments)
      for passes in [[], Pipeline.optimization(fuses: true), Pipeline.optimization(fuses: false)] {
        let optimized = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
        for (result, (found, reference)) in zip(graph.results, zip(try run(optimized, arguments), expected)) {
          let distance = distance(found, reference)
          #expect(distance <= 1e-5, "\(title), \(example.name), \(passes.count) passes: \(result.name) is \(distance) away")
        }
      }
    }
  }

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

  /// Fusion leaves tables outside, and each is in the program once.
  @Test(arguments: texts.indices) func areInTheProgramOnce(_ number: Int) throws {
    let example = Self.texts[number]
    let graph = try GraphParser.parse(example.text, file: example.name)
    for target in [Target(.avx2), .cuda] {
      for passes in [[], Pipeline.optimization()] {
        let program = try Lowering.lower(Pipeline(passes).run(graph), for: target)
        #expect(program.tables.count == example.tables, "\(example.name) for \(target)")
        // No kernel grows with the numbers: written one by one they would take ten times as much.
        if example.name == "pointwise, through a view, and as a result" {
          for kernel in program.kernels.map(\.kernel) { #expect(kernel.description.utf8.count < 1500, "\(kernel)") }
        }
        #expect(program.description.contains("constant %\(program.tables[0].name)"))
      }
    }
    let fused = try Pipeline(Pipeline.optimization()).run(GraphParser.parse(Self.texts[0].text))
    #expect(!fused.nodes.contains { ($0.operation as? Fusion)?.region.nodes.contains { $0.isTable } ?? false })
  }

  /// In the other precision a table has the same numbers, rounded once: `martlet dump --dtype f64` and `bench` need it.
  @Test func inTheOtherPrecision() throws {
    for example in Self.texts {
      let graph = try GraphParser.parse(example.text, file: example.name)
      let double = try graph.inDoublePrecision()
      #expect(double.parameters.allSatisfy { $0.type.dtype != .f32 })
      let arguments = try graph.randomArguments(seed: 4)
      let numbers = zip(double.parameters, arguments).map { HostTensor($0.type, numbers: $1.numbers) }
      for (found, reference) in zip(try double.evaluate(numbers), try graph.evaluate(arguments)) {
        let largest = reference.numbers.reduce(1) { max($0, abs($1)) }
        #expect(zip(found.numbers, reference.numbers).allSatisfy { abs($0 - $1) <= 1e-5 * largest }, "\(example.name)")
      }
      #expect(try double.replacing(.f64, by: .f32) == graph)
    }
    let tenth = try GraphParser.parse(
      """
      graph @f() -> (t: f64[300]) {
        %t = constant() {values = base64 "\(Base64.text([UInt8](repeating: 0x3f, count: 2400)))"} : f64[300]
        return %t
      }
      """)
    let number = Double(bitPattern: 0x3f3f_3f3f_3f3f_3f3f)
    #expect(try tenth.replacing(.f64, by: .f32).evaluate([])[0].numbers == [Double](repeating: Double(Float(number)), count: 300))
  }

  /// The border: one more number, and the kernel no longer holds them.
  @Test func border() throws {
    for (count, tables) in [(256, 0), (257, 1)] {
      let builder = GraphBuilder(name: "border")
      let x = try builder.parameter("x", .input, TensorType(.f32, [count]))
      let constant = try builder.add(Constant((0..<count).map { Double($0 * 5 % 11) }, TensorType(.f32, [count])))
      builder.result("y", try builder.add(x, constant))
      #expect(try Lowering.lower(builder.finish(), for: Target(.avx2)).tables.count == tables)
    }
  }

  /// A program that would change its constants is none.
  @Test func areNeverWritten() throws {
    let program = try Lowering.lower(GraphParser.parse(Self.texts[0].text), for: Target(.avx2))
    func damaged(_ launches: [Program.Launch]) throws -> MartletError {
      try #require(throws: MartletError.self) {
        try Program(
          name: program.name, parameters: program.parameters, results: program.results, kernels: program.kernels, launches: launches,
          temporaries: program.temporaries, tables: program.tables)
      }
    }
    let written = program.launches.map { launch -> Program.Launch in
      guard case .kernel(let kernel, let storages) = launch else { return launch }
      let isFirst = program.type(of: storages[storages.count - 1]).elementCount == 300
      return isFirst ? .kernel(kernel, Array(storages.dropLast()) + [.table(0)]) : launch
    }
    #expect(try damaged(written).number == RuntimeErrorCode.damagedProgram.rawValue)
    #expect(try damaged([.copy(from: .result(1), to: .table(0))]).description.contains("a copy to the constant"))
    #expect(try damaged([.copy(from: .table(9), to: .result(1))]).number == RuntimeErrorCode.damagedProgram.rawValue)
  }
}
