import MartletCore
import MartletGraph

extension RandomGraphs {
  /// Sequences `[N, T, F]`: attention to some positions only, sums of what came before, elements by index, tables, and counts in integers.
  static func makeSequences(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed + 70_000_027)
    let builder = GraphBuilder(name: "sequences")
    let (n, t, f) = (samples(&generator), 1 + generator.below(9), 1 + generator.below(6))
    let shape: Shape = [n, t, f]
    var values = [try builder.parameter("x", .input, TensorType(dtype, shape), batchAxis: 0)]
    // Classes of the positions, some of them below 0.
    let labels = try builder.parameter("labels", .input, TensorType(.i32, [n, t]), batchAxis: 0)
    var integers = [labels]
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    func number(_ value: Double, like other: Value) throws -> Value { try builder.constant(value, like: other) }
    func classes(_ count: Int) throws -> Value {
      let value = integers[generator.below(integers.count)]
      return try builder.remainder(value, number(Double(count), like: value))
    }
    for _ in 0..<1 + generator.below(8) {
      let x = values[generator.below(values.count)]
      let value: Value
      switch generator.below(18) {
      case 0: value = try attention(x, heads: f % 2 == 0 ? 2 : 1, generator.below(3), labels, weight([f, 3 * f]), builder)
      case 1:
        let (isReversed, isExclusive) = (generator.below(2) == 0, generator.below(2) == 0)
        value = try builder.hyperbolicTangent(
          builder.cumulativeSum(x, axis: generator.below(3), isReversed: isReversed, isExclusive: isExclusive))
      case 2:
        // Other positions of the same sample.
        let places = try builder.broadcast(classes(t), shape, axes: [0, 1])
        value = try builder.gatherElements(x, places, axis: 1)
      case 3:
        let places = try builder.broadcast(classes(f), shape, axes: [0, 1])
        value = try builder.hyperbolicTangent(builder.scatterAddElements(x, places, values[0], axis: 2))
      case 4:
        let places = try builder.broadcast(classes(n), shape, axes: [0, 1])
        value = try builder.gatherElements(x, places, axis: 0)
      case 5: value = try builder.gather(weight([11, f]), classes(11))
      case 6:
        // A table that is no parameter.
        let rows = 256 / f + 1
        let numbers = (0..<rows * f).map { Double($0 * 37 % 101) / 64 - 0.75 }
        value = try builder.add(x, builder.gather(builder.add(Constant(numbers, TensorType(dtype, [rows, f]))), classes(rows)))
      case 7: value = try builder.multiply(x, builder.broadcast(weight([t, f]), shape, axes: [1, 2]))
      case 8: value = try builder.exponentialMinusOne(builder.hyperbolicTangent(x))
      case 9: value = try builder.logarithmOfOnePlus(builder.sigmoid(x))
      case 10: value = try builder.arcTangent2(y: x, x: builder.add(builder.sigmoid(values[0]), number(0.5, like: x)))
      case 11:
        // The positions whose class is one of some, the others changed.
        let test = try builder.logicalXor(
          builder.compare(.ge, labels, number(0, like: labels)), builder.compare(.lt, labels, number(4, like: labels)))
        value = try builder.select(builder.broadcast(test, shape, axes: [0, 1]), x, builder.negate(x))
      case 12:
        let axis = generator.below(2)
        let extreme = try generator.below(2) == 0 ? builder.reduceMax(labels, axes: [axis]) : builder.reduceMin(labels, axes: [axis])
        integers.append(try builder.subtract(builder.broadcast(extreme, [n, t], axes: [1 - axis]), labels))
        continue
      case 13:
        let place = try builder.argumentOfMaximum(labels, axis: 1)
        integers.append(try builder.add(builder.broadcast(place, [n, t], axes: [0]), builder.iota([n, t], axis: 1)))
        continue
      case 14:
        integers.append(try builder.floorDivide(builder.cumulativeSum(labels, axis: generator.below(2)), number(3, like: labels)))
        continue
      case 15:
        let sum = try builder.convert(builder.reduceSum(classes(5), axes: [1]), to: dtype)
        let share = try builder.multiply(sum, number(1 / Double(5 * t), like: sum))
        value = try builder.multiply(x, builder.broadcast(share, shape, axes: [0]))
      case 16:
        value = try builder.reshape(
          builder.matrixMultiply(builder.reshape(x, [n * t, f]), weight([f, f]), transposeRHS: true), shape)
      default: value = try builder.hyperbolicTangent(x)
      }
      values.append(value)
    }
    let last = values[values.count - 1]
    // The mean of what counts.
    let counts = try builder.convert(builder.compare(.ge, labels, number(-3, like: labels)), to: dtype)
    let each = try builder.multiply(builder.sigmoid(last), builder.multiply(last, builder.broadcast(counts, shape, axes: [0, 1])))
    let total = try builder.reduceSum(counts, axes: [0, 1])
    builder.result("loss", try builder.divide(builder.reduceSum(each, axes: [0, 1, 2]), builder.maximum(total, number(1, like: total))))
    builder.result("last", last)
    builder.result("integers", integers[integers.count - 1])
    return try builder.finish()
  }

  /// Mixtures of positions: of those before, of those in a window, or of those whose class is not negative.
  private static func attention(
    _ x: Value, heads: Int, _ kind: Int, _ labels: Value, _ weights: Value, _ builder: GraphBuilder
  ) throws -> Value {
    let shape = builder.shape(of: x)
    let (n, t, width) = (shape[0], shape[1], shape[2] / heads)
    let product = try builder.matrixMultiply(builder.reshape(x, [n * t, shape[2]]), weights)
    let packed = try builder.transpose(builder.reshape(product, [n, t, 3, heads, width]), [2, 0, 3, 1, 4])
    func part(_ number: Int) throws -> Value {
      let slice = try builder.slice(packed, starts: [number, 0, 0, 0, 0], limits: [number + 1, n, heads, t, width])
      return try builder.reshape(slice, [n, heads, t, width])
    }
    let scores = try builder.matrixMultiply(part(0), part(1), transposeRHS: true)
    let (row, column) = (try builder.iota([t, t], axis: 0), try builder.iota([t, t], axis: 1))
    let isVisible: Value
    switch kind {
    case 0: isVisible = try builder.broadcast(builder.compare(.ge, row, column), [n, heads, t, t], axes: [2, 3])
    case 1:
      let distance = try builder.subtract(row, column)
      let window = try builder.logicalAnd(
        builder.compare(.ge, distance, builder.constant(0, like: distance)),
        builder.compare(.lt, distance, builder.constant(3, like: distance)))
      isVisible = try builder.broadcast(window, [n, heads, t, t], axes: [2, 3])
    default:
      let counts = try builder.compare(.ge, labels, builder.constant(0, like: labels))
      isVisible = try builder.broadcast(counts, [n, heads, t, t], axes: [0, 3])
    }
    let masked = try builder.select(isVisible, scores, builder.constant(-1e30, like: scores))
    let mixed = try builder.matrixMultiply(builder.exponential(builder.logSoftmax(masked, axis: 3)), part(2))
    return try builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), shape)
  }
}
