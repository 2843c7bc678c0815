import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms
import TestSupport
import Testing

/// Random chains of reshapes, transposes, broadcasts and reductions between pointwise operations, on tensors of up to four axes: what
/// lowering reads through, joins and splits must be the element that the reference reads.
@Suite struct RandomViews {
  static let count = 250

  /// A random way to write a number of elements as extents.
  private static func factors(_ count: Int, _ generator: inout PyTorchGenerator) -> [Int] {
    var (rest, extents) = (count, [Int]())
    while extents.count < 3, rest > 1 {
      let divisors = (1...rest).filter { rest % $0 == 0 }
      let factor = divisors[generator.below(divisors.count)]
      extents.append(factor)
      rest /= factor
    }
    return extents + [rest]
  }

  static func make(_ seed: UInt64) throws -> Graph {
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "views")
    let extents = (0..<4).map { _ in 1 + generator.below(6) }
    var value = try builder.parameter("x", .input, TensorType(.f32, Shape(extents)))
    let original = value
    for step in 0..<2 + generator.below(6) {
      let shape = builder.shape(of: value)
      let axes = Array(shape.extents.indices)
      switch generator.below(7) {
      case 0: value = try builder.reshape(value, Shape(factors(shape.elementCount, &generator)))
      case 1:
        var permutation = axes
        for position in axes.reversed() where position > 0 { permutation.swapAt(position, generator.below(position + 1)) }
        value = try builder.transpose(value, permutation)
      case 2 where shape.rank < 4:
        // A new axis anywhere.
        let place = generator.below(shape.rank + 1)
        var wider = shape.extents
        wider.insert(1 + generator.below(4), at: place)
        value = try builder.broadcast(value, Shape(wider), axes: axes.map { $0 < place ? $0 : $0 + 1 })
      case 3 where shape.rank > 1:
        let axis = generator.below(shape.rank)
        value = generator.below(2) == 0 ? try builder.reduceSum(value, axes: [axis]) : try builder.reduceMax(value, axes: [axis])
      case 4 where shape.rank > 0:
        // One number for each place along some axes, repeated along the others.
        let kept = axes.filter { _ in generator.below(2) == 0 }
        let small = try builder.parameter("b\(step)", .input, TensorType(.f32, Shape(kept.map { shape[$0] })))
        value = try builder.add(value, builder.broadcast(small, shape, axes: kept))
      case 5: value = try builder.multiply(value, value)
      default: value = try builder.hyperbolicTangent(value)
      }
      // The first tensor again, under whatever shape fits.
      if builder.shape(of: value).elementCount == builder.shape(of: original).elementCount, generator.below(3) == 0 {
        value = try builder.subtract(value, builder.reshape(original, builder.shape(of: value)))
      }
    }
    builder.result("y", value)
    return try builder.finish()
  }

  @Test func everyElementIsTheRightOne() throws {
    let cpu = CompilingDevice(try CPUBackend(threads: 2))
    for seed in 0..<UInt64(RandomViews.count) {
      let graph = try RandomViews.make(seed)
      let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: seed * 16 + UInt64($0.offset)) }
      let expected = try graph.evaluate(arguments)[0]
      for passes in [[], [.fuse], Pipeline.optimization()] {
        let optimized = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
        let found = try cpu.run(optimized, arguments)[0]
        #expect(distance(found, expected) <= 1e-5, "seed \(seed), passes \(passes.map(\.name)): \(optimized)")
      }
    }
  }
}
