import MartletCore
import MartletGraph

extension RandomGraphs {
  /// Convolutions, poolings, relus and a linear layer behind them, as small networks have.
  static func makeNetwork(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "network")
    let samples = samples(&generator)
    // The reference takes as long as there are pixels.
    let largest = samples > 6 ? 7 : 10
    var value = try builder.parameter(
      "x", .input, TensorType(dtype, [samples, 1 + generator.below(4), 1 + generator.below(largest), 1 + generator.below(largest)]),
      batchAxis: 0)
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    for _ in 0..<1 + generator.below(samples > 6 ? 4 : 6) {
      let shape = builder.shape(of: value)
      let least = min(shape[2], shape[3])
      switch generator.below(8) {
      case 0, 1, 2:
        let geometry = geometry(channels: shape[1], &generator)
        let channels = geometry.groups * (1 + generator.below(geometry.groups > 2 ? 2 : 5))
        let filter: Shape = [channels, shape[1] / geometry.groups, 1 + generator.below(4), 1 + generator.below(4)]
        guard (try? Convolution2D(geometry).resultTypes([builder.type(of: value), TensorType(dtype, filter)])) != nil else { continue }
        let convolved = try builder.convolution2D(value, weight(filter), geometry)
        let bias = try builder.broadcast(weight([channels]), builder.shape(of: convolved), axes: [1])
        value = try builder.add(convolved, bias)
      case 3: value = try builder.relu(value)
      case 4 where least >= 2: value = try builder.maxPool2D(value, PoolingGeometry(window: [2, 2], strides: [2, 2]))
      case 5 where least >= 2:
        var pooling = PoolingGeometry(
          window: [2, 2], strides: [1 + generator.below(2), 2], padding: [0, generator.below(2), 0, 0], roundsUp: seed % 3 == 0)
        if generator.below(2) == 0 {
          value = try builder.averagePool2D(value, pooling)
        } else {
          if seed % 5 == 0, least >= 3 { pooling.dilation = [1, 2] }
          value = try builder.maxPool2D(value, pooling)
        }
      case 6: value = try normalized(value, axes: [0, 2, 3], builder)
      default: value = try builder.hyperbolicTangent(value)
      }
    }
    let features = builder.shape(of: value).extents.dropFirst().reduce(1, *)
    let flat = try builder.reshape(value, [samples, features])
    guard seed / 16 % 2 == 0 else {
      let outputs = 1 + generator.below(3)
      let weights = (try weight([outputs, features]), try weight([outputs]))
      return try addRegression(flat, weights, outputs, &generator, builder)
    }
    let classes = 2 + generator.below(4)
    // Between -1 and 1, so that the loss does not vanish: what is left of large logits is rounding.
    let logits = try builder.hyperbolicTangent(builder.matrixMultiply(flat, weight([classes, features]), transposeRHS: true))
    let labels = (0..<samples).map { _ in Double(generator.below(classes)) }
    var shares: Value?
    if generator.below(2) == 0 {
      // Their sum is finished before the loss begins: what runs before it stands on an earlier level.
      let given = try builder.parameter("weights", .input, TensorType(builder.type(of: logits).dtype, [samples]), batchAxis: 0)
      let positive = try builder.exponential(builder.hyperbolicTangent(given))
      shares = try builder.divide(positive, builder.broadcast(builder.reduceSum(positive, axes: [0]), [samples], axes: []))
    }
    let target = try builder.add(Constant(labels, TensorType(.i32, [samples])))
    builder.result("loss", try builder.crossEntropy(logits, target, weights: shares))
    builder.result("last", logits)
    return try builder.finish()
  }

  /// A linear layer with a bias whose results lose or gain axes of one element, and the mean of their squared differences to numbers.
  private static func addRegression(
    _ flat: Value, _ weights: (Value, Value), _ outputs: Int, _ generator: inout PyTorchGenerator, _ builder: GraphBuilder
  ) throws -> Graph {
    let type = builder.type(of: flat)
    let samples = type.shape[0]
    let product = try builder.matrixMultiply(flat, weights.0, transposeRHS: true)
    let linear = try builder.add(product, builder.broadcast(weights.1, [samples, outputs], axes: [1]))
    let shapes: [Shape] = [
      outputs == 1 ? [samples] : [samples, outputs], [samples, outputs, 1], [samples, 1, outputs], [samples, outputs],
    ]
    let view = try builder.reshape(linear, shapes[generator.below(shapes.count)])
    let last = generator.below(2) == 0 ? try builder.hyperbolicTangent(view) : view
    let shape = builder.shape(of: last)
    let target = try builder.parameter("target", .input, TensorType(type.dtype, shape), batchAxis: 0)
    let difference = try builder.subtract(last, target)
    builder.result("loss", try builder.reduceMean(builder.multiply(difference, difference), axes: Array(0..<shape.rank)))
    builder.result("last", last)
    return try builder.finish()
  }

  /// Strides to 7, dilation, padding that differs on every side and may be wider than the kernel, groups up to one a channel.
  private static func geometry(channels: Int, _ generator: inout PyTorchGenerator) -> ConvolutionGeometry {
    let groups = [1, 1, 1, channels % 2 == 0 ? 2 : 1, channels][generator.below(5)]
    func stride() -> Int { generator.below(6) == 0 ? 1 + generator.below(7) : 1 + generator.below(3) }
    let widest = generator.below(4) == 0 ? 8 : 3
    return ConvolutionGeometry(
      strides: [stride(), stride()], padding: (0..<4).map { _ in generator.below(widest) },
      dilation: [1 + generator.below(3), 1 + generator.below(3)], groups: groups)
  }

  /// `x` less its mean, divided by its standard deviation: batch normalisation without weights.
  static func normalized(_ x: Value, axes: [Int], _ builder: GraphBuilder) throws -> Value {
    let shape = builder.shape(of: x)
    let kept = shape.extents.indices.filter { !axes.contains($0) }
    func spread(_ value: Value) throws -> Value { try builder.broadcast(value, shape, axes: kept) }
    let centered = try builder.subtract(x, spread(builder.reduceMean(x, axes: axes)))
    let variance = try builder.reduceMean(builder.multiply(centered, centered), axes: axes)
    // Large enough that a variance of one sample, which is 0, magnifies no rounding.
    let scale = try builder.reciprocalSquareRoot(builder.add(variance, builder.constant(0.25, like: variance)))
    return try builder.multiply(centered, spread(scale))
  }
}
