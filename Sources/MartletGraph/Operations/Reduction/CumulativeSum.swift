import MartletCore

/// The sum of the elements up to each position of an axis [torch.cumsum], of f32, f64 or i32, which wraps around.
///
/// With `reverse` the sum of the elements from each position on; with `exclusive` without the element itself.
package struct CumulativeSum: TensorOperation {
  package static let mnemonic = "cumulative_sum"
  package static var samples: [OperationSample] {
    let shapes: [([Int], Int)] = [([19], 0), ([3, 19], 1), ([19, 3], 0), ([2, 5, 4], 1), ([1], 0), ([600], 0), ([2, 33, 9], 1)]
    return shapes.flatMap { extents, axis in
      [(false, false), (true, false), (false, true), (true, true)].map { isReversed, isExclusive in
        let operation = CumulativeSum(axis: axis, isReversed: isReversed, isExclusive: isExclusive)
        return OperationSample(operation, [(TensorType(.f32, Shape(extents)), .uniform(-2, 2))])
      }
    } + [
      OperationSample(CumulativeSum(axis: 1), [(TensorType(.i32, [2, 37]), .integers(-2_000_000_000, 2_000_000_000))]),
      OperationSample(CumulativeSum(axis: 0, isReversed: true), [(TensorType(.i32, [9, 5]), .integers(-9, 10))]),
    ]
  }

  package let axis: Int
  package let isReversed: Bool
  package let isExclusive: Bool

  package init(axis: Int, isReversed: Bool = false, isExclusive: Bool = false) {
    (self.axis, self.isReversed, self.isExclusive) = (axis, isReversed, isExclusive)
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    axis = try attributes.integer("axis")
    isReversed = try attributes.flag("reverse", default: false)
    isExclusive = try attributes.flag("exclusive", default: false)
  }

  package var attributes: [Attribute] {
    [Attribute("axis", .integer(axis))] + Attribute.unlessDefault("reverse", .flag(isReversed), .flag(false))
      + Attribute.unlessDefault("exclusive", .flag(isExclusive), .flag(false))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectNumbers(operands[0])
    guard operands[0].shape.extents.indices.contains(axis) else {
      throw invalid("axis \(axis) must be an axis of \(operands[0].shape)", advice: axes(of: operands[0].shape))
    }
    return operands
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    [try context.builder.cumulativeSum(context.adjoint(), axis: axis, isReversed: !isReversed, isExclusive: isExclusive)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    var numbers = operands[0].numbers
    let wraps = operands[0].dtype == .i32
    let positions = isReversed ? Array((0..<shape[axis]).reversed()) : Array(0..<shape[axis])
    for line in 0..<(shape[axis] == 0 ? 0 : numbers.count / shape[axis]) {
      let start = line / inner * inner * shape[axis] + line % inner
      var sum = 0.0
      for position in positions {
        let place = start + position * inner
        let next = sum + numbers[place]
        let wrapped = wraps ? Double(Int32(truncatingIfNeeded: Int64(next))) : next
        numbers[place] = isExclusive ? sum : wrapped
        sum = wrapped
      }
    }
    return [HostTensor(operands[0].type, numbers: numbers)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let extent = type.shape[axis]
    let least = isExclusive ? 1 : 0
    // Not an empty range where the axis has one element.
    let distances = least..<max(extent, least + 1)
    let sum = try context.sum(over: [("r", extent)], type.dtype) { point in
      [IndexCondition(isReversed ? point[0] - index[axis] : index[axis] - point[0], in: distances)]
    } _: { point in
      var source = index
      source[axis] = point[0]
      return try context.read(0, source)
    }
    return [sum]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}

extension GraphBuilder {
  /// The sum of the elements up to each position of an axis, of f32, f64 or i32 [torch.cumsum]; reversed, that of the elements from the
  /// position on; exclusive, without the element itself. Throws M305 for an axis that is not there.
  package func cumulativeSum(_ x: Value, axis: Int, isReversed: Bool = false, isExclusive: Bool = false) throws -> Value {
    try add(CumulativeSum(axis: axis, isReversed: isReversed, isExclusive: isExclusive), x)
  }
}
