import MartletCore
import MartletGraph

extension RandomGraphs {
  /// One to three loops, in their bodies others: 0 to 9 steps in either direction, over samples of sequences, with carried values of several types.
  static func makeLoops(_ seed: UInt64) throws -> Graph { try LoopDrawing(seed).graph() }
}

/// What draws the loops of one graph.
private final class LoopDrawing {
  private var generator: PyTorchGenerator
  private let root: LoopScope
  private let dtype: DType
  private let samples: Int
  /// Whether the inputs say which of their axes counts samples.
  private let isBatch: Bool
  /// Whether some steps mix samples: the loop cannot be divided then.
  private let mixesSamples: Bool

  init(_ seed: UInt64) {
    generator = PyTorchGenerator(seed: seed + 40_000_003)
    dtype = RandomGraphs.dtype(seed)
    samples = [1, 3, 33, 65, 2, 5, 16, 17][generator.below(8)]
    isBatch = generator.below(3) > 0
    mixesSamples = generator.below(4) == 0
    root = LoopScope(GraphBuilder(name: "loops"), outer: nil)
  }

  func graph() throws -> Graph {
    let features = 1 + generator.below(9)
    root.values = [try input([samples, features], batchAxis: 0)]
    if generator.below(2) == 0 { root.values.append(try input([samples, 1 + generator.below(9)], batchAxis: 0)) }
    let builder = root.builder
    for _ in 0...generator.below(3) {
      try addLoop(root, depth: 0)
      if generator.below(3) == 0 { try addValue(root, depth: 2) }
    }
    // Some results count, some are only returned, some nothing reads.
    var terms: [Value] = []
    for (number, value) in (root.made.suffix(6)).enumerated() {
      let type = builder.type(of: value)
      if generator.below(3) == 0 { builder.result("result\(number)", value) }
      guard type.dtype.isFloatingPoint, generator.below(4) > 0 || terms.isEmpty else { continue }
      let weighted = try builder.multiply(builder.sigmoid(value), value)
      let sum = try builder.reduceSum(weighted, axes: Array(type.shape.extents.indices))
      terms.append(try builder.multiply(sum, builder.constant(1 / Double(max(type.elementCount, 1)), like: sum)))
    }
    if terms.isEmpty {
      let value = try builder.hyperbolicTangent(any(root.samplesOfFeatures(samples)))
      terms = [try builder.reduceMean(value, axes: Array(builder.shape(of: value).extents.indices))]
    }
    builder.result("loss", try terms.dropFirst().reduce(terms[0]) { try builder.add($0, $1) })
    builder.result("last", root.values[root.values.count - 1])
    return try builder.finish()
  }

  private func any<Element>(_ elements: [Element]) -> Element { elements[generator.below(elements.count)] }

  // MARK: What comes from outside

  private func input(_ extents: [Int], _ dtype: DType? = nil, batchAxis: Int) throws -> Value {
    try root.parameter(.input, TensorType(dtype ?? self.dtype, Shape(extents)), batchAxis: isBatch ? batchAxis : nil)
  }

  /// A trained parameter of the graph, as a scope sees it; often one that is there.
  private func weight(_ extents: [Int], _ scope: LoopScope) throws -> Value {
    if let outer = scope.outer { return try scope.captured(weight(extents, outer)) }
    let type = TensorType(dtype, Shape(extents))
    if let known = scope.weights.last(where: { scope.builder.type(of: $0) == type }), generator.below(2) == 0 { return known }
    let value = try scope.parameter(.parameter, type)
    scope.weights.append(value)
    return value
  }

  /// A tensor of so many elements, of which each step reads one.
  private func sequence(_ scope: LoopScope, _ steps: Int) throws -> Value {
    let builder = scope.builder
    let features = 1 + generator.below(6)
    let stacks = scope.made.filter { builder.shape(of: $0).extents.first == steps && (1...3).contains(builder.shape(of: $0).rank) }
    if !stacks.isEmpty, generator.below(2) == 0 { return any(stacks) }
    switch generator.below(8) {
    case 0: return try weight([steps, features, 1 + generator.below(4)], scope)
    case 1: return try weight([steps, features], scope)
    case 2: return try builder.iota([steps], axis: 0)
    case 3 where scope.outer == nil: return try input([steps, samples], .i32, batchAxis: 1)
    case 4, 5:
      // Numbers of the scope, for each step.
      let x = any(scope.samplesOfFeatures(samples))
      let shape = builder.shape(of: x)
      if shape[1] == steps { return try builder.transpose(x, [1, 0]) }
      return try builder.broadcast(x, [steps, samples, shape[1]], axes: [1, 2])
    case 6 where scope.outer == nil:
      return try builder.transpose(input([samples, steps, features], batchAxis: 0), [1, 0, 2])
    default:
      if scope.outer == nil { return try input([steps, samples, features], batchAxis: 1) }
      let spread = try builder.broadcast(weight([steps, features], scope), [steps, samples, features], axes: [0, 2])
      return try builder.hyperbolicTangent(spread)
    }
  }

