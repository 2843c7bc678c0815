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

/// What is computed twice has the bits that it had when it was kept, and the plan of the memory is smaller.
@Suite struct Recomputations {
  static let devices = HostProcessor.runnableTargets.compactMap(\.instructionSet)

  private static func step(_ model: String, batch: Int) throws -> Graph {
    let model = try #require(BuiltInModels.all.first { $0.name == model })
    return try Compilation(model.make(), name: model.name, batch: batch).optimized()
  }

  private static func arguments(_ graph: Graph, seed: UInt64) -> [HostTensor] {
    let limits = (try? graph.inputIndexLimits()) ?? []
    return graph.parameters.enumerated().map { index, parameter in
      let numbers: OperationSample.Fill =
        switch parameter.type.dtype {
        case .i32: .integers(0, min(limits[index] ?? 100, 100))
        case .u8: .integers(0, 256)
        default: parameter.name.hasSuffix("_sq") || parameter.name.hasSuffix("_var") ? .uniform(0.5, 1) : .uniform(-0.1, 0.1)
        }
      return fill(parameter.type, numbers, seed: seed * 1000 + UInt64(index))
    }
  }

  /// The nodes that a plan which knows nothing of the lowering computes twice for the lowest peak.
  private static func nodes(_ graph: Graph) throws -> Set<Int> {
    let program = try Lowering.lower(graph.numbered, for: Target(.avx2))
    return try #require(try RecomputationPlan(graph, MemoryTimeline(of: program)).extremes.first).nodes
  }

  // MARK: Bits

  /// Convolutions with batch normalisation and with dropout, attention, and a loop beside layers that are no loops; on every instruction set.
  @Test(arguments: ["resnet8", "keras-cnn", "gpt-small", "vit-small", "char-lstm", "mobilenet-small", "unet-small"], devices)
  func sameBits(_ model: String, _ instructionSet: InstructionSet) throws {
    let graph = try Recomputations.step(model, batch: 5)
    let nodes = Set(graph.nodes.indices.filter { !(graph.nodes[$0].operation is Scan) && $0 % 3 != 1 })
    let again = try graph.recomputing(nodes)
    #expect(again.nodes.contains { $0.operation is After })
    let device = CompilingDevice(try CPUBackend(threads: 2, instructionSet: instructionSet))
    let arguments = Recomputations.arguments(graph, seed: 1)
    let (expected, found) = (try device.run(graph, arguments), try device.run(again, arguments))
    for (position, result) in graph.results.enumerated() {
      // Not as operands of the expectation: it would print all numbers.
      let (isEqual, isFinite) = (found[position] == expected[position], expected[position].isFinite)
      #expect(isEqual, "\(result.name) is \(distance(found[position], expected[position])) away")
      #expect(isFinite, "\(result.name) tells nothing")
    }
  }

  /// Random subsets of the nodes of random graphs: the reference and the processor compute what they compute without.
  @Test(arguments: RandomGraphs.Family.allCases) func randomGraphs(_ family: RandomGraphs.Family) throws {
    let devices = try Recomputations.devices.map { CompilingDevice(try CPUBackend(threads: 2, instructionSet: $0)) }
    var repeated = 0
    for seed in 0..<max(family.count(of: RandomGraphs.count) / 10, 10) {
      let forward = try RandomGraphs.graph(seed, family)
      let graph = try Pipeline([.differentiate] + Pipeline.optimization(fuses: seed % 4 > 0)).run(forward)
      var generator = PyTorchGenerator(seed: seed + 7)
      let nodes = Set(graph.nodes.indices.filter { !(graph.nodes[$0].operation is Scan) && generator.below(3) > 0 })
      let again = try graph.recomputing(nodes)
      try VerifyInstrument().ran(.recompute(byteCount: 0), before: graph, after: again, log: RewriteLog())
      try RoundTripInstrument().ran(.recompute(byteCount: 0), before: graph, after: again, log: RewriteLog())
      if again.nodes.contains(where: { $0.operation is After }) { repeated += 1 }
      let arguments = graph.parameters.enumerated().map { index, parameter in
        fill(
          parameter.type, parameter.type.dtype == .i32 ? .integers(-9, 9) : .uniform(-1, 1), seed: seed * 10 + UInt64(index))
      }
      let isMeant = try again.evaluate(arguments) == graph.evaluate(arguments)
      #expect(isMeant, "\(family) \(seed)")
      let device = devices[Int(seed) % devices.count]
      let options = Lowering.Options(isDepthFirst: seed % 3 > 0)
      let (found, expected) = (try device.run(again, arguments, options), try device.run(graph, arguments, options))
      for (position, result) in graph.results.enumerated() where found[position] != expected[position] {
        Issue.record("\(family) \(seed): \(result.name) is \(distance(found[position], expected[position])) away")
      }
    }
    #expect(repeated >= 5, "\(repeated) graphs compute anything twice")
  }

