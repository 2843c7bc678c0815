import MartletCore

/// One after the other along an axis; the other axes are equal [torch.cat].
package struct Concatenate: TensorOperation {
  package static let mnemonic = "concat"
  package static var samples: [OperationSample] {
    [
      ([[3], [5]], 0), ([[2, 3], [4, 3], [1, 3]], 0), ([[2, 3, 4], [2, 1, 4]], 1), ([[2, 5], [2, 1], [2, 4]], 1), ([[3, 2]], 0),
    ].map {
      (shapes: [[Int]], axis: Int) in
      OperationSample(Concatenate(axis: axis), shapes.map { (TensorType(.f32, Shape($0)), .uniform(-2, 2)) })
    }
  }

  package let axis: Int

  package init(axis: Int) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { axis = try attributes.integer("axis") }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    guard let first = operands.first else { throw invalid("takes at least 1 operand, found 0", advice: "Name the tensors to join.") }
    guard first.shape.extents.indices.contains(axis) else {
      throw invalid("axis \(axis) must be an axis of \(first.shape)", advice: axes(of: first.shape))
    }
    var extents = first.shape.extents
    extents[axis] = 0
    for operand in operands {
      var own = operand.shape.extents
      guard operand.dtype == first.dtype, own.count == extents.count else {
        throw unequal(first, operand)
      }
      let (sum, overflow) = extents[axis].addingReportingOverflow(own[axis])
      own[axis] = extents[axis]
      guard own == extents, !overflow else {
        throw unequal(first, operand)
      }
      extents[axis] = sum
    }
    return [TensorType(first.dtype, Shape(extents))]
  }

  private func unequal(_ first: TensorType, _ other: TensorType) -> MartletError {
    invalid(
      "operands must have equal types but for axis \(axis), found \(first) and \(other)",
      advice: first.dtype == other.dtype
        ? "Join along another axis, or reshape, pad or slice one of them." : "Convert one of them to the other's type.")
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  /// Where each operand begins along the axis.
  private func starts(_ extents: [Int]) -> [Int] { extents.indices.map { extents[..<$0].reduce(0, +) } }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let adjoint = try context.adjoint()
    let extents = context.operands.map { builder.shape(of: $0)[axis] }
    return try zip(context.operands.indices, starts(extents)).map { operand, start in
      try context.ifNeeded(operand) {
        var limits = builder.shape(of: adjoint).extents
        var starts = limits.map { _ in 0 }
        (starts[axis], limits[axis]) = (start, start + extents[operand])
        return try builder.slice(adjoint, starts: starts, limits: limits)
      }
    }
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let type = try resultTypes(operands.map(\.type))[0]
    let inner = type.shape.extents[(axis + 1)...].reduce(1, *)
    let numbers = operands.map(\.numbers)
    var result: [Double] = []
    result.reserveCapacity(type.elementCount)
    for outer in 0..<type.shape.extents[..<axis].reduce(1, *) {
      for (operand, own) in zip(operands, numbers) {
        let length = operand.shape[axis] * inner
        result += own[outer * length..<(outer + 1) * length]
      }
    }
    return [HostTensor(type, numbers: result)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let extents = context.operandTypes.map { $0.shape[axis] }
    var result: Element?
    for (operand, start) in zip(extents.indices, starts(extents)).reversed() {
      var position = index
      position[axis] = index[axis] - start
      let element = try context.read(operand, position)
      let otherwise = result ?? element.constant(0)
      let condition = IndexCondition(position[axis], in: 0..<extents[operand])
      result = extents.count == 1 ? element : Element(.guarded([condition], value: element, otherwise: otherwise), element.dtype)
    }
    return [result ?? .constant(0, .f32)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The tensors one after the other along an axis [torch.cat]. Throws M305 unless all have one element type and equal extents along the
  /// other axes.
  public func concatenate(_ operands: [Value], axis: Int) throws -> Value {
    operands.count == 1 ? operands[0] : try add(Concatenate(axis: axis), operands)[0]
  }
}
