import MartletCPU
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms
import TestSupport
import Testing

/// Random graphs through random pass orders, fused and unfused, on the CPU: always what `evaluate` says.
@Suite struct RandomGraphs {
  static let count = 150

  /// A graph of pointwise operations, views, reductions and products over values of a few shapes.
  static func make(_ seed: UInt64) throws -> Graph {
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "random")
    let (n, c, k) = (1 + generator.below(4), 1 + generator.below(5), 1 + generator.below(9))
    var values = try [
      builder.parameter("x", .parameter, TensorType(.f32, [n, c])), builder.parameter("w", .parameter, TensorType(.f32, [k, c])),
      builder.parameter("b", .parameter, TensorType(.f32, [k])), builder.parameter("s", .input, TensorType(.f32, [])),
    ]
    func any() -> Value { values[generator.below(values.count)] }
    func same(as value: Value) -> Value {
      let fitting = values.filter { builder.type(of: $0) == builder.type(of: value) }
      return fitting[generator.below(fitting.count)]
    }
    for _ in 0..<3 + generator.below(14) {
      let a = any()
      let shape = builder.shape(of: a)
      switch generator.below(13) {
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
      default: values.append(try builder.reshape(a, [shape.elementCount]))
      }
    }
    let last = values[values.count - 1]
    let all = Array(builder.shape(of: last).extents.indices)
    builder.result("loss", all.isEmpty ? last : try builder.reduceMean(last, axes: all))
    builder.result("last", last)
    return try builder.finish()
  }

  @Test func agreeOnEveryPath() throws {
    let cpu = CompilingDevice(try CPUBackend(threads: 2))
    for seed in 0..<UInt64(RandomGraphs.count) {
      var generator = PyTorchGenerator(seed: seed + 77)
      let graph = try Pipeline([.differentiate]).run(RandomGraphs.make(seed))
      let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: seed * 10 + UInt64($0.offset)) }
      let expected = try graph.evaluate(arguments)
      let cleaning: [Pass] = [.simplify, .foldConstants, .eliminateCommonSubexpressions, .eliminateDeadCode]
      var passes = (0..<generator.below(7)).map { _ in cleaning[generator.below(cleaning.count)] }
      if generator.below(2) == 0 { passes.append(.fuse) }
      let instruments: [any Instrument] = [VerifyInstrument(), RoundTripInstrument()]
      let optimized = try Pipeline(passes, instruments: instruments).run(graph)
      for (device, found) in [("evaluate", try optimized.evaluate(arguments)), ("cpu", try cpu.run(optimized, arguments))] {
        for (result, (a, b)) in zip(graph.results, zip(found, expected)) {
          #expect(distance(a, b) <= 1e-4, "seed \(seed), \(device), \(result.name): \(passes.map(\.name))\n\(optimized)")
        }
      }
    }
  }
}
