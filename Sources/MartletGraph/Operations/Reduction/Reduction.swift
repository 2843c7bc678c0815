import MartletCore

/// What the reductions share: axes that are removed.
package protocol Reduction: TensorOperation {
  var axes: [Int] { get }
  init(axes: [Int])
  /// Whether i32 is allowed too.
  static var allowsIntegers: Bool { get }
}

extension Reduction {
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    self.init(axes: try attributes.integers("axes"))
  }

  package var attributes: [Attribute] { [Attribute("axes", .integers(axes))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectNumbers(operands[0], allowsIntegers: Self.allowsIntegers)
    let shape = operands[0].shape
    guard axes == axes.sorted(), Set(axes).count == axes.count, axes.allSatisfy({ shape.extents.indices.contains($0) }) else {
      let areThere = axes.allSatisfy(shape.extents.indices.contains)
      throw invalid(
        "axes \(axes) must be axes of \(shape), ascending, each once",
        advice: areThere ? "Write each axis once, the smaller first." : self.axes(of: shape))
    }
    guard axes.allSatisfy({ shape[$0] > 0 }) || self is ReduceSum else {
      throw invalid("cannot reduce an axis of extent 0 of \(shape)", advice: "Only a sum has a value for no elements: 0.")
    }
    return [TensorType(operands[0].dtype, Shape(keptAxes(shape).map { shape[$0] }))]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  func keptAxes(_ shape: Shape) -> [Int] { shape.extents.indices.filter { !axes.contains($0) } }

  /// How many elements make one element of the result.
  func count(_ shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  /// The result with the removed axes put back, repeated.
  func expanded(_ value: Value, like operand: Value, _ builder: GraphBuilder) throws -> Value {
    let shape = builder.shape(of: operand)
    return try builder.broadcast(value, shape, axes: keptAxes(shape))
  }

  /// The adjoint of the operand of a maximum or minimum: elements that tie share it equally.
  func extremumAdjoint(_ context: AdjointContext) throws -> Value {
    let builder = context.builder
    let x = context.operands[0]
    let isExtremum = try builder.compare(.eq, x, expanded(context.results[0], like: x, builder))
    let mask = try builder.select(isExtremum, builder.constant(1, like: x), builder.constant(0, like: x))
    let share = try builder.divide(context.adjoint(), builder.reduceSum(mask, axes: axes))
    // Not a selection: a NaN equals nothing, so its share is infinite, and 0 times that is NaN for the whole row.
    return try builder.multiply(mask, expanded(share, like: x, builder))
  }

  /// The loops over the removed axes.
  func reducedExtents(_ shape: Shape) -> [(String, Int)] { axes.map { ("r", shape[$0]) } }

  /// The operand's index for an index of the result and one of the removed axes.
  func operandIndex(_ result: [Index], _ reduced: [Index], _ shape: Shape) -> [Index] {
    var index = [Index](repeating: Index(0), count: shape.rank)
    for (axis, position) in zip(keptAxes(shape), result) { index[axis] = position }
    for (axis, position) in zip(axes, reduced) { index[axis] = position }
    return index
  }

  /// Folds the elements in Double, which holds every i32 too, in row-major order.
  func folded(_ operand: HostTensor, initial: Double, _ combine: (Double, Double) -> Double) -> (shape: Shape, values: [Double]) {
    let kept = keptAxes(operand.shape)
    let shape = Shape(kept.map { operand.shape[$0] })
    let strides = shape.strides
    var values = [Double](repeating: initial, count: shape.elementCount)
    let numbers = operand.numbers
    var position = 0
    Evaluation.forEachIndex(operand.shape.extents) { index in
      let offset = zip(kept, strides).reduce(0) { $0 + index[$1.0] * $1.1 }
      values[offset] = combine(values[offset], numbers[position])
      position += 1
    }
    return (shape, values)
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }

  static func samples(_ fill: OperationSample.Fill) -> [OperationSample] {
    let cases = [([3, 19], [1]), ([19, 3], [0]), ([2, 3, 4, 5], [0, 2, 3]), ([4, 5], [0, 1]), ([3], [])]
    return cases.flatMap { (extents: [Int], axes: [Int]) in
      [OperationSample(Self(axes: axes), [(TensorType(.f32, Shape(extents)), fill)])]
        + (allowsIntegers ? [OperationSample(Self(axes: axes), [(TensorType(.i32, Shape(extents)), .integers(-90, -3))])] : [])
    } + integerSamples
  }

  /// Sums beyond 2^31, and more numbers than one thread adds up.
  private static var integerSamples: [OperationSample] {
    guard allowsIntegers else { return [] }
    return [
      OperationSample(Self(axes: [1]), [(TensorType(.i32, [2, 37]), .integers(Int(Int32.min), Int(Int32.max)))]),
      OperationSample(Self(axes: [0]), [(TensorType(.i32, [1025]), .integers(-2_000_000_000, 2_000_000_000))]),
    ]
  }
}
