import MartletCore
import MartletGraph

extension RandomGraphs {
  /// Tensors of no axis to eight, some of them empty, a quarter of the graphs in integers: views, reductions and arithmetic.
  static func makeTensors(_ seed: UInt64) throws -> Graph {
    var generator = PyTorchGenerator(seed: seed)
    let builder = GraphBuilder(name: "tensors")
    let isInteger = generator.below(4) == 0
    let dtype = isInteger ? DType.i32 : dtype(seed)
    func extents(_ rank: Int) -> [Int] {
      (0..<rank).map { _ in generator.below(16) == 0 ? 0 : 1 + generator.below(rank > 5 ? 2 : 4) }
    }
    var values: [Value] = []
    for index in 0..<2 + generator.below(2) {
      let role: ParameterRole = isInteger ? .input : [.parameter, .parameter, .input][generator.below(3)]
      values.append(try builder.parameter("x\(index)", role, TensorType(dtype, Shape(extents(generator.below(9))))))
    }
    func same(as value: Value) -> Value {
      let fitting = values.filter { builder.type(of: $0) == builder.type(of: value) }
      return fitting[generator.below(fitting.count)]
    }
    /// Products of integers stay far below 2^31.
    func bounded(_ value: Value) throws -> Value {
      guard isInteger else { return value }
      return try builder.maximum(builder.minimum(value, builder.constant(100, like: value)), builder.constant(-100, like: value))
    }
    /// Indices of at most the extents of a tensor.
    func pickedExtents(_ shape: Shape, _ generator: inout PyTorchGenerator) -> [Int] { shape.extents.map { 1 + generator.below($0) } }
    func picks(_ extents: [Int], below limit: Int) throws -> Value {
      let all = Shape(extents).elementCount
      let count = min(all, 64)
      let drawn = (0..<count).map { _ in Double(generator.below(limit)) }
      // A constant of few numbers, repeated.
      let flat = try builder.add(Constant(drawn, TensorType(.i32, [count])))
      let places = try builder.remainder(builder.iota([all], axis: 0), builder.add(Constant(Double(count), TensorType(.i32, [all]))))
      return try builder.reshape(builder.gather(flat, places), Shape(extents))
    }
    for _ in 0..<2 + generator.below(14) {
      let x = values[generator.below(values.count)]
      let shape = builder.shape(of: x)
      let axes = Array(shape.extents.indices)
      let value: Value
      switch generator.below(22) {
      case 0: value = try builder.add(x, same(as: x))
      case 1: value = try builder.subtract(x, same(as: x))
      case 2: value = try bounded(builder.multiply(x, same(as: x)))
      case 3: value = try builder.maximum(x, same(as: x))
      case 4:
        let other = same(as: x)
        let direction = Comparison.allCases[generator.below(Comparison.allCases.count)]
        // Equality of floating-point numbers that are computed in different ways is no property of a graph.
        let test = try builder.compare(isInteger || x == other ? direction : .lt, x, other)
        value = try builder.select(generator.below(2) == 0 ? test : builder.logicalNot(test), other, x)
      case 5:
        var permutation = axes
        for position in axes.reversed() where position > 0 { permutation.swapAt(position, generator.below(position + 1)) }
        value = axes.isEmpty ? x : try builder.transpose(x, permutation)
      case 6 where shape.rank < 8:
        let place = generator.below(shape.rank + 1)
        var wider = shape.extents
        wider.insert(generator.below(12) == 0 ? 0 : 1 + generator.below(3), at: place)
        value = try builder.broadcast(x, Shape(wider), axes: axes.map { $0 < place ? $0 : $0 + 1 })
      case 7 where shape.rank > 0:
        let some = axes.filter { _ in generator.below(2) == 0 }
        value = try some.isEmpty ? x : bounded(builder.reduceSum(x, axes: some))
      case 8 where shape.rank > 0 && shape.elementCount > 0:
        let axis = [generator.below(shape.rank)]
        value = try generator.below(2) == 0 ? builder.reduceMax(x, axes: axis) : builder.reduceMin(x, axes: axis)
      case 9 where shape.rank > 0:
        func margins() -> [Int] { axes.map { _ in generator.below(3) == 0 ? generator.below(3) : 0 } }
        value = try builder.pad(x, low: margins(), high: margins(), value: generator.below(2) == 0 ? 0 : 1)
      case 10 where shape.rank > 0:
        let starts = axes.map { generator.below(shape[$0] + 1) }
        let limits = axes.map { starts[$0] + generator.below(shape[$0] - starts[$0] + 1) }
        // Every third one keeps at least one element.
        let kept = generator.below(3) > 0
        value = try builder.slice(
          x, starts: axes.map { kept && starts[$0] == limits[$0] ? 0 : starts[$0] },
          limits: axes.map { kept && starts[$0] == limits[$0] ? shape[$0] : limits[$0] }, strides: axes.map { _ in 1 + generator.below(3) })
      case 11 where shape.rank > 0: value = try builder.concatenate([x, same(as: x)], axis: generator.below(shape.rank))
      case 12: value = try builder.reshape(x, generator.below(2) == 0 ? [shape.elementCount] : Shape([1] + shape.extents.reversed()))
      case 13 where !isInteger: value = try builder.hyperbolicTangent(x)
      case 14 where shape.rank > 0:
        let (isReversed, isExclusive) = (generator.below(2) == 0, generator.below(2) == 0)
        value = try bounded(
          builder.cumulativeSum(x, axis: generator.below(shape.rank), isReversed: isReversed, isExclusive: isExclusive))
      case 15 where isInteger: value = try builder.floorDivide(x, same(as: x))
      case 16 where isInteger: value = try builder.remainder(x, same(as: x))
      case 17 where shape.rank > 0 && shape.elementCount > 0:
        let (axis, extents) = (generator.below(shape.rank), pickedExtents(shape, &generator))
        value = try builder.gatherElements(x, picks(extents, below: shape[axis]), axis: axis)
      case 18 where shape.rank > 0 && shape.elementCount > 0:
        let (axis, extents) = (generator.below(shape.rank), pickedExtents(shape, &generator))
        let updates = try builder.slice(x, starts: extents.map { _ in 0 }, limits: extents)
        value = try bounded(builder.scatterAddElements(x, picks(extents, below: shape[axis]), updates, axis: axis))
      case 19:
        // True where exactly one of two comparisons is.
        let other = same(as: x)
        let zero = try builder.constant(0, like: x)
        let test = try builder.logicalXor(builder.compare(.lt, x, zero), builder.compare(.lt, zero, other))
        value = try isInteger ? builder.select(test, x, other) : x
      case 20 where isInteger && shape.rank > 0 && shape.elementCount > 0:
        value = try builder.argumentOfMaximum(x, axis: generator.below(shape.rank))
      default: value = try builder.subtract(builder.constant(1, like: x), x)
      }
      guard builder.shape(of: value).rank <= 8, builder.shape(of: value).elementCount <= 4096 else { continue }
      values.append(value)
    }
    let last = values[values.count - 1]
    builder.result("last", last)
    if isInteger { builder.result("bits", try builder.compare(.gt, last, builder.constant(0, like: last))) }
    let floats = isInteger ? try builder.convert(last, to: self.dtype(seed)) : last
    builder.result("loss", try builder.reduceSum(floats, axes: Array(builder.shape(of: floats).extents.indices)))
    return try builder.finish()
  }
}
