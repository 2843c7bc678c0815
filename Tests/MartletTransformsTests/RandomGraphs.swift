import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletTransforms
import TestSupport
import Testing

/// Random graphs, some in f64, through random subsets of the passes in random orders, on the CPU, whose instruction sets take turns: always
/// what `evaluate` says. A graph that fails is made smaller and kept as a `.gir` file. `MARTLET_RANDOM_GRAPHS=100000` asks for other numbers of graphs, `MARTLET_RANDOM_SEED` for others.
@Suite struct RandomGraphs {
  static let count = UInt64(FileBytes.environment("MARTLET_RANDOM_GRAPHS") ?? "") ?? 2000
  static let firstSeed = UInt64(FileBytes.environment("MARTLET_RANDOM_SEED") ?? "") ?? 0

  /// Every fourth graph is in double precision.
  static func dtype(_ seed: UInt64) -> DType { seed % 4 == 3 ? .f64 : .f32 }

  /// The graph of a seed. Inputs that are divided into samples say so.
  static func graph(_ seed: UInt64) throws -> Graph {
    var generator = PyTorchGenerator(seed: seed + 991)
    let graph =
      switch seed % 5 {
      case 0: try makeValues(seed)
      case 1, 2: try makeBatch(seed)
      case 3: try makeTensors(seed)
      default: try makeNetwork(seed)
      }
    return try withRandomParameters(graph, &generator)
  }

  /// Parameters in a random order, some of them in another role.
  private static func withRandomParameters(_ graph: Graph, _ generator: inout PyTorchGenerator) throws -> Graph {
    var order = Array(graph.parameters.indices)
    for position in order.indices.reversed() where position > 0 { order.swapAt(position, generator.below(position + 1)) }
    let builder = GraphBuilder(name: graph.name)
    var mapped = [Value?](repeating: nil, count: graph.parameters.count)
    for index in order {
      var parameter = graph.parameters[index]
      if parameter.batchAxis == nil, generator.below(6) == 0 { parameter.role = [.input, .state, .parameter][generator.below(3)] }
      mapped[index] = try builder.parameter(parameter)
    }
    for node in graph.nodes { mapped += try builder.add(node.operation, node.operands.compactMap { mapped[$0.id] }).map { $0 } }
    for result in graph.results { if let value = mapped[result.value.id] { builder.result(result.name, value) } }
    return try builder.finish()
  }

  /// The graph without what it says of its batch: lowering guesses.
  static func undeclared(_ graph: Graph) -> Graph {
    let parameters = graph.parameters.map { Graph.Parameter($0.name, $0.role, $0.type) }
    return Graph(name: graph.name, parameters: parameters, nodes: graph.nodes, results: graph.results)
  }

  /// A number of samples: few, or around the sizes at which shards and tiles change.
  static func samples(_ generator: inout PyTorchGenerator) -> Int {
    let edges = [7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 100, 127, 128, 129, 130]
    return generator.below(2) == 0 ? 1 + generator.below(6) : edges[generator.below(edges.count)]
  }

  private static let cleaning: [Pass] = [.simplify, .foldConstants, .eliminateCommonSubexpressions, .eliminateDeadCode]
  private static let fusing: [Pass] = [.exchangeReluAndPool, .fusePooling, .fuseGradients, .fuseLoss, .fuse]

  /// A subset in some order: cleaning before, between and after what fuses.
  private static func passes(_ seed: UInt64) -> [Pass] {
    var generator = PyTorchGenerator(seed: seed + 77)
    let choices = generator.below(3) == 0 ? cleaning : cleaning + fusing
    return (0..<generator.below(9)).map { _ in choices[generator.below(choices.count)] }
  }

  /// What is wrong with the graph's gradients on some path; nil when all agree. Counts results that agree only as far as rounding allows.
  private static func failure(_ forward: Graph, _ seed: UInt64, _ cpu: any ExecutionDevice, _ excused: inout UInt64) throws -> String? {
    let tolerance = dtype(seed) == .f64 ? 1e-11 : 1e-4
    let graph = try Pipeline([.differentiate]).run(forward)
    let passes = passes(seed)
    let arguments = graph.parameters.enumerated().map { index, parameter in
      fill(parameter.type, parameter.type.dtype == .i32 ? .integers(-9, 9) : .uniform(-1, 1), seed: seed * 10 + UInt64(index))
    }
    let expected = try graph.evaluate(arguments)
    let names = passes.map(\.name).joined(separator: ",")
    do {
      let instruments: [any Instrument] = [VerifyInstrument(), RoundTripInstrument()]
      let optimized = try Pipeline(passes, instruments: instruments).run(graph)
      let options = GraphLowering.Options(isDepthFirst: seed % 3 > 0)
      var results = [("evaluate", try optimized.evaluate(arguments)), (cpu.name, try cpu.run(optimized, arguments, options))]
      // Without the declared batch lowering guesses which inputs are samples.
      if graph.parameters.contains(where: { $0.batchAxis != nil }) {
        results.append(("\(cpu.name), batch guessed", try cpu.run(undeclared(optimized), arguments, options)))
      }
      var excusedResults: Set<Int> = []
      defer { excused += UInt64(excusedResults.count) }
      for (device, found) in results {
        for (position, result) in graph.results.enumerated() where !(distance(found[position], expected[position]) <= tolerance) {
          let (a, b) = (found[position], expected[position])
          let rounding = try RandomGraphs.rounding(graph, arguments)[position]
          // Where everything cancels nothing but the rounding of operands of about 1 is left. A NaN is no rounding: it is below nothing.
          let allowed = 32 * max(rounding, a.dtype == .f64 ? 0x1p-52 : 0x1p-23)
          if allowed.isFinite, zip(a.numbers, b.numbers).allSatisfy({ abs($0 - $1) <= allowed }) {
            excusedResults.insert(position)
            continue
          }
          return "seed \(seed), \(device), \(result.name) is \(distance(a, b)) away after \(names)"
        }
      }
    } catch let error as MartletError {
      return "seed \(seed): \(error) after \(names)"
    }
    return nil
  }

