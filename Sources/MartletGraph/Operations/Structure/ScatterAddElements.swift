import MartletCore

/// A base to each of whose elements the updates are added whose i32 index names its position along an axis, all other positions being equal,
/// in ascending order [torch.scatter_add]: the adjoint of `gather_elements`. Of f32, f64 or i32, which wraps around.
///
/// Updates and indices have one shape, no longer than the base but along the axis. Updates whose index, computed in the graph, is out of range
/// are dropped.
package struct ScatterAddElements: TensorOperation {
  package static let mnemonic = "scatter_add_elements"
  package static var samples: [OperationSample] {
    func sample(_ dtype: DType, _ base: [Int], _ indices: [Int], _ axis: Int, _ fill: OperationSample.Fill) -> OperationSample {
      OperationSample(
        ScatterAddElements(axis: axis),
        [
          (TensorType(dtype, Shape(base)), fill), (TensorType(.i32, Shape(indices)), .integers(0, base[axis])),
          (TensorType(dtype, Shape(indices)), fill),
        ])
    }
    let shapes: [([Int], [Int], Int)] = [
      ([7], [4], 0), ([3, 9], [3, 5], 1), ([9, 5], [17, 5], 0), ([2, 5, 4], [2, 3, 4], 1), ([4, 6], [3, 9], 1), ([5, 3], [2, 1], 0),
      ([600, 2], [5, 2], 0),
    ]
    return shapes.map { sample(.f32, $0.0, $0.1, $0.2, .uniform(-2, 2)) }
      + [sample(.i32, [3, 5], [3, 41], 1, .integers(-9, 9)), sample(.i32, [4, 3], [8, 2], 0, .integers(-2_000_000_000, 2_000_000_000))]
  }

  package let axis: Int

  package init(axis: Int) { self.axis = axis }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { axis = try attributes.integer("axis") }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(3, operands)
    try expectNumbers(operands[0])
    let updates = try inferred(GatherElements(axis: axis), [operands[0], operands[1]])[0]
    guard operands[2] == updates else {
      throw invalid(
        "expected updates of type \(updates), found \(operands[2])", advice: "Give an update for each element that the indices name.")
    }
    return [operands[0]]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 1 ? .zeroDerivative : .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let adjoint = try context.adjoint()
    return [adjoint, nil, try context.ifNeeded(2) { try context.builder.gatherElements(adjoint, context.operands[1], axis: axis) }]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (shape, strides) = (operands[0].shape, operands[0].shape.strides)
    let indices: [Int32] = try Evaluation.elements(operands[1])
    var result = operands[0].numbers
    let updates = operands[2].numbers
    let wraps = operands[0].dtype == .i32
    var next = 0
    Evaluation.forEachIndex(operands[1].shape.extents) { index in
      defer { next += 1 }
      var target = index
      target[axis] = Int(indices[next])
      guard (0..<shape[axis]).contains(target[axis]) else { return }
      let place = zip(target, strides).reduce(0) { $0 + $1.0 * $1.1 }
      let sum = result[place] + updates[next]
      result[place] = wraps ? Double(Int32(truncatingIfNeeded: Int64(sum))) : sum
    }
    return [HostTensor(operands[0].type, numbers: result)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let (base, indices) = (context.operandTypes[0], context.operandTypes[1].shape)
    // Where the indices are shorter than the base nothing is added.
    let inside = index.indices.filter { $0 != axis && indices[$0] < base.shape[$0] }.map { IndexCondition(index[$0], in: 0..<indices[$0]) }
    let sum = try context.sum(over: [("r", indices[axis])], base.dtype, where: { _ in inside }) { point in
      var source = index
      source[axis] = point[0]
      let update = try context.read(2, source)
      let entry = try context.read(1, source)
      // The subscript is not used, but says that inputs are checked. The number itself is compared: out of range it equals no entry.
      return context.withDataIndex(entry, below: base.shape[axis]) { _ in
        .select(.compare(.eq, entry, .index(index[axis])), update, update.constant(0))
      }
    }
    return [try context.read(0, index) + sum]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[2].elementCount }
}

extension GraphBuilder {
  /// `base` with each update added at the position of an axis that its i32 index names, all other positions being those of the update
  /// [torch.scatter_add]; updates of indices out of range are dropped. Throws M305 where the shapes do not fit.
  package func scatterAddElements(_ base: Value, _ indices: Value, _ updates: Value, axis: Int) throws -> Value {
    try add(ScatterAddElements(axis: axis), base, indices, updates)
  }
}
