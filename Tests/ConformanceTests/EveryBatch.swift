import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import MartletCompiler
import Testing

/// Every layer, loss and built-in model at batches around multiples of 16, on every instruction set that the machine runs, fused and not, in f32
/// and f64: loss, logits, gradients and running statistics are PyTorch's, and have the same bits on one, two and three threads.
///
/// By default rows of a covering array: every two of a case, a batch, an instruction set, fusion and a precision meet.
/// `MARTLET_EVERY_BATCH=all` asks for all combinations, `MARTLET_EVERY_BATCH=conv,resnet18` for all of these cases and
/// no others.
@Suite struct EveryBatch {
  /// What a case is run with.
  struct Circumstances: CustomStringConvertible {
    var batch: Int
    var instructionSet: InstructionSet
    var fuses: Bool
    var isDouble: Bool

    var description: String {
      "batch \(batch), \(instructionSet.rawValue), \(fuses ? "fused" : "not fused"), \(isDouble ? "f64" : "f32")"
    }
  }

  private static let instructionSets = HostProcessor.runnableTargets.compactMap(\.instructionSet)
  private static let requested = FileBytes.environment("MARTLET_EVERY_BATCH")?.split(separator: ",").map(String.init)

  private static let counts = [BatchCase.all.count, BatchFixtures.batches.count, instructionSets.count, 2, 2]
  private static let covering = CoveringArray.pairs(counts)

  /// The rows of a case: of the covering array, or all; none of a case that others were asked for in place of.
  private static func rows(_ number: Int) -> [Circumstances] {
    if let requested, requested != ["all"], !requested.contains(BatchCase.all[number].name) { return [] }
    let choices = requested == nil ? covering.filter { $0[0] == number }.map { Array($0[1...]) } : product(Array(counts[1...]))
    return choices.map {
      Circumstances(
        batch: BatchFixtures.batches[$0[0]], instructionSet: instructionSets[$0[1]], fuses: $0[2] == 0, isDouble: $0[3] == 1)
    }
  }

  /// All choices, those of the last factor fastest.
  private static func product(_ counts: [Int]) -> [[Int]] {
    counts.reduce([[]]) { rows, count in rows.flatMap { row in (0..<count).map { row + [$0] } } }
  }

  private static func tolerance(_ testCase: BatchCase, _ result: String, isDouble: Bool) -> Double {
    guard isDouble else { return testCase.singlePrecisionTolerance }
    // A constant of a traced graph is rounded to f32; the factor that makes the variance unbiased is no short decimal number.
    return result.hasSuffix(".running_var") ? 1e-7 : 1e-11
  }

  // The longest ones begin first.
  @Test(arguments: BatchCase.all.map(\.name).reversed()) func isPyTorchs(_ name: String) throws {
    let number = try #require(BatchCase.all.firstIndex { $0.name == name })
    let testCase = BatchCase.all[number]
    let (exact, smooth) = (
      try BatchFixtures(name, isSmooth: false), try testCase.isSmoothInSinglePrecision ? BatchFixtures(name, isSmooth: true) : nil
    )
    let backends = try BackendsOfThreads()
    for row in EveryBatch.rows(number) where row.batch >= testCase.leastBatch {
      let fixtures = row.isDouble ? exact : smooth ?? exact
      let graph = try EveryBatch.graph(testCase, row)
      let results = try backends.run(graph, graph.parameters.map(fixtures.argument), row)
      #expect(fixtures.resultNames == Set(graph.results.map(\.name)), "\(name)")
      var differences: [String] = []
      for (result, tensor) in zip(graph.results, results[0]) {
        let distance = fixtures.distance(result.name, tensor, batch: row.batch)
        guard distance > EveryBatch.tolerance(testCase, result.name, isDouble: row.isDouble) else { continue }
        differences.append("\(result.name) is \(distance) away")
      }
      #expect(differences.isEmpty, "\(name), \(row): \(differences.joined(separator: ", "))")
      let agreeing = results.count { $0 == results[0] }
      #expect(agreeing == results.count, "\(name), \(row): only \(agreeing) of \(results.count) numbers of threads give the same bits")
    }
  }

  /// The differentiated graph in the precision of the row, before it is optimised.
  private static func graph(_ testCase: BatchCase, _ row: Circumstances) throws -> Graph {
    var graph = try Tracer.trace(testCase.model(), name: testCase.name, batch: row.batch, purpose: .training)
    if row.isDouble {
      graph = try graph.inDoublePrecision()
    } else if testCase.isSmoothInSinglePrecision {
      graph = try graph.withoutKinks()
    }
    return try Pipeline([.differentiate]).run(graph)
  }
}

/// Processors with one, two and three threads for each instruction set. A kernel is compiled once for all of them.
private final class BackendsOfThreads {
  private static let threads = [1, 2, 3]
  private let folder: Repository.TemporaryFolder
  private let cache: ObjectCache?
  private var backends: [InstructionSet: [CPUBackend]] = [:]

  init() throws {
    folder = try Repository.TemporaryFolder()
    cache = ObjectCache(folder: folder.path + "/objects")
  }

  private func backends(_ instructionSet: InstructionSet) throws -> [CPUBackend] {
    if let known = backends[instructionSet] { return known }
    let made = try BackendsOfThreads.threads.map { try CPUBackend(threads: $0, instructionSet: instructionSet, cache: cache) }
    backends[instructionSet] = made
    return made
  }

  /// The results for each number of threads.
  func run(_ graph: Graph, _ arguments: [HostTensor], _ row: EveryBatch.Circumstances) throws -> [[HostTensor]] {
    let own = try backends(row.instructionSet)
    let optimized = try Pipeline(Pipeline.optimization(fuses: row.fuses)).run(graph)
    let program = try Lowering.lower(optimized, for: own[0].target, Lowering.Options(isDepthFirst: row.fuses))
    return try own.map { try LoweredDevice($0, program).run(optimized, arguments) }
  }
}

/// Runs a graph that was lowered before.
private final class LoweredDevice: ExecutionDevice {
  private let backend: CPUBackend
  private let program: Program

  init(_ backend: CPUBackend, _ program: Program) {
    self.backend = backend
    self.program = program
  }

  let name = "cpu"
  let isRemote = false
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try backend.makeBuffer(type) }
  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable { try backend.load(program) }
}