  /// A carried value before the first step.
  private func initial(_ scope: LoopScope) throws -> Value {
    let builder = scope.builder
    switch generator.below(8) {
    case 0: return try builder.add(Constant(Double(generator.below(3)), TensorType(.i32, [])))
    case 1: return try builder.add(Constant(1, TensorType(.i32, [samples])))
    case 2: return try builder.add(Constant(Double(generator.below(2)), TensorType(.bool, [samples])))
    case 3: return try weight([1 + generator.below(4), 1 + generator.below(4)], scope)
    case 4: return try builder.add(Constant(0.5, TensorType(dtype, [samples, 1 + generator.below(5)])))
    case 5:
      let features = 1 + generator.below(5)
      return try builder.broadcast(weight([features], scope), [samples, features], axes: [1])
    default: return any(scope.samplesOfFeatures(samples))
    }
  }

  // MARK: Loops

  private func addLoop(_ scope: LoopScope, depth: Int) throws {
    let builder = scope.builder
    var steps = depth == 0 ? any([0, 1, 2, 5, 9, 5, 9]) : any([0, 1, 2, 3])
    // Over the features of a value.
    if generator.below(4) == 0 { steps = builder.shape(of: any(scope.samplesOfFeatures(samples)))[1] }
    let isReversed = generator.below(2) == 0
    let carried = try (0..<any([0, 1, 1, 2, 3])).map { _ in try initial(scope) }
    let sequences = try (0..<any([0, 1, 1, 2, 3])).map { _ in try sequence(scope, steps) }
    let region = LoopScope(GraphBuilder(name: any(["cell", "walk", "sum"])), outer: scope)
    let inner = try carried.enumerated().map { number, value in
      try region.builder.parameter("carried\(number)", .input, builder.type(of: value))
    }
    let elements = try sequences.enumerated().map { number, value in
      let type = builder.type(of: value)
      return try region.builder.parameter("scanned\(number)", .input, TensorType(type.dtype, Shape(Array(type.shape.extents.dropFirst()))))
    }
    region.values = inner + elements
    if region.samplesOfFeatures(samples).isEmpty {
      region.values.append(try region.captured(any(scope.samplesOfFeatures(samples))))
    }
    for _ in 0...generator.below(6) { try addValue(region, depth: depth + 1) }
    let after = try inner.map { try renewed($0, region) }
    var stacked = (0..<any([0, 1, 1, 2])).map { _ in any(region.values) }
    if after.isEmpty, stacked.isEmpty { stacked = [region.values[region.values.count - 1]] }
    if generator.below(8) == 0, let whole = region.whole.first { stacked.append(whole.own) }
    for (number, value) in (after + stacked).enumerated() { region.builder.result("result\(number)", value) }
    let names = inner.indices.map { "carried\($0)" } + elements.indices.map { "scanned\($0)" } + region.whole.indices.map { "whole\($0)" }
    let scan = Scan(
      name: any(["cell", "walk"]), length: steps, carriedCount: carried.count, scannedCount: sequences.count, isReversed: isReversed,
      region: try region.builder.finish().permutingParameters(names))
    let results = try builder.add(scan, carried + sequences + region.whole.map(\.outer))
    scope.made += results
    scope.values += results.filter { builder.shape(of: $0).extents.first == samples && builder.shape(of: $0).rank <= 2 }
    // The last element of a stack, as a value of the scope.
    for value in results where generator.below(3) == 0 && steps > 0 {
      let shape = builder.shape(of: value)
      guard shape.rank == 3, shape[0] == steps, shape[1] == samples else { continue }
      let last = try builder.slice(value, starts: [steps - 1, 0, 0], limits: shape.extents)
      scope.values.append(try builder.reshape(last, [samples, shape[2]]))
    }
  }