  /// How far rounding takes each result of `evaluate`: where terms cancel, a relative distance says nothing. The other precision tells.
  private static func rounding(_ graph: Graph, _ arguments: [HostTensor]) throws -> [Double] {
    let isDouble = graph.parameters.contains { $0.type.dtype == .f64 }
    let (own, other) = isDouble ? ("f64", "f32") : ("f32", "f64")
    let twin = try GraphParser.parse(graph.description.replacing(own, with: other), file: "twin")
    let converted = zip(twin.parameters, arguments).map { HostTensor($0.type, numbers: $1.numbers) }
    return try zip(graph.evaluate(arguments), twin.evaluate(converted)).map { a, b in
      let largest = zip(a.numbers, b.numbers).reduce(0) { max($0, abs($1.0 - $1.1)) }
      return isDouble ? largest * 0x1p-29 : largest
    }
  }

  @Test func agreeOnEveryPath() throws {
    let devices = try HostProcessor.runnableTargets.map { CompilingDevice(try CPUBackend(threads: 2, instructionSet: $0.instructionSet)) }
    var excused: UInt64 = 0
    for seed in RandomGraphs.firstSeed..<RandomGraphs.firstSeed + RandomGraphs.count {
      let forward = try RandomGraphs.graph(seed)
      let cpu = devices[Int(seed % UInt64(devices.count))]
      guard let failure = try RandomGraphs.failure(forward, seed, cpu, &excused) else { continue }
      var ignored: UInt64 = 0
      let smallest = GraphShrinker.shrunk(forward) { try RandomGraphs.failure($0, seed, cpu, &ignored) != nil }
      let reason = (try? RandomGraphs.failure(smallest, seed, cpu, &ignored)) ?? failure
      let folder = Repository.path(".build/failures")
      try FileBytes.makeFolder(folder)
      let path = "\(folder)/random-\(seed).gir"
      try FileBytes.write(Array("// \(reason.replacing("\n", with: "\n// "))\n\(smallest)".utf8), to: path)
      Issue.record("\(failure)\nThe smallest graph is in \(path): \(reason)\n\(smallest)")
    }
    // Few results cancel; more would hide something.
    #expect(excused <= 5 + RandomGraphs.count / 50, "\(excused) results agree only as far as rounding allows")
  }

  /// A tenth of them on the emulated GPU, with their gradients, after random subsets of the passes.
  @Test func agreeOnTheGPU() throws {
    let count = RandomGraphs.count / 10
    // What is compiled together is held together.
    let together: UInt64 = 200
    var excused: UInt64 = 0
    for first in stride(from: RandomGraphs.firstSeed, to: RandomGraphs.firstSeed + count, by: Int(together)) {
      var ofThese: UInt64 = 0
      try onTestGPU { device in
        // Of the run that counts: the first one interprets.
        ofThese = 0
        for seed in first..<min(first + together, RandomGraphs.firstSeed + count) {
          let forward = try RandomGraphs.graph(seed)
          if let failure = try RandomGraphs.failure(forward, seed, device, &ofThese) { Issue.record("\(failure)\n\(forward)") }
        }
      }
      excused += ofThese
    }
    // 123 of 5,000 graphs: sums in another order leave residues where the interpreter's cancel exactly.
    #expect(excused <= 5 + count * 3 / 100, "\(excused) results agree only as far as rounding allows")
  }

  /// The graphs are what they are meant to be: many divide their batch into several shards, and samples read finished sums of all shards.
  @Test func batchesAreDivided() throws {
    var (divided, rereading) = (0, 0)
    for seed in 0..<UInt64(200) where [1, 2].contains(seed % 5) {
      let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(RandomGraphs.graph(seed))
      let program = try GraphLowering.lower(graph, for: Target(.avx2))
      let regions = program.launches.compactMap { if case .region(let region) = $0, region.shards > 1 { region } else { nil } }
      if !regions.isEmpty { divided += 1 }
      let reads = regions.flatMap(\.calls).contains { call in
        zip(program.kernels[call.kernel].parameters, call.storages).contains { parameter, storage in
          guard case .temporary(let index) = storage else { return false }
          return parameter.space == .global && program.temporaries[index].space == .shard
        }
      }
      if reads { rereading += 1 }
    }
    #expect(divided >= 20 && rereading >= 10, "\(divided) graphs in shards, \(rereading) read sums of all shards again")
  }

  /// A failure that is known: the shrinker finds the one node that makes it, with nothing before it.
  @Test(arguments: [3, 19, 51] as [UInt64]) func failuresShrink(_ seed: UInt64) throws {
    let graph = try Pipeline([.eliminateDeadCode]).run(RandomGraphs.makeValues(seed))
    for mnemonic in Set(graph.nodes.map(\.mnemonic)) {
      let smallest = GraphShrinker.shrunk(graph) { graph in graph.nodes.contains { $0.mnemonic == mnemonic } }
      #expect(smallest.nodes.map(\.mnemonic) == [mnemonic], "\(smallest)")
      #expect(smallest.results.count == 1)
    }
    // What never fails stays whole.
    #expect(GraphShrinker.shrunk(graph) { _ in false } == graph)
  }
}
