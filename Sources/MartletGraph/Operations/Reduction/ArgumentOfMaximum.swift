import MartletCore

/// Where the maximum of f32, f64 or i32 along an axis is, which is removed: an i32, the first of several [torch.argmax]. A NaN beats numbers.
package struct ArgumentOfMaximum: TensorOperation {
  package static let mnemonic = "argmax"
  package static var samples: [OperationSample] {
    [([3, 19], 1), ([19, 3], 0), ([2, 5, 4], 1), ([7], 0)].flatMap { (extents: [Int], axis: Int) in
      [(DType.f32, OperationSample.Fill.distinct), (.f32, .integers(-1, 2)), (.i32, .integers(-4, 9))].map { dtype, fill in
        OperationSample(ArgumentOfMaximum(axis: axis), [(TensorType(dtype, Shape(extents)), fill)])
      }
    }
  }

  package let axis: Int

  package init(axis: Int) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { axis = try attributes.integer("axis") }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectNumbers(operands[0])
    let shape = operands[0].shape
    guard shape.extents.indices.contains(axis), shape[axis] > 0 else {
      throw invalid(
        "axis \(axis) must be an axis of \(shape), of at least one element",
        advice: shape.extents.indices.contains(axis) ? "No elements have no largest one: give some." : axes(of: shape))
    }
    var extents = shape.extents
    extents.remove(at: axis)
    return [TensorType(.i32, Shape(extents))]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    let (inner, count) = (shape.extents[(axis + 1)...].reduce(1, *), shape[axis])
    let numbers = operands[0].numbers
    let result = try resultTypes([operands[0].type])[0].shape
    let positions = (0..<result.elementCount).map { position -> Int32 in
      let start = position / inner * count * inner + position % inner
      var best = 0
      for candidate in 1..<max(count, 1) {
        let (x, y) = (numbers[start + candidate * inner], numbers[start + best * inner])
        if x > y || x.isNaN && !y.isNaN { best = candidate }
      }
      return Int32(best)
    }
    return [HostTensor(result, positions)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let initial = [Element.constant(type.dtype.lowest, type.dtype), .constant(0, .i32)]
    let states = try context.fold(over: [("r", type.shape[axis])], initial: initial) { point, states in
      let x = try context.read(0, Array(index[..<axis]) + point + Array(index[axis...]))
      let isGreater = Element.compare(.gt, x, states[0])
      let beatsNumber = Element.binary(.and, .isNaN(x), .unary(.not, .isNaN(states[0])))
      let isBetter = type.dtype == .i32 ? isGreater : Element.binary(.or, isGreater, beatsNumber)
      return [.select(isBetter, x, states[0]), .select(isBetter, .index(point[0]), states[1])]
    }
    return [states[1]]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}

extension GraphBuilder {
  package func argumentOfMaximum(_ x: Value, axis: Int) throws -> Value { try add(ArgumentOfMaximum(axis: axis), x) }
}