  /// A carried value after a step: bounded, however many steps there are.
  private func renewed(_ old: Value, _ scope: LoopScope) throws -> Value {
    let builder = scope.builder
    let type = builder.type(of: old)
    switch type.dtype {
    case .i32:
      let step = try builder.add(old, builder.constant(Double(1 + generator.below(3)), like: old))
      return generator.below(2) == 0 ? step : try builder.remainder(step, builder.constant(7, like: old))
    case .bool:
      let others = scope.values.filter { builder.type(of: $0) == type }
      return try builder.logicalXor(builder.logicalNot(old), any(others))
    default: break
    }
    let others = scope.samplesOfFeatures(samples)
    var new = any(scope.values.filter { builder.type(of: $0) == type })
    if type.shape.rank == 2, type.shape[0] == samples, generator.below(4) > 0, !others.isEmpty {
      let x = any(others)
      new = try builder.matrixMultiply(x, weight([builder.shape(of: x)[1], type.shape[1]], scope))
    }
    switch generator.below(4) {
    case 0:
      let gate = try builder.sigmoid(new)
      let rest = try builder.subtract(builder.constant(1, like: gate), gate)
      return try builder.add(builder.multiply(gate, old), builder.multiply(rest, builder.hyperbolicTangent(new)))
    case 1: return try builder.multiply(builder.add(old, builder.hyperbolicTangent(new)), builder.constant(0.5, like: old))
    case 2: return try builder.sigmoid(builder.add(new, old))
    default: return try builder.hyperbolicTangent(new)
    }
  }

  // MARK: Steps

  private func addValue(_ scope: LoopScope, depth: Int) throws {
    let builder = scope.builder
    let floats = scope.values.filter { builder.type(of: $0).dtype.isFloatingPoint && builder.shape(of: $0).extents.first == samples }
    let matrices = scope.samplesOfFeatures(samples)
    guard !floats.isEmpty, !matrices.isEmpty else { return }
    let (x, m) = (any(floats), any(matrices))
    let shape = builder.shape(of: x)
    let features = builder.shape(of: m)[1]
    let same = any(floats.filter { builder.type(of: $0) == builder.type(of: x) })
    func spread(_ value: Value, axes: [Int]) throws -> Value { try builder.broadcast(value, [samples, features], axes: axes) }
    func classes(_ count: Int) throws -> Value {
      let integers = scope.values.filter { builder.type(of: $0) == TensorType(.i32, [samples]) }
      let scalars = scope.values.filter { builder.type(of: $0) == TensorType(.i32, []) }
      let number: Value
      if !integers.isEmpty {
        number = any(integers)
      } else if !scalars.isEmpty {
        number = try builder.broadcast(any(scalars), [samples], axes: [])
      } else {
        number = try builder.iota([samples], axis: 0)
      }
      return try builder.remainder(number, builder.constant(Double(count), like: number))
    }
    let value: Value
    switch generator.below(28) {
    case 0: value = try builder.hyperbolicTangent(x)
    case 1: value = try builder.multiply(x, same)
    case 2: value = try builder.add(x, same)
    case 3: value = try builder.relu(builder.subtract(x, builder.constant(0.25, like: x)))
    case 4, 5: value = try builder.matrixMultiply(m, weight([1 + generator.below(6), features], scope), transposeRHS: true)
    case 6: value = try builder.add(m, spread(weight([features], scope), axes: [1]))
    case 7:
      value = try generator.below(2) == 0 ? builder.reduceSum(m, axes: [1]) : builder.reduceMax(m, axes: [1])
    case 8: value = try builder.multiply(m, spread(builder.reduceMean(m, axes: [1]), axes: [0]))
    case 9: value = try builder.exponential(builder.logSoftmax(m, axis: 1))
    case 10:
      let test = try builder.compare(.lt, classes(3), builder.add(Constant(1, TensorType(.i32, [samples]))))
      let flags = try shape.rank == 1 ? test : builder.broadcast(test, shape, axes: [0])
      value = try builder.select(flags, x, builder.negate(same))
    case 11: value = try builder.gather(weight([4, 1 + generator.below(4)], scope), classes(4))
    case 12: value = try builder.oneHot(classes(5), classes: 5, dtype)
    case 13:
      let start = generator.below(features)
      let parts = try [
        builder.slice(m, starts: [0, start], limits: [samples, features]),
        builder.slice(m, starts: [0, 0], limits: [samples, start + 1]),
      ]
      value = try builder.hyperbolicTangent(builder.concatenate(parts, axis: 1))
    case 14: value = try builder.hyperbolicTangent(builder.cumulativeSum(m, axis: 1, isReversed: generator.below(2) == 0))
    case 15 where mixesSamples: value = try builder.subtract(m, spread(builder.reduceMean(m, axes: [0]), axes: [1]))
    case 16 where mixesSamples:
      let products = try builder.matrixMultiply(m, m, transposeLHS: true)
      value = try builder.hyperbolicTangent(
        builder.matrixMultiply(m, builder.multiply(products, builder.constant(1 / Double(samples), like: products))))
    case 17:
      // What a step reads of weights, one for each step, or a matrix that is carried.
      let own = scope.values.filter { builder.type(of: $0).dtype == dtype && builder.shape(of: $0).extents.first == features }
      guard let weights = own.first(where: { builder.shape(of: $0).rank == 2 }), features != samples else { fallthrough }
      value = try builder.matrixMultiply(m, weights)
    case 18:
      let own = scope.values.filter { builder.type(of: $0) == TensorType(dtype, [features]) }
      value = try own.isEmpty ? builder.sigmoid(x) : builder.multiply(m, spread(any(own), axes: [1]))
    case 19:
      // More numbers than a kernel holds.
      let width = (256 / features) + 1
      let numbers = (0..<features * width).map { Double($0 * 37 % 101) / 64 - 0.75 }
      let product = try builder.matrixMultiply(m, builder.add(Constant(numbers, TensorType(dtype, [features, width]))))
      value = try builder.hyperbolicTangent(builder.slice(product, starts: [0, width - 2], limits: [samples, width]))
    case 20: value = try builder.logarithmOfOnePlus(builder.sigmoid(x))
    case 21:
      // Features as the pixels of a row.
      let row = try builder.reshape(m, [samples, 1, 1, features])
      let convolved = try builder.convolution2D(row, weight([2, 1, 1, 2], scope), ConvolutionGeometry(padding: [0, 0, 1, 0]))
      value = try builder.reshape(convolved, [samples, 2 * features])
    case 22 where features > 1:
      let row = try builder.reshape(m, [samples, 1, 1, features])
      let geometry = PoolingGeometry(window: [1, 2], strides: [1, 1 + generator.below(2)], roundsUp: generator.below(2) == 0)
      let pooled = try generator.below(2) == 0 ? builder.maxPool2D(row, geometry) : builder.averagePool2D(row, geometry)
      value = try builder.reshape(pooled, [samples, builder.shape(of: pooled)[3]])
    case 23:
      let loss = try builder.crossEntropy(m, classes(features), labelSmoothing: 0.1)
      value = try builder.multiply(x, builder.broadcast(builder.hyperbolicTangent(loss), shape, axes: []))
    case 24:
      let places = try builder.broadcast(classes(features), [samples, features], axes: [0])
      value = try builder.hyperbolicTangent(
        generator.below(2) == 0
          ? builder.gatherElements(m, places, axis: 1) : builder.scatterAddElements(m, places, builder.sigmoid(m), axis: 1))
    case 25, 26:
      guard depth < 3, generator.below(depth + 1) == 0 else { fallthrough }
      return try addLoop(scope, depth: depth)
    default: value = try builder.subtract(x, builder.sigmoid(same))
    }
    scope.values.append(value)
    if generator.below(4) == 0 {
      scope.values.append(try classes(7))
    }
  }
}

