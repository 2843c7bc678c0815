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

  /// Every seventh graph is in double precision.
  private static func dtype(_ seed: UInt64) -> DType { seed % 7 == 3 ? .f64 : .f32 }

  /// Convolutions, poolings, relus and a linear layer behind them, as small networks have.
  static func makeNetwork(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "network")
    let samples = 1 + generator.below(5)
    var value = try builder.parameter(
      "x", .input, TensorType(dtype, [samples, 1 + generator.below(3), 1 + generator.below(10), 1 + generator.below(10)]))
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    for _ in 0..<1 + generator.below(6) {
      let shape = builder.shape(of: value)
      let least = min(shape[2], shape[3])
      switch generator.below(6) {
      case 0, 1:
        let groups = shape[1] % 2 == 0 && generator.below(4) == 0 ? 2 : 1
        let channels = groups * (1 + generator.below(5))
        let geometry = ConvolutionGeometry(
          strides: [1 + generator.below(3), 1 + generator.below(2)], padding: (0..<4).map { _ in generator.below(3) },
          dilation: [1 + generator.below(2), 1 + generator.below(2)], groups: groups)
        let filter: Shape = [channels, shape[1] / groups, 1 + generator.below(4), 1 + generator.below(4)]
        guard (try? Convolution2D(geometry).resultTypes([builder.type(of: value), TensorType(dtype, filter)])) != nil else { continue }
        let convolved = try builder.convolution2D(value, weight(filter), geometry)
        let bias = try builder.broadcast(weight([channels]), builder.shape(of: convolved), axes: [1])
        value = try builder.add(convolved, bias)
      case 2: value = try builder.relu(value)
      case 3 where least >= 2: value = try builder.maxPool2D(value, PoolingGeometry(window: [2, 2], strides: [2, 2]))
      case 4 where least >= 2:
        value = try builder.averagePool2D(value, PoolingGeometry(window: [2, 2], strides: [1 + generator.below(2), 2]))
      default: value = try builder.hyperbolicTangent(value)
      }
    }
    let features = builder.shape(of: value).extents.dropFirst().reduce(1, *)
    let classes = 2 + generator.below(4)
    let flat = try builder.reshape(value, [samples, features])
    // Between -1 and 1, so that the loss does not vanish: what is left of large logits is rounding.
    let logits = try builder.hyperbolicTangent(builder.matrixMultiply(flat, weight([classes, features]), transposeRHS: true))
    let labels = (0..<samples).map { _ in Double(generator.below(classes)) }
    builder.result("loss", try builder.crossEntropy(logits, builder.add(Constant(labels, TensorType(.i32, [samples])))))
    builder.result("last", logits)
    return try builder.finish()
  }

  /// A graph of pointwise operations, views, reductions and products over values of a few shapes.
  static func make(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "random")
    let (n, c, k) = (1 + generator.below(4), 1 + generator.below(5), 1 + generator.below(9))
    var values = try [
      builder.parameter("x", .parameter, TensorType(dtype, [n, c])), builder.parameter("w", .parameter, TensorType(dtype, [k, c])),
      builder.parameter("b", .parameter, TensorType(dtype, [k])), builder.parameter("s", .input, TensorType(dtype, [])),
    ]
    func any() -> Value { values[generator.below(values.count)] }
    func same(as value: Value) -> Value {
      let fitting = values.filter { builder.type(of: $0) == builder.type(of: value) }
      return fitting[generator.below(fitting.count)]
    }
    for _ in 0..<1 + generator.below(30) {
      let a = any()
      let shape = builder.shape(of: a)
      switch generator.below(24) {
      case 0: values.append(try builder.add(a, same(as: a)))
      case 1: values.append(try builder.multiply(a, same(as: a)))
      case 2: values.append(try builder.subtract(a, same(as: a)))
      case 3: values.append(try builder.hyperbolicTangent(a))
      case 4: values.append(try builder.relu(a))
      case 5: values.append(try builder.sigmoid(a))
      case 6: values.append(try builder.multiply(a, builder.constant([1, 0.5, -2][generator.below(3)], like: a)))
      case 7: values.append(try builder.negate(a))
      case 8 where shape.rank == 2: values.append(try builder.transpose(a, [1, 0]))
      case 9 where shape.rank == 2: values.append(try builder.reduceMean(a, axes: [generator.below(2)]))
      case 10 where shape.rank == 1: values.append(try builder.broadcast(a, [3, shape[0]], axes: [1]))
      case 11 where shape.rank == 2:
        let other = values.filter { builder.shape(of: $0).rank == 2 && builder.shape(of: $0)[1] == shape[1] }
        values.append(try builder.matrixMultiply(a, other[generator.below(other.count)], transposeRHS: true))
      case 12: values.append(try builder.softplus(a))
      case 13: values.append(try builder.sigmoidLinearUnit(a))
      case 14: values.append(try builder.gaussianErrorLinearUnit(a, generator.below(2) == 0 ? .none : .tanh))
      case 15: values.append(try builder.minimum(a, same(as: a)))
      case 16: values.append(try builder.maximum(a, same(as: a)))
      case 17 where shape.rank > 0:
        func extents() -> [Int] { shape.extents.map { _ in generator.below(3) } }
        values.append(try builder.pad(a, low: extents(), high: extents(), value: 0.25))
      case 18 where shape.rank > 0:
        let starts = shape.extents.map { generator.below($0) }
        let limits = zip(starts, shape.extents).map { $0 + 1 + generator.below($1 - $0) }
        values.append(try builder.slice(a, starts: starts, limits: limits, strides: shape.extents.map { _ in 1 + generator.below(3) }))
      case 19 where shape.rank > 0: values.append(try builder.concatenate([a, same(as: a), a], axis: generator.below(shape.rank)))
      case 20 where shape.rank > 0:
        let axis = generator.below(shape.rank)
        let indices = (0..<3).map { _ in Double(generator.below(shape[axis])) }
        values.append(try builder.gather(a, builder.add(Constant(indices, TensorType(.i32, [3]))), axis: axis))
      case 21 where shape.rank > 0: values.append(try builder.reduceMin(a, axes: [generator.below(shape.rank)]))
      case 22 where shape.rank > 0:
        // Where the maximum is, as a mask of the largest.
        let largest = try builder.convert(
          builder.oneHot(builder.argumentOfMaximum(a, axis: shape.rank - 1), classes: shape[shape.rank - 1]), to: dtype)
        values.append(try builder.multiply(a, largest))
      default: values.append(try builder.reshape(a, [shape.elementCount]))
      }
    }
    let last = values[values.count - 1]
    let all = Array(builder.shape(of: last).extents.indices)
    builder.result("loss", all.isEmpty ? last : try builder.reduceMean(last, axes: all))
    builder.result("last", last)
    return try builder.finish()
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
  private static func failure(_ forward: Graph, _ seed: UInt64, _ cpu: any Device, _ excused: inout UInt64) throws -> String? {
    let tolerance = dtype(seed) == .f64 ? 1e-11 : 1e-4
    let graph = try Pipeline([.differentiate]).run(forward)
    let passes = passes(seed)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: seed * 10 + UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    let names = passes.map(\.name).joined(separator: ",")
    do {
      let instruments: [any Instrument] = [VerifyInstrument(), RoundTripInstrument()]
      let optimized = try Pipeline(passes, instruments: instruments).run(graph)
      for (device, found) in [("evaluate", try optimized.evaluate(arguments)), (cpu.name, try cpu.run(optimized, arguments))] {
        for (position, result) in graph.results.enumerated() where !(distance(found[position], expected[position]) <= tolerance) {
          let (a, b) = (found[position], expected[position])
          let rounding = try RandomGraphs.rounding(graph, arguments)[position]
          // Where everything cancels nothing but the rounding of operands of about 1 is left. A NaN is no rounding: it is below nothing.
          let allowed = 32 * max(rounding, a.dtype == .f64 ? 0x1p-52 : 0x1p-23)
          if allowed.isFinite, zip(a.numbers, b.numbers).allSatisfy({ abs($0 - $1) <= allowed }) {
            excused += 1
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
      let forward = try seed % 5 == 4 ? RandomGraphs.makeNetwork(seed) : RandomGraphs.make(seed)
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
    // Few graphs cancel; more would hide something.
    #expect(excused <= 5 + RandomGraphs.count / 50, "\(excused) results agree only as far as rounding allows")
  }

  /// A few of them on the emulated GPU, with their gradients, after random subsets of the passes.
  @Test func agreeOnTheGPU() throws {
    var excused: UInt64 = 0
    try onTestGPU { device in
      // Of the run that counts: the first one interprets.
      excused = 0
      for seed in RandomGraphs.firstSeed..<RandomGraphs.firstSeed + RandomGraphs.count / 20 {
        let forward = try seed % 5 == 4 ? RandomGraphs.makeNetwork(seed) : RandomGraphs.make(seed)
        if let failure = try RandomGraphs.failure(forward, seed, device, &excused) { Issue.record("\(failure)\n\(forward)") }
      }
    }
    #expect(excused <= 5 + RandomGraphs.count / 20 / 50, "\(excused) results agree only as far as rounding allows")
  }

  /// A failure that is known: the shrinker finds the one node that makes it, with nothing before it.
  @Test(arguments: [3, 19, 51] as [UInt64]) func failuresShrink(_ seed: UInt64) throws {
    let graph = try Pipeline([.eliminateDeadCode]).run(RandomGraphs.make(seed))
    for mnemonic in Set(graph.nodes.map(\.mnemonic)) {
      let smallest = GraphShrinker.shrunk(graph) { graph in graph.nodes.contains { $0.mnemonic == mnemonic } }
      #expect(smallest.nodes.map(\.mnemonic) == [mnemonic], "\(smallest)")
      #expect(smallest.results.count == 1)
    }
    // What never fails stays whole.
    #expect(GraphShrinker.shrunk(graph) { _ in false } == graph)
  }
}
