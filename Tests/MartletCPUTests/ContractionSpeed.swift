import Glibc
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// Numbers that a seed decides.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    let mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ (mixed >> 31)
  }
}

/// Scheduled products as machine code: right, in registers, and how fast beside OpenBLAS.
@Suite(.serialized) struct ContractionSpeed {
  private static func type(_ count: Int) -> TensorType { TensorType(.f32, [count]) }

  /// Machine code has the interpreter's bits.
  @Test func machineCodeEqualsInterpreter() throws {
    let shapes = [
      ProductShape.dense(.init(rows: 31, columns: 50, inner: 40)), .dense(.init(rows: 17, columns: 33, inner: 29), transposesB: true),
      .dense(.init(rows: 9, columns: 20, inner: 21, batch: [3]), transposesA: true),
      .dense(.init(rows: 2, columns: 3, inner: 70), transposesB: true),
    ]
    let packed =
      "split(i, 3) split(j, 8) split(l, 16) bind(j.in, lanes 4) hold(i.in, j.in) stage(a) stage(b) unroll(l.in, 2) order(l, j, i)"
    for target in HostProcessor.runnableTargets {
      for (seed, shape) in shapes.enumerated() {
        let tiny = try ContractionNest(shape, ContractionSchedule.parse(packed), target)
        for nest in ContractionScheduler.ranked(shape, target, count: 2).map(\.nest) + [tiny] {
          let kernel = try ProductEmitter(nest, target).kernel("product")
          let counts = shape.counts
          let arguments = [
            fill(ContractionSpeed.type(counts.a), .uniform(-1, 1), seed: UInt64(seed)),
            fill(ContractionSpeed.type(counts.b), .uniform(-1, 1), seed: UInt64(seed + 9)),
            HostTensor(repeating: 0, ContractionSpeed.type(counts.c)),
          ]
          let expected = try KernelInterpreter.run(try kernel.prepared(for: target), arguments)
          #expect(try CompiledKernel(kernel, target).run(arguments) == expected, "\(shape), \(target), \(nest.schedule)")
        }
      }
    }
  }

  /// Moves of whole vectors to the stack and from it in the blocks that multiply and add; a block ends at a label.
  private static func spills(_ assembly: String) -> Int {
    var (total, inBlock, multiplies) = (0, 0, false)
    for line in assembly.split(separator: "\n").map(String.init) + [":"] {
      if line.hasSuffix(":") {
        if multiplies { total += inBlock }
        (inBlock, multiplies) = (0, false)
      }
      if line.contains("vfmadd") { multiplies = true }
      if line.contains("%ymm") || line.contains("%zmm"), line.contains("(%rsp)") { inBlock += 1 }
    }
    return total
  }

  /// Tiles that fill the registers, factors in place.
  @Test(arguments: [
    (InstructionSet.avx2, "split(i, 6) split(j, 16) bind(j.in, lanes 8) hold(i.in, j.in) order(j, i)"),
    (.avx512, "split(i, 14) split(j, 32) bind(j.in, lanes 16) hold(i.in, j.in) order(j, i)"),
  ])
  func tilesStayInRegisters(_ instructions: InstructionSet, _ text: String) throws {
    let target = Target(instructions)
    let nest = try ContractionNest(.dense(.init(rows: 84, columns: 96, inner: 100)), ContractionSchedule.parse(text), target)
    let compiler = KernelCompiler(target)
    let kernel = try ProductEmitter(nest, target).kernel("product")
    let assembly = String(decoding: try compiler.compile(compiler.source(kernel), name: kernel.name, .assembly), as: UTF8.self)
    #expect(assembly.contains("vfmadd") && ContractionSpeed.spills(assembly) == 0)
  }

  // MARK: Beside OpenBLAS

  private struct Sample: Sendable {
    var extents: ProductShape.Extents
    var transposesA = false
    var transposesB = false

    var shape: ProductShape { .dense(extents, transposesA: transposesA, transposesB: transposesB) }
  }

  private static func samples(_ extents: [(Int, Int, Int)], transposesA: Bool = false, transposesB: Bool = false) -> [Sample] {
    extents.map {
      Sample(extents: .init(rows: $0.0, columns: $0.1, inner: $0.2), transposesA: transposesA, transposesB: transposesB)
    }
  }

  private static let samples: [Sample] = {
    let plain = samples([
      (512, 512, 512), (1024, 1024, 1024), (256, 256, 256), (128, 128, 128), (64, 64, 64), (32, 32, 32), (64, 512, 784), (64, 4096, 4096),
      (16, 512, 512), (1, 512, 512), (509, 511, 513),
    ])
    let forward = samples([(512, 512, 512), (64, 512, 784), (64, 10, 512), (4, 128, 512)], transposesB: true)
    let gradients = samples([(512, 512, 512), (784, 512, 64), (512, 10, 64)], transposesA: true)
    let attention = [
      Sample(extents: .init(rows: 64, columns: 64, inner: 16, batch: [256]), transposesB: true),
      Sample(extents: .init(rows: 64, columns: 16, inner: 64, batch: [256])),
    ]
    return plain + forward + gradients + attention
  }()

