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

/// A step is brought into the memory that it may take by as little as is needed, or refused with what it needs.
@Suite struct MemoryBudgets {
  private static let target = Target(.avx2)

  private static func step(_ model: String, batch: Int) throws -> Graph {
    let model = try #require(BuiltInModels.all.first { $0.name == model })
    return try Compilation(model.make(), name: model.name, batch: batch).differentiated()
  }

  private static func fit(_ graph: Graph, _ byteCount: Int, _ target: Target = target) throws -> MemoryFit {
    try MemoryBudget(Compiler(), MemoryLimit(byteCount, target, workers: 2), samples: graph.batchSize).fit { _ in graph }
  }

  private static func use(_ graph: Graph, _ target: Target = target) throws -> MemoryUse {
    MemoryUse(try Compiler().program(Compiler().optimized(graph), for: target), workers: 2)
  }

  /// The plan of what is returned holds; a step that fits as it is stays what it is, to the byte.
  @Test func plansHold() throws {
    let graph = try MemoryBudgets.step("mobilenet-small", batch: 64)
    let whole = try MemoryBudgets.use(graph)
    let same = try MemoryBudgets.fit(graph, whole.total)
    #expect(same.repetitions.isEmpty && same.after == whole && same.before == whole)
    #expect(try same.graph == Compiler().optimized(graph))
    var last = 0
    for percent in [99, 90, 70, 55] {
      let allowed = whole.total / 100 * percent
      let fit = try MemoryBudgets.fit(graph, allowed)
      let program = try Compiler().program(fit.graph, for: MemoryBudgets.target)
      #expect(fit.after == MemoryUse(program, workers: 2) && fit.after.total <= allowed, "\(percent) %")
      #expect(program.memory.arenaByteCount < whole.shared)
      #expect(fit.before == whole && !fit.repetitions.isEmpty && fit.microBatches == 1)
      #expect(fit.repeatedOperations >= last, "\(percent) % costs less than more memory")
      last = fit.repeatedOperations
    }
  }

  /// A limit below the floor is refused with the floor, and the floor itself is accepted.
  @Test(arguments: [("mobilenet-small", Target(.avx2)), ("mobilenet-small", Target.cuda), ("mnist-cnn", Target(.sse2))])
  func floorIsExact(_ model: String, _ target: Target) throws {
    let graph = try MemoryBudgets.step(model, batch: 32)
    func refused(_ byteCount: Int) throws -> Int {
      let error = try #require(throws: MartletError.self) { try MemoryBudgets.fit(graph, byteCount, target) }
      #expect(error.number == LoweringErrorCode.memoryLimit.rawValue && error.kind == .usage)
      #expect(error.message.hasSuffix("and may take \(byteCount)"))
      return try #require(error.message.split(separator: " ").compactMap { Int($0) }.dropFirst().first)
    }
    let floor = try refused(1)
    #expect(try refused(floor - 1) == floor)
    let fit = try MemoryBudgets.fit(graph, floor, target)
    #expect(fit.after.total <= floor)
  }

  /// Micro-batches come first, the fewest that suffice; what the caller keeps beside them counts.
  @Test func microBatchesFirst() throws {
    func graph(_ samples: Int) throws -> Graph {
      let model = try #require(BuiltInModels.all.first { $0.name == "mobilenet-small" })
      let step = try Compilation(model.make(), name: "mobilenet-small", batch: samples)
      return samples == 64 ? try step.differentiated() : try step.compiler.gradients(step.traced)
    }
    func fit(_ byteCount: Int, _ counts: [Int], beside: Int) throws -> MemoryFit {
      try MemoryBudget(
        Compiler(), MemoryLimit(byteCount, MemoryBudgets.target, workers: 2), samples: 64, microBatches: counts,
        beside: { $0 == 1 ? 0 : beside }
      ).fit(graph)
    }
    let whole = try MemoryBudgets.use(graph(64)).total
    let (half, quarter) = (try MemoryBudgets.use(graph(32)).total, try MemoryBudgets.use(graph(16)).total)
    try #require(quarter + 1000 < half && half < whole)
    let counts = MemoryBudget.doublings(samples: 64)
    #expect(counts == [1, 2, 4, 8, 16, 32, 64])
    #expect(try fit(whole, counts, beside: 0).microBatches == 1)
    let two = try fit(half, counts, beside: 0)
    #expect(two.microBatches == 2 && two.repetitions.isEmpty && two.after.total == half && two.before.total == whole)
    #expect(try fit(half, counts, beside: 1).microBatches == 4)
    #expect(try fit(quarter + 1000, counts, beside: 1000).after.beside == 1000)
    // Where four do not suffice, and more are not allowed, values are computed twice as well.
    let both = try fit(quarter - 1000, [1, 2, 4], beside: 0)
    #expect(both.microBatches == 4 && !both.repetitions.isEmpty && both.after.total <= quarter - 1000)
  }

  @Test(arguments: [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])])
  func doublings(_ samples: Int, _ counts: [Int]) { #expect(MemoryBudget.doublings(samples: samples) == counts) }

  /// The table names each value as the text of the optimized graph does, with bytes that are its own.
  @Test func tableIsOfTheGraph() throws {
    let graph = try MemoryBudgets.step("mobilenet-small", batch: 64)
    let optimized = try Compiler().optimized(graph)
    let fit = try MemoryBudgets.fit(graph, try MemoryBudgets.use(graph).total / 10 * 8)
    let names = optimized.printedNames
    for repetition in fit.repetitions {
      let bytes = try repetition.names.map { name in
        optimized.type(of: Value(id: try #require(names.firstIndex(of: name)))).byteCount
      }
      #expect(bytes.reduce(0, +) == repetition.byteCount && repetition.layer != nil)
      #expect(fit.text.contains("%\(repetition.names[0])  "))
    }
    #expect(fit.text.hasPrefix("memory: \(fit.summary)\n"))
  }
}
