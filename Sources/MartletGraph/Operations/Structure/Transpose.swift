import MartletCore

/// Axis i of the result is axis `permutation[i]` of the operand [torch.permute].
package struct Transpose: TensorOperation {
  package static let mnemonic = "transpose"
  package static var samples: [OperationSample] {
    [([5, 3], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4, 5], [0, 2, 3, 1])].map { (extents: [Int], permutation: [Int]) in
      OperationSample(Transpose(permutation), [(TensorType(.f32, Shape(extents)), .uniform(-2, 2))])
    }
  }

  package let permutation: [Int]

  package init(_ permutation: [Int]) { self.permutation = permutation }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    permutation = try attributes.integers("permutation")
  }

  package var attributes: [Attribute] { [Attribute("permutation", .integers(permutation))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard permutation.sorted() == Array(0..<operands[0].shape.rank) else {
      throw invalid(
        "permutation \(permutation) must name each axis of \(operands[0].shape) once",
        advice: permutation.count == operands[0].shape.rank ? axes(of: operands[0].shape) : "Write all \(operands[0].shape.rank) axes.")
    }
    return [TensorType(operands[0].dtype, Shape(permutation.map { operands[0].shape[$0] }))]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  private var inverse: [Int] {
    var inverse = [Int](repeating: 0, count: permutation.count)
    for (axis, source) in permutation.enumerated() { inverse[source] = axis }
    return inverse
  }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [try context.builder.transpose(context.adjoint(), inverse)] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let strides = operands[0].shape.strides
    let shape = Shape(permutation.map { operands[0].shape[$0] })
    return [Evaluation.gather(operands[0], shape) { index in zip(permutation, index).reduce(0) { $0 + strides[$1.0] * $1.1 } }]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [try context.read(0, inverse.map { index[$0] })]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// Axis i of the result is axis `permutation[i]` of `x` [torch.permute]. Throws M305 unless it names each axis once.
  public func transpose(_ x: Value, _ permutation: [Int]) throws -> Value {
    permutation == Array(permutation.indices) ? x : try add(Transpose(permutation), x)
  }
}
