import MartletCore

/// The elements `starts[i], starts[i] + strides[i], …` below `limits[i]` of each axis [x[start:limit:stride]].
package struct Slice: TensorOperation {
  package static let mnemonic = "slice"
  package static var samples: [OperationSample] {
    [
      ([9], [2], [7], [1]), ([9], [1], [9], [3]), ([8], [0], [8], [3]), ([4, 5], [1, 0], [3, 5], [1, 2]),
      ([2, 3, 6, 7], [0, 1, 0, 3], [2, 3, 6, 4], [1, 1, 4, 1]), ([], [], [], []),
    ].map { (extents: [Int], starts: [Int], limits: [Int], strides: [Int]) in
      OperationSample(
        Slice(starts: starts, limits: limits, strides: strides), [(TensorType(.f32, Shape(extents)), .uniform(-2, 2))])
    }
  }

  package let starts: [Int]
  package let limits: [Int]
  package let strides: [Int]

  package init(starts: [Int], limits: [Int], strides: [Int]? = nil) {
    (self.starts, self.limits, self.strides) = (starts, limits, strides ?? starts.map { _ in 1 })
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    starts = try attributes.integers("starts")
    limits = try attributes.integers("limits")
    strides = try attributes.integers("strides", default: starts.map { _ in 1 })
  }

  package var attributes: [Attribute] {
    [Attribute("starts", .integers(starts)), Attribute("limits", .integers(limits))]
      + Attribute.unlessDefault("strides", .integers(strides), .integers(starts.map { _ in 1 }))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    let shape = operands[0].shape
    guard starts.count == shape.rank, limits.count == shape.rank, strides.count == shape.rank,
      shape.extents.indices.allSatisfy({
        0 <= starts[$0] && starts[$0] <= limits[$0] && limits[$0] <= shape[$0] && (1...Int(Int32.max)).contains(strides[$0])
      })
    else {
      throw invalid(
        "starts \(starts), limits \(limits) and strides \(strides) must have a number for each axis of \(shape): "
          + "0 <= start <= limit <= extent, strides of at least 1",
        advice: [starts, limits, strides].contains { $0.count != shape.rank }
          ? "Write all axes: 0 and the extent for those that stay whole." : "Correct the bounds; in the IR none counts from the end.")
    }
    return [TensorType(operands[0].dtype, Shape(shape.extents.indices.map(count)))]
  }

  /// Elements that are taken of an axis.
  private func count(_ axis: Int) -> Int { (limits[axis] - starts[axis] + strides[axis] - 1) / strides[axis] }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let extents = builder.shape(of: context.operands[0]).extents
    var adjoint = try context.adjoint()
    for axis in extents.indices where strides[axis] > 1 && count(axis) > 0 {
      // Zeros behind each element: an axis of that many, then both as one. What is too much at the end is cut off.
      let shape = builder.shape(of: adjoint).extents
      let outer = Array(shape[...axis]), inner = Array(shape[(axis + 1)...])
      let split = try builder.reshape(adjoint, Shape(outer + [1] + inner))
      var high = [Int](repeating: 0, count: shape.count + 1)
      high[axis + 1] = strides[axis] - 1
      let spread = try builder.pad(split, low: high.map { _ in 0 }, high: high)
      let joined = try builder.reshape(spread, Shape(outer.dropLast() + [shape[axis] * strides[axis]] + inner))
      var limits = builder.shape(of: joined).extents
      limits[axis] = (shape[axis] - 1) * strides[axis] + 1
      adjoint = try builder.slice(joined, starts: limits.map { _ in 0 }, limits: limits)
    }
    let spread = builder.shape(of: adjoint).extents
    return [try builder.pad(adjoint, low: starts, high: extents.indices.map { extents[$0] - starts[$0] - spread[$0] })]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let sourceStrides = operands[0].shape.strides
    let shape = Shape(operands[0].shape.extents.indices.map(count))
    return [
      Evaluation.gather(operands[0], shape) { index in
        index.indices.reduce(0) { $0 + (starts[$1] + index[$1] * strides[$1]) * sourceStrides[$1] }
      }
    ]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [try context.read(0, index.indices.map { index[$0] * strides[$0] + starts[$0] })]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The elements `starts[i]`, `starts[i] + strides[i]`, … below `limits[i]` of each axis [x[start:limit:stride]]; all strides are 1 unless
  /// given. Throws M305 for bounds outside of the extents.
  public func slice(_ x: Value, starts: [Int], limits: [Int], strides: [Int]? = nil) throws -> Value {
    let extents = shape(of: x).extents
    let isWhole = starts == extents.map { _ in 0 } && limits == extents && strides ?? extents.map { _ in 1 } == extents.map { _ in 1 }
    return isWhole ? x : try add(Slice(starts: starts, limits: limits, strides: strides), x)
  }
}