  /// On a GPU the order of launches is another one; what is computed twice may be inlined into another reader there, and then differs by rounding.
  @Test func onTheGPU() throws {
    try onTestGPU { device in
      var repeated = 0
      for seed in stride(from: UInt64(0), to: 200, by: 5) {
        let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(RandomGraphs.graph(seed + 4))
        let again = try graph.recomputing(Set(graph.nodes.indices.filter { !(graph.nodes[$0].operation is Scan) }))
        guard again.nodes.contains(where: { $0.operation is After }) else { continue }
        repeated += 1
        let arguments = graph.parameters.enumerated().map { index, parameter in
          fill(parameter.type, parameter.type.dtype == .i32 ? .integers(-9, 9) : .uniform(-1, 1), seed: seed * 10 + UInt64(index))
        }
        // Rounding moves some results of random graphs far, those behind a comparison for example: with nothing computed twice as well.
        let (plain, expected) = (try device.run(graph, arguments), try graph.evaluate(arguments))
        for (position, found) in try device.run(again, arguments).enumerated() {
          let usual = distance(plain[position], expected[position])
          let isClose = min(distance(found, expected[position]), distance(found, plain[position])) <= max(1e-3, 2 * usual)
          #expect(isClose, "\(seed + 4) is \(distance(found, expected[position])) away, with nothing computed twice \(usual)")
        }
      }
      #expect(repeated >= 5, "\(repeated) graphs compute anything twice")
    }
  }

  /// Dropout computes its mask again from the key and the position: the backward part reads no stored mask.
  @Test func masksAreDrawnAgain() throws {
    let graph = try Recomputations.step("keras-cnn", batch: 4)
    let masks = Set(
      graph.nodes.indices.filter { index in
        let inner = (graph.nodes[index].operation as? Fusion)?.region.nodes ?? [graph.nodes[index]]
        return inner.contains { $0.operation is RandomUniform }
      })
    try #require(!masks.isEmpty)
    func draws(_ graph: Graph) -> Int {
      graph.nodes.reduce(0) { count, node in
        count + ((node.operation as? Fusion)?.region.nodes ?? [node]).count { $0.operation is RandomUniform }
      }
    }
    let again = try graph.recomputing(masks)
    #expect(draws(again) > draws(graph))
    let arguments = Recomputations.arguments(graph, seed: 3)
    let isEqual = try again.evaluate(arguments) == graph.evaluate(arguments)
    #expect(isEqual)
  }

  /// Loops and the new values of running statistics are there once.
  @Test(arguments: ["char-lstm", "mobilenet-small"]) func loopsAndStatesOnce(_ model: String) throws {
    let graph = try Recomputations.step(model, batch: 4)
    let again = try graph.recomputing(try Recomputations.nodes(graph))
    #expect(again.nodes.count { $0.operation is Scan } == graph.nodes.count { $0.operation is Scan })
    let states = Set(graph.parameters.filter { $0.role == .state }.map(\.name))
    for result in graph.results where states.contains(result.name) {
      let operation = try #require(graph.producer(of: result.value)).operation
      let value = try #require(again.result(named: result.name))
      #expect(try #require(again.producer(of: value)).operation.isEqual(to: operation))
    }
  }

  // MARK: Memory

  /// The plan of the lowered program, not an estimate, is smaller: on a processor and where everything runs over whole tensors, as on a GPU.
  @Test(arguments: [("resnet18", 0.75), ("mobilenet-small", 0.6)]) func planFalls(_ model: String, share: Double) throws {
    let graph = try Recomputations.step(model, batch: 64)
    let again = try graph.recomputing(try Recomputations.nodes(graph))
    let before = try Lowering.lower(graph, for: Target(.avx2))
    let after = try Lowering.lower(again, for: Target(.avx2))
    #expect(Double(after.memory.arenaByteCount) < share * Double(before.memory.arenaByteCount))
    let gpu = try RecomputationPlan(graph, MemoryTimeline(of: Lowering.lower(graph.numbered, for: .cuda)))
    let least = try #require(gpu.extremes.first)
    let (whole, less) = (
      try Lowering.lower(graph, for: .cuda), try Lowering.lower(graph.recomputing(least.nodes), for: .cuda)
    )
    #expect(Double(less.memory.arenaByteCount) < 0.7 * Double(whole.memory.arenaByteCount))
  }

  /// A chain of n layers over whole tensors needs about the square root of n of them at once; without `after` the schedule would undo it.
  @Test func deepChainsNeedTheSquareRoot() throws {
    func chain(_ depth: Int) throws -> Graph {
      let builder = GraphBuilder(name: "chain")
      var value = try builder.parameter("x", .input, TensorType(.f32, [64, 64]))
      for layer in 0..<depth {
        let weight = try builder.parameter("w\(layer)", .parameter, TensorType(.f32, [64, 64]))
        value = try builder.hyperbolicTangent(builder.matrixMultiply(weight, value))
      }
      builder.result("loss", try builder.reduceSum(value, axes: [0, 1]))
      return try Pipeline([.differentiate] + Pipeline.optimization()).run(builder.finish())
    }
    func bytes(_ graph: Graph) throws -> Int { try Lowering.lower(graph.numbered, for: .cuda).memory.arenaByteCount }
    let graph = try chain(100)
    let plan = try RecomputationPlan(graph, MemoryTimeline(of: Lowering.lower(graph.numbered, for: .cuda)))
    let choice = try #require(plan.extremes.first)
    let value = 64 * 64 * 4
    #expect(try bytes(graph) >= 100 * value)
    let least = try bytes(graph.recomputing(choice.nodes))
    #expect(least <= 30 * value, "\(least / value) of 100 values")
    // Everything is computed twice at most.
    #expect(choice.operations <= graph.floatingPointOperations / 2)
    // Half of the memory costs less than that.
    let half = plan.choice(within: plan.peak / 2)
    #expect(half.peak <= plan.peak / 2 && half.operations < choice.operations)
    // Without the order of `after` the schedule undoes it.
    let unordered = try graph.recomputing(choice.nodes)
    let free = try unordered.rebuilt { _, index, operands in unordered.nodes[index].operation is After ? [operands[0]] : nil }
    #expect(try bytes(free) > 60 * value)
  }
}