/// The graph that is drawn, or the region of a loop in it.
private final class LoopScope {
  let builder: GraphBuilder
  let outer: LoopScope?
  /// What the next value is made of.
  var values: [Value] = []
  /// Results of loops.
  var made: [Value] = []
  var weights: [Value] = []
  private(set) var whole: [(outer: Value, own: Value)] = []
  private var parameterCount = 0

  init(_ builder: GraphBuilder, outer: LoopScope?) {
    self.builder = builder
    self.outer = outer
  }

  func parameter(_ role: ParameterRole, _ type: TensorType, batchAxis: Int? = nil) throws -> Value {
    parameterCount += 1
    return try builder.parameter("p\(parameterCount)", role, type, batchAxis: batchAxis)
  }

  /// A value of the scope around this one, which each step reads whole.
  func captured(_ value: Value) throws -> Value {
    guard let outer else { return value }
    if let known = whole.first(where: { $0.outer == value }) { return known.own }
    let own = try builder.parameter("whole\(whole.count)", .input, outer.builder.type(of: value))
    whole.append((value, own))
    return own
  }

  /// Floating-point values `[N, F]` with at least one feature.
  func samplesOfFeatures(_ samples: Int) -> [Value] {
    values.filter {
      let type = builder.type(of: $0)
      return type.dtype.isFloatingPoint && type.shape.rank == 2 && type.shape[0] == samples && type.shape[1] > 0
    }
  }
}