  /// `64x4096x4096` and `512x512x512nt` (n or t: whether a and b are transposed), with commas.
  private static func samples(_ text: Substring) -> [Sample] {
    text.split(separator: ",").compactMap { item in
      let numbers = item.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
      guard numbers.count == 3 else { return nil }
      let kinds = item.filter { $0 == "n" || $0 == "t" }
      return Sample(
        extents: .init(rows: numbers[0], columns: numbers[1], inner: numbers[2]), transposesA: kinds.first == "t",
        transposesB: kinds.count > 1 && kinds.last == "t")
    }
  }

  /// `random:200:7`: so many products with extents of 1 to 4,096, transposed ones and batches among them; `random:200:7:128`: none below 128.
  private static func randomSamples(_ text: Substring) -> [Sample] {
    let numbers = text.split(separator: ":").compactMap { Int($0) }
    guard text.hasPrefix("random"), numbers.count >= 2 else { return [] }
    var generator = SeededGenerator(seed: UInt64(numbers[1]))
    let least = numbers.count > 2 ? numbers[2] : 1
    func extent() -> Int {
      let power = Double.random(in: log(Double(least))...log(4096), using: &generator)
      return min(max(Int(exp(power).rounded()), least), 4096)
    }
    var all: [Sample] = []
    while all.count < numbers[0] {
      let batch = least == 1 && Int.random(in: 0..<4, using: &generator) == 0 ? [Int.random(in: 2...64, using: &generator)] : []
      let sample = Sample(
        extents: .init(rows: extent(), columns: extent(), inner: extent(), batch: batch), transposesA: .random(using: &generator),
        transposesB: .random(using: &generator))
      // Runs of more than about a second each would take the night.
      let counts = sample.shape.counts
      if sample.shape.multiplyAdds < 3e10, counts.a + counts.b + counts.c < 1 << 26 { all.append(sample) }
    }
    return all
  }

  /// All products by the library, one call each.
  private static func library(_ sample: Sample) throws -> Kernel {
    let (shape, counts) = (sample.shape, sample.shape.counts)
    let k = KernelBuilder(name: "library")
    let memory = [("a", AccessMode.read, counts.a), ("b", .read, counts.b), ("c", .write, counts.c)].map {
      k.parameter($0.0, $0.1, .global, .f32, [$0.2])
    }
    k.parallel("n") { n in
      func first(_ number: Int, _ strides: ProductShape.Strides) -> Access {
        Access(memory[number].name, [n * (strides.batch.last ?? 0)])
      }
      k.sgemm(
        LibraryProduct(
          rows: shape.rows, columns: shape.columns, inner: shape.inner, transposesA: sample.transposesA, transposesB: sample.transposesB,
          a: first(0, shape.a), aStride: sample.transposesA ? shape.rows : shape.inner, b: first(1, shape.b),
          bStride: sample.transposesB ? shape.inner : shape.columns, c: first(2, shape.c), cStride: shape.columns))
    }
    return try k.finish(over: shape.products)
  }

  private struct Timed {
    let executable: any Executable
    let buffers: [any DeviceBuffer]
    let output: any DeviceBuffer

    init(_ kernel: Kernel, _ backend: CPUBackend, _ arguments: [HostTensor], _ result: TensorType) throws {
      let program = try Program(
        name: "speed",
        parameters: arguments.enumerated().map { Program.Parameter(name: "x\($0.offset)", role: .input, type: $0.element.type) },
        results: [Program.Result(name: "c", type: result, updates: nil)], kernels: [LoweredKernel(kernel)],
        launches: [.kernel(0, [.parameter(0), .parameter(1), .result(0)])], temporaries: [])
      executable = try backend.load(program)
      buffers = try arguments.map { argument in
        let buffer = try backend.makeBuffer(argument.type)
        try buffer.write(argument)
        return buffer
      }
      output = try backend.makeBuffer(result)
    }

    /// Seconds of a run, the mean of `count`.
    func run(_ count: Int) throws -> Double {
      let duration = try ContinuousClock().measure { for _ in 0..<count { try executable.run(buffers, [output]) } }
      return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
  }

