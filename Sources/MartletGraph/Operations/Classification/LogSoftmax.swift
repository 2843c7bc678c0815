import Glibc
import MartletCore

/// `x - max - log(sum(exp(x - max)))` along an axis [torch.nn.functional.log_softmax].
package struct LogSoftmax: TensorOperation {
  package static let mnemonic = "log_softmax"
  package static var samples: [OperationSample] {
    [([4, 10], 1), ([10, 3], 0), ([2, 5, 3], 1), ([33], 0)].map { (extents: [Int], axis: Int) in
      OperationSample(LogSoftmax(axis: axis), [(TensorType(.f32, Shape(extents)), .uniform(-3, 3))])
    }
  }

  package let axis: Int

  package init(axis: Int) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { axis = try attributes.integer("axis") }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectFloatingPoint(operands[0])
    guard operands[0].shape.extents.indices.contains(axis) else {
      throw invalid("axis \(axis) is not an axis of \(operands[0])", advice: axes(of: operands[0].shape))
    }
    guard operands[0].shape[axis] > 0 else {
      throw invalid("axis \(axis) of \(operands[0]) has no element", advice: "Give at least one class.")
    }
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let dy = try context.adjoint()
    let shape = builder.shape(of: dy)
    let kept = shape.extents.indices.filter { $0 != axis }
    let sum = try builder.broadcast(builder.reduceSum(dy, axes: [axis]), shape, axes: kept)
    return [try builder.subtract(dy, builder.multiply(builder.exponential(context.results[0]), sum))]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    let x = operands[0].numbers
    let stride = shape.strides[axis]
    var y = [Double](repeating: 0, count: x.count)
    for start in x.indices where start / stride % shape[axis] == 0 {
      let row = (0..<shape[axis]).map { start + $0 * stride }
      let shift = row.reduce(-Double.infinity) { BinaryFunction.maximum($0, x[$1]) }
      let logarithm = log(row.reduce(0) { $0 + exp(x[$1] - shift) })
      for position in row { y[position] = x[position] - shift - logarithm }
    }
    return [HostTensor(operands[0].type, numbers: y)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    func read(at position: Index) throws -> Element {
      var source = index
      source[axis] = position
      return try context.read(0, source)
    }
    let shift = try context.maximum(over: [("j", type.shape[axis])], type.dtype) { try read(at: $0[0]) }
    let sum = try context.sum(over: [("j", type.shape[axis])], type.dtype) { .unary(.exp, try read(at: $0[0]) - shift) }
    return [try read(at: index[axis]) - shift - .unary(.log, sum)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 13 * operands[0].elementCount }
}

extension GraphBuilder {
  package func logSoftmax(_ x: Value, axis: Int) throws -> Value { try add(LogSoftmax(axis: axis), x) }
}
