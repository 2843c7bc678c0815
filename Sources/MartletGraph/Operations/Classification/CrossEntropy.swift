import Glibc
import MartletCore

/// The mean over N of the cross entropy of softmax(logits) with integer labels [torch.nn.functional.cross_entropy]: logits `[N, K]`,
/// labels `i32[N]` below K, a scalar. With label smoothing s the target is `1 - s` on the label plus `s / K` everywhere.
/// A label out of range that the graph computes makes the loss NaN.
package struct CrossEntropy: TensorOperation {
  package static let mnemonic = "cross_entropy"
  package static var samples: [OperationSample] {
    CrossEntropySamples.make { CrossEntropy(labelSmoothing: $0) }
  }

  package let labelSmoothing: ExactDouble

  package init(labelSmoothing: Double = 0) { self.labelSmoothing = ExactDouble(labelSmoothing) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    labelSmoothing = ExactDouble(try attributes.number("label_smoothing", default: 0))
  }

  package var attributes: [Attribute] { Attribute.unlessDefault("label_smoothing", .number(labelSmoothing), .number(0)) }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    try CrossEntropySamples.check(Self.mnemonic, operands[0], operands[1], labelSmoothing.value)
    return [TensorType(operands[0].dtype, [])]
  }

  package func differentiability(operand: Int) -> Differentiability { operand == 0 ? .differentiable : .zeroDerivative }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let (logits, labels) = (context.operands[0], context.operands[1])
    let gradient = try builder.add(CrossEntropyGradient(labelSmoothing: labelSmoothing.value), logits, labels)
    let scale = try builder.broadcast(context.adjoint(), builder.shape(of: logits), axes: [])
    return [try builder.multiply(gradient, scale), nil]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
    let labels: [Int32] = try Evaluation.elements(operands[1])
    let logProbabilities = try LogSoftmax(axis: 1).evaluate([operands[0].converted(to: .f64)])[0].numbers
    let smoothing = labelSmoothing.value
    var sum = 0.0
    for row in 0..<rows {
      let label = Int(labels[row])
      guard (0..<classes).contains(label) else {
        sum = .nan
        continue
      }
      sum -= (1 - smoothing) * logProbabilities[row * classes + label]
      if smoothing > 0 { sum -= smoothing / Double(classes) * (0..<classes).reduce(0) { $0 + logProbabilities[row * classes + $1] } }
    }
    return [HostTensor(TensorType(operands[0].dtype, []), numbers: [sum / Double(rows)])]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let (rows, classes) = (type.shape[0], type.shape[1])
    let smoothing = labelSmoothing.value
    let sum = try context.sum(over: [("n", rows)], type.dtype) { point in
      let n = point[0]
      let shift = try context.maximum(over: [("j", classes)], type.dtype) { try context.read(0, [n, $0[0]]) }
      let sum = try context.sum(over: [("j", classes)], type.dtype) { .unary(.exp, try context.read(0, [n, $0[0]]) - shift) }
      let logarithm = Element.unary(.log, sum)
      let loss = try context.withCheckedIndex(context.read(1, [n]), below: classes) { label in
        logarithm - (try context.read(0, [n, label]) - shift)
      }
      guard smoothing > 0 else { return loss }
      let uniform = try context.sum(over: [("j", classes)], type.dtype) { logarithm - (try context.read(0, [n, $0[0]]) - shift) }
      return loss * loss.constant(1 - smoothing) + uniform * loss.constant(smoothing / Double(classes))
    }
    return [sum / sum.constant(Double(rows))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 13 * operands[0].elementCount }
}

extension GraphBuilder {
  package func crossEntropy(_ logits: Value, _ labels: Value, labelSmoothing: Double = 0) throws -> Value {
    try add(CrossEntropy(labelSmoothing: labelSmoothing), logits, labels)
  }
}

enum CrossEntropySamples {
  static func make(_ operation: (Double) -> any TensorOperation) -> [OperationSample] {
    [(4, 10, 0), (7, 3, 0), (3, 17, 0.1)].map { (rows: Int, classes: Int, smoothing: Double) in
      OperationSample(
        operation(smoothing), [(TensorType(.f32, [rows, classes]), .uniform(-3, 3)), (TensorType(.i32, [rows]), .integers(0, classes))])
    }
  }

  static func check(_ mnemonic: String, _ logits: TensorType, _ labels: TensorType, _ smoothing: Double) throws {
    guard logits.dtype.isFloatingPoint, logits.shape.rank == 2, logits.shape[0] > 0, logits.shape[1] > 0,
      labels == TensorType(.i32, [logits.shape[0]])
    else {
      throw MartletError(
        GraphErrorCode.operandTypes, "\(mnemonic): expected logits [N, K] and labels i32[N], found \(logits) and \(labels)")
    }
    guard smoothing >= 0, smoothing < 1 else {
      throw MartletError(GraphErrorCode.attributeValue, "\(mnemonic): label_smoothing must be at least 0 and below 1, found \(smoothing)")
    }
  }
}
