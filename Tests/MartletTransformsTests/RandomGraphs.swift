import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Random graphs of several families, some in f64, through random subsets of the passes in random orders, on the CPU, whose instruction sets take turns: always
/// what `evaluate` says. A graph that fails is made smaller and kept as a `.gir` file. `MARTLET_RANDOM_GRAPHS=100000` asks for other numbers of graphs, `MARTLET_RANDOM_SEED` for others.
@Suite struct RandomGraphs {
  static let count = UInt64(FileBytes.environment("MARTLET_RANDOM_GRAPHS") ?? "") ?? 2000
  static let firstSeed = UInt64(FileBytes.environment("MARTLET_RANDOM_SEED") ?? "") ?? 0

  /// Every fourth graph is in double precision.
  static func dtype(_ seed: UInt64) -> DType { seed % 4 == 3 ? .f64 : .f32 }

  /// What a seed draws.
  enum Family: String, CaseIterable, Sendable {
    /// Values of a few shapes, batches, tensors of many axes and small networks, by the seed.
    case mixed
    case loops, heads, images, sequences

    /// How many of them are tried where `all` mixed ones are.
    func count(of all: UInt64) -> UInt64 { self == .mixed ? all : (all + 19) / 20 }
  }

  /// The graph of a seed. Inputs that are divided into samples say so.
  static func graph(_ seed: UInt64, _ family: Family = .mixed) throws -> Graph {
    var generator = PyTorchGenerator(seed: seed + 991)
    let graph =
      switch (family, seed % 5) {
      case (.loops, _): try makeLoops(seed)
      case (.heads, _): try makeHeads(seed)
      case (.images, _): try makeImages(seed)
      case (.sequences, _): try makeSequences(seed)
      case (.mixed, 0): try makeValues(seed)
      case (.mixed, 1), (.mixed, 2): try makeBatch(seed)
      case (.mixed, 3): try makeTensors(seed)
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

  /// A subset in some order: cleaning before, between and after what fuses. For half of the graphs with a family of their own what users get.
  private static func passes(_ seed: UInt64, _ family: Family) -> [Pass] {
    if family != .mixed, seed % 2 == 0 { return Pipeline.optimization() }
    var generator = PyTorchGenerator(seed: seed + 77)
    let choices = generator.below(3) == 0 ? cleaning : cleaning + fusing
    return (0..<generator.below(9)).map { _ in choices[generator.below(choices.count)] }
  }

  /// What is wrong with the graph's gradients on some path; nil when all agree. Counts results that agree only as far as rounding allows.
  private static func failure(
    _ forward: Graph, _ seed: UInt64, _ family: Family, _ cpu: any ExecutionDevice, _ excused: inout UInt64
  ) throws -> String? {
    let tolerance = dtype(seed) == .f64 ? 1e-11 : 1e-4
    let graph = try Pipeline([.differentiate]).run(forward)
    let passes = passes(seed, family)
    let arguments = graph.parameters.enumerated().map { index, parameter in
      fill(parameter.type, parameter.type.dtype == .i32 ? .integers(-9, 9) : .uniform(-1, 1), seed: seed * 10 + UInt64(index))
    }
    let expected = try graph.evaluate(arguments)
    let names = passes.map(\.name).joined(separator: ",")
    do {
      let instruments: [any Instrument] = [VerifyInstrument(), RoundTripInstrument()]
      let optimized = try Pipeline(passes, instruments: instruments).run(graph)
      let options = Lowering.Options(isDepthFirst: seed % 3 > 0)
      var results = [("evaluate", try optimized.evaluate(arguments)), (cpu.name, try cpu.run(optimized, arguments, options))]
      // Without the declared batch lowering guesses which inputs are samples.
      if graph.parameters.contains(where: { $0.batchAxis != nil }) {
        results.append(("\(cpu.name), batch guessed", try cpu.run(undeclared(optimized), arguments, options)))
      }
      if family != .mixed, seed % 4 == 1, !cpu.isRemote, graph.floatingPointOperations < mostInterpreted {
        let loops = CompilingDevice(LoopInterpreterBackend(Target(.avx2)))
        results.append((loops.name, try loops.run(optimized, arguments, options)))
      }
      if let difference = try differenceOfUnrolled(forward, arguments) { return "seed \(seed): \(difference)" }
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

  /// What the interpreter of kernels takes part in: it is slow.
  private static let mostInterpreted = 20_000

  /// How the gradients of loops differ from those of the same steps one after the other, in f64; nil without loops and where they are equal.
  private static func differenceOfUnrolled(_ forward: Graph, _ arguments: [HostTensor]) throws -> String? {
    guard forward.nodes.contains(where: { $0.operation is Scan }) else { return nil }
    let double = try forward.replacing(.f32, by: .f64)
    let numbers = zip(double.parameters, arguments).map { HostTensor($0.type, numbers: $1.numbers) }
    let (loops, flat) = (try Pipeline([.differentiate]).run(double), try Pipeline([.differentiate]).run(double.unrolled()))
    for (result, (a, b)) in zip(loops.results, zip(try loops.evaluate(numbers), try flat.evaluate(numbers))) {
      let largest = b.numbers.reduce(1e-6) { max($0, abs($1)) }
      guard a.type == b.type, zip(a.numbers, b.numbers).allSatisfy({ abs($0 - $1) <= 1e-9 * largest }) else {
        return "\(result.name) is \(distance(a, b)) away from the same steps one after the other"
      }
    }
    return nil
  }

  /// How far rounding takes each result of `evaluate`: where terms cancel, a relative distance says nothing. The other precision tells.
  private static func rounding(_ graph: Graph, _ arguments: [HostTensor]) throws -> [Double] {
    let isDouble = graph.parameters.contains { $0.type.dtype == .f64 }
    let twin = try isDouble ? graph.replacing(.f64, by: .f32) : graph.replacing(.f32, by: .f64)
    let converted = zip(twin.parameters, arguments).map { HostTensor($0.type, numbers: $1.numbers) }
    return try zip(graph.evaluate(arguments), twin.evaluate(converted)).map { a, b in
      let largest = zip(a.numbers, b.numbers).reduce(0) { max($0, abs($1.0 - $1.1)) }
      return isDouble ? largest * 0x1p-29 : largest
    }
  }

  @Test(arguments: Family.allCases) func agreeOnEveryPath(_ family: Family) throws {
    let devices = try HostProcessor.runnableTargets.map { CompilingDevice(try CPUBackend(threads: 2, instructionSet: $0.instructionSet)) }
    let count = family.count(of: RandomGraphs.count)
    var excused: UInt64 = 0
    for seed in RandomGraphs.firstSeed..<RandomGraphs.firstSeed + count {
      let forward = try RandomGraphs.graph(seed, family)
      let cpu = devices[Int(seed % UInt64(devices.count))]
      guard let failure = try RandomGraphs.failure(forward, seed, family, cpu, &excused) else { continue }
      var ignored: UInt64 = 0
      let smallest = GraphShrinker.shrunk(forward) { try RandomGraphs.failure($0, seed, family, cpu, &ignored) != nil }
      let reason = (try? RandomGraphs.failure(smallest, seed, family, cpu, &ignored)) ?? failure
      let folder = Repository.path(".build/failures")
      try FileBytes.makeFolder(folder)
      let path = "\(folder)/\(family == .mixed ? "random" : family.rawValue)-\(seed).gir"
      try FileBytes.write(Array("// \(reason.replacing("\n", with: "\n// "))\n\(smallest)".utf8), to: path)
      Issue.record("\(family), \(failure)\nThe smallest graph is in \(path): \(reason)\n\(smallest)")
    }
    // Few results cancel; more would hide something.
    #expect(excused <= 5 + count / 50, "\(excused) results agree only as far as rounding allows")
  }

  /// A tenth of them on the emulated GPU, with their gradients, after random subsets of the passes.
  @Test(arguments: Family.allCases) func agreeOnTheGPU(_ family: Family) throws {
    let count = family.count(of: RandomGraphs.count) / 10
    // What is compiled together is held together.
    let together: UInt64 = 200
    var excused: UInt64 = 0
    for first in stride(from: RandomGraphs.firstSeed, to: RandomGraphs.firstSeed + count, by: Int(together)) {
      var ofThese: UInt64 = 0
      try onTestGPU { device in
        // Of the run that counts: the first one interprets.
        ofThese = 0
        for seed in first..<min(first + together, RandomGraphs.firstSeed + count) {
          let forward = try RandomGraphs.graph(seed, family)
          if let failure = try RandomGraphs.failure(forward, seed, family, device, &ofThese) {
            Issue.record("\(family), \(failure)\n\(forward)")
          }
        }
      }
      excused += ofThese
    }
    // 123 of 5,000 graphs: sums in another order leave residues where the interpreter's cancel exactly.
    #expect(excused <= 5 + count * 3 / 100, "\(excused) results agree only as far as rounding allows")
  }

  /// Loops are what they are meant to be: of all lengths, nested, reversed, with gradients, and divided into shards.
  @Test func loopsAreOfAllKinds() throws {
    var kinds: [String: Int] = [:]
    func note(_ graph: Graph, isInner: Bool) {
      for node in graph.nodes {
        guard let scan = node.operation as? Scan else { continue }
        var found = ["\(scan.length) steps", scan.isReversed ? "reversed" : "forward", "\(scan.carriedCount) carried"]
        if isInner { found.append("nested") }
        found += Set(scan.region.parameters.prefix(scan.carriedCount).map { "carries \($0.type.dtype)" })
        for kind in found { kinds[kind, default: 0] += 1 }
        note(scan.region, isInner: true)
      }
    }
    for seed in 0..<UInt64(200) {
      let graph = try RandomGraphs.graph(seed, .loops)
      note(graph, isInner: false)
      let step = try Pipeline([.differentiate] + Pipeline.optimization()).run(graph)
      let loops = step.nodes.compactMap { $0.operation as? Scan }
      if loops.contains(where: { $0.name.hasSuffix("_backward") }) { kinds["backward", default: 0] += 1 }
      guard seed < 60 else { continue }
      let program = try Lowering.lower(step, for: Target(.avx2))
      let isDivided = program.launches.contains { if case .region(let region) = $0 { region.shards > 1 } else { false } }
      if isDivided { kinds["in shards", default: 0] += 1 }
    }
    for kind in [
      "0 steps", "1 steps", "2 steps", "5 steps", "9 steps", "reversed", "forward", "nested", "0 carried", "1 carried", "2 carried",
      "3 carried", "carries f32", "carries f64", "carries i32", "carries bool", "backward", "in shards",
    ] { #expect(kinds[kind, default: 0] >= 5, "\(kind): \(kinds[kind, default: 0])") }
  }

  /// The graphs are what they are meant to be: many divide their batch into several shards, and samples read finished sums of all shards.
  @Test func batchesAreDivided() throws {
    var (divided, rereading) = (0, 0)
    for seed in 0..<UInt64(200) where [1, 2].contains(seed % 5) {
      let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(RandomGraphs.graph(seed))
      let program = try Lowering.lower(graph, for: Target(.avx2))
      let regions = program.launches.compactMap { if case .region(let region) = $0, region.shards > 1 { region } else { nil } }
      if !regions.isEmpty { divided += 1 }
      let reads = regions.flatMap(\.calls).contains { call in
        zip(program.kernels[call.kernel].kernel.parameters, call.storages).contains { parameter, storage in
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

  /// The steps of loops shrink too: one loop is left, whose step has the node and at most what its operands are.
  @Test(arguments: [5, 7] as [UInt64]) func loopsShrink(_ seed: UInt64) throws {
    let graph = try Pipeline([.eliminateDeadCode]).run(RandomGraphs.graph(seed, .loops))
    func holds(_ graph: Graph, _ mnemonic: String) -> Bool {
      graph.nodes.contains { node in node.mnemonic == mnemonic || (node.region.map { holds($0, mnemonic) } ?? false) }
    }
    func isInLoop(_ graph: Graph, _ mnemonic: String) -> Bool {
      graph.nodes.contains { node in node.region.map { holds($0, mnemonic) } ?? false }
    }
    let mnemonics = ["add", "matmul", "tanh", "broadcast", "sigmoid"].filter { isInLoop(graph, $0) }
    try #require(mnemonics.count > 1)
    for mnemonic in mnemonics {
      let smallest = GraphShrinker.shrunk(graph) { isInLoop($0, mnemonic) }
      #expect(smallest.nodes.count == 1 && smallest.results.count == 1, "\(smallest)")
      let step = try #require(smallest.nodes.first?.region)
      #expect(step.nodes.filter { !($0.operation is Constant) }.count == 1, "\(mnemonic): \(smallest)")
    }
  }
}
