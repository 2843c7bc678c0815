import MartletCore
import MartletGraph

extension RandomGraphs {
  /// Networks for regression: a last linear layer with one output or two, which become a vector, and a loss of vectors.
  static func makeHeads(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed + 50_000_017)
    let builder = GraphBuilder(name: "heads")
    let n = samples(&generator)
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    func linear(_ x: Value, _ outputs: Int, hasBias: Bool) throws -> Value {
      let features = builder.shape(of: x)[1]
      let product =
        try generator.below(4) == 0
        ? builder.matrixMultiply(x, weight([features, outputs]))
        : builder.matrixMultiply(x, weight([outputs, features]), transposeRHS: true)
      return try hasBias ? builder.add(product, builder.broadcast(weight([outputs]), [n, outputs], axes: [1])) : product
    }
    var x = try builder.parameter("x", .input, TensorType(dtype, [n, [1, 3, 8, 40, 2, 12, 17][generator.below(7)]]), batchAxis: 0)
    for _ in 0..<generator.below(3) {
      x = try linear(x, [1, 3, 8, 40][generator.below(4)], hasBias: generator.below(2) == 0)
      x = try generator.below(2) == 0 ? builder.hyperbolicTangent(x) : builder.sigmoidLinearUnit(x)
    }
    // Losses of one layer each; the last values of some are results too.
    var losses: [Value] = []
    for number in 0..<1 + generator.below(8) / 7 {
      let outputs = 1 + generator.below(4) / 3
      let y = try linear(x, outputs, hasBias: generator.below(4) > 0)
      let vector = try vector(y, &generator, builder)
      let type = builder.type(of: vector)
      let target = try builder.parameter(
        "t\(number)", .input, type, batchAxis: type.shape.extents.first == n ? 0 : nil)
      losses.append(try loss(vector, target, &generator, builder))
      if generator.below(3) == 0 { builder.result("last\(number)", vector) }
    }
    builder.result("loss", try losses.dropFirst().reduce(losses[0]) { try builder.add($0, $1) })
    return try builder.finish()
  }

  /// Outputs `[N, K]` as numbers of the samples: reshaped, a column or the sum of the columns.
  private static func vector(_ y: Value, _ generator: inout PyTorchGenerator, _ builder: GraphBuilder) throws -> Value {
    let shape = builder.shape(of: y)
    let (n, outputs) = (shape[0], shape[1])
    switch generator.below(8) {
    case 0: return try builder.reduceSum(y, axes: [1])
    case 1: return try builder.reshape(y, [n, 1, outputs])
    case 2: return try builder.reshape(y, [n, outputs, 1])
    case 3:
      let column = generator.below(outputs)
      return try builder.reshape(builder.slice(y, starts: [0, column], limits: [n, column + 1]), [n])
    case 4: return y
    default: return try builder.reshape(y, [n * outputs])
    }
  }

  /// What is minimised, a number.
  private static func loss(
    _ given: Value, _ target: Value, _ generator: inout PyTorchGenerator, _ builder: GraphBuilder
  ) throws -> Value {
    let x: Value
    switch generator.below(4) {
    case 0: x = try builder.hyperbolicTangent(given)
    case 1: x = try builder.softplus(given)
    default: x = given
    }
    let difference = try builder.subtract(x, target)
    let each: Value
    switch generator.below(6) {
    case 0:
      // The square of small differences, the distance of others.
      let distance = try builder.absoluteValue(difference)
      let near = try builder.minimum(distance, builder.constant(0.5, like: distance))
      each = try builder.multiply(near, builder.subtract(distance, builder.multiply(near, builder.constant(0.5, like: near))))
    case 1:
      // Of two classes, from logits.
      each = try builder.subtract(builder.softplus(x), builder.multiply(x, builder.sigmoid(target)))
    case 2: each = try builder.subtract(builder.softplus(builder.add(difference, difference)), difference)
    default: each = try builder.multiply(difference, difference)
    }
    let axes = Array(builder.shape(of: each).extents.indices)
    switch generator.below(4) {
    case 0: return try builder.reduceSum(each, axes: axes)
    case 1:
      // The mean by weights of the samples.
      let shares = try builder.sigmoid(target)
      return try builder.divide(builder.reduceSum(builder.multiply(each, shares), axes: axes), builder.reduceSum(shares, axes: axes))
    default: return try builder.reduceMean(each, axes: axes)
    }
  }
}