  /// Schedules that are timed beside the chosen one with `MARTLET_SPEED=alternatives`, where they are legal: everything in place, b packed a panel at a
  /// time, both packed, in chunks or not.
  private static let others: [String] = {
    let forms = [
      ("split(l, 256) ", "", "j, i"), ("split(l, 256) ", "stage(b) ", "j, i"), ("split(l, 256) ", "stage(a) stage(b) ", "j, i"),
      ("", "stage(b) ", "j, i"), ("", "", "j, i"), ("", "", "i, j"),
    ]
    let tiles = [("14", "32", "16"), ("6", "64", "16"), ("6", "16", "8")]
    return ["divide(j, 4) divide(i, 4)", "divide(j, 16)", "divide(i, 16)"].flatMap { parts in
      tiles.flatMap { rows, columns, lanes in
        forms.map { chunk, staged, order in
          "\(parts) split(i, \(rows)) split(j, \(columns)) \(chunk)bind(j.in, lanes \(lanes)) hold(i.in, j.in) \(staged)"
            + "order(\(chunk.isEmpty ? "" : "l, ")\(order))"
        }
      }
    }
  }()

  /// Seconds of a run of each, the best of nine turns of about ten milliseconds.
  private static func times(_ timed: [Timed]) throws -> [Double] {
    let counts = try timed.map { max(Int(0.01 / max(try $0.run(1), 1e-7)), 1) }
    var best = timed.map { _ in Double.infinity }
    for _ in 0..<9 {
      for (number, count) in counts.enumerated() { best[number] = min(best[number], try timed[number].run(count) / Double(count)) }
    }
    return best
  }

  /// `MARTLET_SPEED=1 swift test -c release -Xswiftc -enable-testing --filter ContractionSpeed`: one worker.
  @Test(.enabled(if: FileBytes.environment("MARTLET_SPEED") != nil, "MARTLET_SPEED is not set")) func besideOpenBLAS() throws {
    try #require(MatrixLibrary.name != nil, "OpenBLAS is not installed")
    let backend = try CPUBackend(threads: 1)
    let wish = FileBytes.environment("MARTLET_SPEED") ?? ""
    let asData = FileBytes.environment("MARTLET_SPEED_DATA") != nil
    let comparesAll = asData || wish.hasPrefix("alternatives")
    let rest = wish.drop { $0 != ":" }.dropFirst()
    let asked =
      wish.hasPrefix("random") ? ContractionSpeed.randomSamples(wish[...]) : ContractionSpeed.samples(rest.isEmpty ? wish[...] : rest)
    print("GFLOP/s, ours / OpenBLAS, cycles estimated / nanoseconds taken; \(backend.target)")
    for sample in asked.isEmpty ? ContractionSpeed.samples : asked {
      let (shape, counts) = (sample.shape, sample.shape.counts)
      let arguments = [counts.a, counts.b].enumerated().map { number, count in
        fill(ContractionSpeed.type(count), .uniform(-1, 1), seed: UInt64(number))
      }
      let result = ContractionSpeed.type(counts.c)
      let search = ContinuousClock.now
      var choices = ContractionScheduler.ranked(shape, backend.target, count: comparesAll ? 6 : 1)
      let searched = ContinuousClock.now - search
      if comparesAll {
        choices += ContractionSpeed.others.compactMap { text -> ContractionScheduler.Choice? in
          guard let nest = try? ContractionSchedule.parse(text, for: shape, backend.target) else { return nil }
          return ContractionScheduler.Choice(nest: nest, estimate: ContractionEstimate(nest, backend.target))
        }
      }
      let kernels = try [ContractionSpeed.library(sample)] + choices.map { try ProductEmitter($0.nest, backend.target).kernel("product") }
      let timed = try kernels.map { try Timed($0, backend, arguments, result) }
      let seconds = try ContractionSpeed.times(timed)
      func speed(_ seconds: Double) -> String { NumberText.fixed(2 * shape.multiplyAdds / seconds * 1e-9, decimals: 1) }
      print("\(shape): OpenBLAS \(speed(seconds[0])), search \(searched)")
      for (number, choice) in choices.enumerated() {
        let own = seconds[number + 1]
        let ratio = NumberText.fixed(seconds[0] / own, decimals: 2)
        let model = NumberText.fixed(choice.estimate.cycles / (own * 1e9), decimals: 2)
        if asData {
          print(
            "DATA|\(shape.rows)|\(shape.columns)|\(shape.inner)|\(shape.products)|\(sample.transposesA)|\(sample.transposesB)|\(choice.nest.schedule)|\(own)|\(seconds[0])|\(choice.estimate.cycles)|\(choice.estimate.score)"
          )
        } else {
          print("    \(speed(own)), \(ratio), \(model)  \(choice)")
        }
        #expect(distance(try timed[number + 1].output.read(), try timed[0].output.read()) < 1e-4, "\(shape), \(choice)")
      }
    }
  }
}
