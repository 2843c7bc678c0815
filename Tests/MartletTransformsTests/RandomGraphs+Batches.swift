import MartletCore
import MartletGraph

extension RandomGraphs {
  /// Samples, and sums over all of them that samples read again, several times over: what normalisation over a batch does. Some steps mix
  /// samples, so that parts of the graph cannot be divided.
  static func makeBatch(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "batch")
    let (n, c, h) = (samples(&generator), 1 + generator.below(9), 1 + generator.below(4))
    var values = try [
      builder.parameter("x", .input, TensorType(dtype, [n, c]), batchAxis: 0),
      builder.parameter("y", .input, TensorType(dtype, [n, c, h]), batchAxis: 0),
    ]
    // An input of as many rows that is no sample: a mixture of all of them.
    let mixture = try builder.parameter("m", .input, TensorType(dtype, [n, n]))
    let bias = try builder.parameter("b", .parameter, TensorType(dtype, [c]))
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    for _ in 0..<2 + generator.below(7) {
      let x = values[generator.below(values.count)]
      let shape = builder.shape(of: x)
      let inner = Array(shape.extents.indices.dropFirst())
      func spread(_ value: Value, axes: [Int]) throws -> Value { try builder.broadcast(value, shape, axes: axes) }
      let value: Value
      switch generator.below(14) {
      case 0: value = try builder.subtract(x, spread(builder.reduceMean(x, axes: [0]), axes: inner))
      case 1: value = try normalized(x, axes: shape.rank == 3 ? [0, 2] : [0], builder)
      case 2: value = try builder.exponential(builder.logSoftmax(x, axis: 0))
      case 3:
        // Each sample beside all of them.
        let all = try builder.reduceMean(x, axes: Array(shape.extents.indices))
        value = try builder.multiply(x, spread(builder.sigmoid(all), axes: []))
      case 4: value = try builder.subtract(x, spread(builder.reduceMax(x, axes: [0]), axes: inner))
      case 5 where shape.rank == 2:
        // The products of all features with each other, and each sample times them.
        let products = try builder.matrixMultiply(x, x, transposeLHS: true)
        value = try builder.matrixMultiply(x, builder.divide(products, builder.constant(Double(n), like: products)))
      case 6 where shape.rank == 2:
        value = try builder.matrixMultiply(x, weight([1 + generator.below(20), shape[1]]), transposeRHS: true)
      case 7 where shape.rank == 2 && shape[1] == c: value = try builder.add(x, spread(bias, axes: [1]))
      case 8 where shape.rank == 2: value = try builder.matrixMultiply(mixture, x)
      case 9 where n > 1:
        // Each sample beside the one before it.
        let shifted = try builder.slice(x, starts: shape.extents.map { _ in 0 }, limits: [n - 1] + inner.map { shape[$0] })
        let zeros = shape.extents.map { _ in 0 }
        value = try builder.add(x, builder.pad(shifted, low: [1] + zeros.dropFirst(), high: zeros))
      case 10 where shape.rank == 3: value = try builder.reduceMean(x, axes: [2])
      case 11 where shape.rank == 3: value = try builder.reshape(x, [n, shape[1] * shape[2]])
      case 12: value = try builder.hyperbolicTangent(x)
      default:
        let same = values.filter { builder.shape(of: $0) == shape }
        value = try builder.multiply(x, builder.sigmoid(same[generator.below(same.count)]))
      }
      values.append(value)
    }
    let last = values[values.count - 1]
    builder.result("last", last)
    // A finished sum as a result; of squares, because a sum of what was centered is 0 but for rounding.
    builder.result("sum", try builder.reduceSum(builder.multiply(last, last), axes: [0]))
    let small = try builder.sigmoid(last)
    let weighted = try builder.multiply(small, small)
    builder.result("loss", try builder.reduceMean(weighted, axes: Array(builder.shape(of: small).extents.indices)))
    return try builder.finish()
  }
}
