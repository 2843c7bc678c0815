import MartletCore

/// Puts `low[i]` elements before and `high[i]` after axis i, all of one value [torch.nn.functional.pad, mode constant].
package struct Pad: TensorOperation {
  package static let mnemonic = "pad"
  package static var samples: [OperationSample] {
    [([5], [2], [3], 0), ([3, 4], [0, 1], [2, 0], -1.5), ([2, 3, 5, 4], [0, 0, 1, 2], [0, 0, 1, 1], 0), ([], [], [], 0)].map {
      (extents: [Int], low: [Int], high: [Int], value: Double) in
      OperationSample(Pad(low: low, high: high, value: value), [(TensorType(.f32, Shape(extents)), .uniform(-2, 2))])
    } + [OperationSample(Pad(low: [1], high: [2], value: 7), [(TensorType(.i32, [9]), .integers(-9, 9))])]
  }

  package let low: [Int]
  package let high: [Int]
  package let value: ExactDouble

  package init(low: [Int], high: [Int], value: Double = 0) {
    (self.low, self.high, self.value) = (low, high, ExactDouble(value))
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    low = try attributes.integers("low")
    high = try attributes.integers("high")
    value = ExactDouble(try attributes.number("value", default: 0))
  }

  package var attributes: [Attribute] {
    [Attribute("low", .integers(low)), Attribute("high", .integers(high))] + Attribute.unlessDefault("value", .number(value), .number(0))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    let shape = operands[0].shape
    guard low.count == shape.rank, high.count == shape.rank, (low + high).allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
      throw invalid(
        "low \(low) and high \(high) must have a number from 0 to \(Int32.max) for each axis of \(shape)",
        advice: low.count == shape.rank && high.count == shape.rank
          ? "Correct the numbers; slice cuts off what negative padding would." : "Write all axes: 0 for those that stay as they are.")
    }
    try expectFits("value", value.value, operands[0].dtype)
    let extents = shape.extents.indices.map { shape[$0].addingReportingOverflow(low[$0] + high[$0]) }
    guard !extents.contains(where: \.overflow) else {
      throw invalid("a tensor of \(shape) with low \(low) and high \(high) is not possible", advice: "Pad by less.")
    }
    return [TensorType(operands[0].dtype, Shape(extents.map(\.partialValue)))]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let shape = context.builder.shape(of: context.operands[0])
    return [try context.builder.slice(context.adjoint(), starts: low, limits: zip(low, shape.extents).map(+))]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let source = operands[0].shape
    let padded = try resultTypes([operands[0].type])[0]
    let strides = source.strides
    let numbers = operands[0].numbers
    var result: [Double] = []
    result.reserveCapacity(padded.elementCount)
    Evaluation.forEachIndex(padded.shape.extents) { index in
      let position = zip(index, low).map(-)
      let isInside = zip(position, source.extents).allSatisfy { (0..<$1).contains($0) }
      result.append(isInside ? numbers[zip(position, strides).reduce(0) { $0 + $1.0 * $1.1 }] : value.value)
    }
    return [HostTensor(padded, numbers: result)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let shape = context.operandTypes[0].shape
    let position = zip(index, low).map { $0 - $1 }
    let element = try context.read(0, position)
    let conditions = shape.extents.indices.filter { low[$0] > 0 || high[$0] > 0 }.map { IndexCondition(position[$0], in: 0..<shape[$0]) }
    guard !conditions.isEmpty else { return [element] }
    return [Element(.guarded(conditions, value: element, otherwise: element.constant(value.value)), element.dtype)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// Puts `low[i]` elements of one value before and `high[i]` after axis i [torch.nn.functional.pad]. Throws M305 for numbers that do not
  /// fit.
  public func pad(_ x: Value, low: [Int], high: [Int], value: Double = 0) throws -> Value {
    let none = shape(of: x).extents.map { _ in 0 }
    return low == none && high == none ? x : try add(Pad(low: low, high: high, value: value), x)
  }
}
