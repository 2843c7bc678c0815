import MartletCore

/// The same elements in row-major order under another shape [torch.reshape].
package struct Reshape: TensorOperation {
  package static let mnemonic = "reshape"
  package static var samples: [OperationSample] {
    [([2, 3, 4], [2, 12]), ([6, 4], [3, 8]), ([1, 5], [5]), ([], [1, 1]), ([4, 9], [2, 2, 3, 3])].map { (from: [Int], to: [Int]) in
      OperationSample(Reshape(Shape(to)), [(TensorType(.f32, Shape(from)), .uniform(-2, 2))])
    }
  }

  package let shape: Shape

  package init(_ shape: Shape) { self.shape = shape }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    guard let type = resultTypes.first else { throw MartletError(GraphErrorCode.missingPart, "reshape needs a result type") }
    shape = type.shape
  }

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    // A shape with a negative extent is reported with what to do about it.
    guard shape.extents.contains(where: { $0 < 0 }) || operands[0].elementCount == shape.elementCount else {
      throw invalid(
        "\(operands[0]) has \(operands[0].elementCount) elements, \(shape) has \(shape.elementCount)",
        advice: "Give a shape of as many elements; pad, slice or broadcast make more or fewer.")
    }
    return [TensorType(operands[0].dtype, shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    [try context.builder.reshape(context.adjoint(), context.builder.shape(of: context.operands[0]))]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] { [try operands[0].reshaped(shape)] }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [try context.read(0, Reshape.sourceIndex(index, from: context.operandTypes[0].shape, to: shape))]
  }

  /// The operand's index of the element at `index` of the result. Runs of axes whose extents have the same product are regrouped on
  /// their own, so that an axis that stays what it was keeps its plain index.
  package static func sourceIndex(_ index: [Index], from source: Shape, to target: Shape) -> [Index] {
    // There is no element to read, and nothing can be divided by such an extent.
    guard source.elementCount > 0 else { return source.extents.map { _ in Index(0) } }
    var result: [Index] = []
    var (sourceAxis, targetAxis) = (0, 0)
    while sourceAxis < source.rank || targetAxis < target.rank {
      let (sourceStart, targetStart) = (sourceAxis, targetAxis)
      var (sourceCount, targetCount) = (1, 1)
      repeat {
        if sourceAxis < source.rank, sourceCount <= targetCount || targetAxis == target.rank {
          sourceCount *= source[sourceAxis]
          sourceAxis += 1
        } else if targetAxis < target.rank {
          targetCount *= target[targetAxis]
          targetAxis += 1
        }
      } while sourceCount != targetCount && (sourceAxis < source.rank || targetAxis < target.rank)
      // Axes of extent 1 belong to the group before them.
      let sourceGroup = Shape(Array(source.extents[sourceStart..<sourceAxis]))
      let targetGroup = Shape(Array(target.extents[targetStart..<targetAxis]))
      if sourceGroup == targetGroup {
        result += index[targetStart..<targetAxis]
        continue
      }
      let linear = zip(index[targetStart..<targetAxis], targetGroup.strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
      for (axis, stride) in sourceGroup.strides.enumerated() {
        let position = linear / stride
        let leading = sourceGroup.extents[..<axis].allSatisfy { $0 == 1 }
        result.append(sourceGroup[axis] == 1 ? Index(0) : leading ? position : position % sourceGroup[axis])
      }
    }
    return result
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The same elements in row-major order under another shape of as many elements [torch.reshape]. Throws M305 for another number.
  public func reshape(_ x: Value, _ shape: Shape) throws -> Value { self.shape(of: x) == shape ? x : try add(Reshape(shape), x) }
}
