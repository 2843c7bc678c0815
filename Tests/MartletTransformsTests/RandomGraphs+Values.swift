import MartletCore
import MartletGraph

extension RandomGraphs {
  /// A graph of pointwise operations, views, reductions and products over values of a few shapes.
  static func makeValues(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "random")
    let (n, c, k) = (samples(&generator), 1 + generator.below(5), 1 + generator.below(9))
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
      switch generator.below(28) {
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
      case 23: values.append(try builder.exponentialMinusOne(builder.hyperbolicTangent(a)))
      case 24: values.append(try builder.logarithmOfOnePlus(builder.sigmoid(a)))
      case 25:
        // Away from the origin and from the negative axis, where the angle jumps.
        let right = try builder.add(builder.sigmoid(same(as: a)), builder.constant(0.5, like: a))
        values.append(try builder.arcTangent2(y: a, x: right))
      case 26 where shape.rank > 0: values.append(try builder.cumulativeSum(a, axis: generator.below(shape.rank)))
      default: values.append(try builder.reshape(a, [shape.elementCount]))
      }
    }
    let last = values[values.count - 1]
    let all = Array(builder.shape(of: last).extents.indices)
    builder.result("loss", all.isEmpty ? last : try builder.reduceMean(last, axes: all))
    builder.result("last", last)
    return try builder.finish()
  }
}
