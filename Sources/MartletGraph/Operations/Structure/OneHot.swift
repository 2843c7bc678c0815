import MartletCore

/// 1 at each i32 index along a new last axis, 0 elsewhere [torch.nn.functional.one_hot, as f32 where the text names no other type].
/// An index out of range that the graph computes gives a row of NaN, in integers of 0.
package struct OneHot: TensorOperation {
  package static let mnemonic = "one_hot"
  package static var samples: [OperationSample] {
    [([5], 7, DType.f32), ([2, 3], 4, .f32), ([], 3, .f32), ([6], 5, .i32)].map { (extents: [Int], classes: Int, dtype: DType) in
      OperationSample(OneHot(classes: classes, dtype), [(TensorType(.i32, Shape(extents)), .integers(0, classes))])
    }
  }

  package let classes: Int
  package let dtype: DType

  package init(classes: Int, _ dtype: DType = .f32) { (self.classes, self.dtype) = (classes, dtype) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    classes = try attributes.integer("classes")
    dtype = resultTypes.first?.dtype ?? .f32
  }

  package var attributes: [Attribute] { [Attribute("classes", .integer(classes))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard operands[0].dtype == .i32, classes > 0, dtype.isFloatingPoint || dtype == .i32 else {
      throw invalid(
        "expected i32 indices, at least one class and a result of f32, f64 or i32, found \(operands[0]), \(classes), \(dtype.rawValue)",
        advice: operands[0].dtype == .i32 ? "Give the number of classes, and a result of f32." : "Convert the indices to i32.")
    }
    return [TensorType(dtype, Shape(operands[0].shape.extents + [classes]))]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let indices: [Int32] = try Evaluation.elements(operands[0])
    let numbers = indices.flatMap { index in
      (0..<classes).contains(Int(index))
        ? (0..<classes).map { $0 == Int(index) ? 1.0 : 0.0 } : [Double](repeating: dtype.outOfRange, count: classes)
    }
    return [HostTensor(try resultTypes([operands[0].type])[0], numbers: numbers)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let position = try context.read(0, Array(index.dropLast()))
    return [
      context.withCheckedIndex(position, below: classes) { position in
        .select(.compare(.eq, .index(position), .index(index[index.count - 1])), .constant(1, dtype), .constant(0, dtype))
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  package func oneHot(_ indices: Value, classes: Int, _ dtype: DType = .f32) throws -> Value {
    try add(OneHot(classes: classes, dtype), indices)
  }
}
