import Glibc
import MartletCore

/// The mean over N of the cross entropy of softmax(logits) with integer labels [torch.nn.functional.cross_entropy]: logits `[N, K]`,
/// labels `i32[N]` below K, a scalar. With label smoothing s the target is `1 - s` on the label plus `s / K` everywhere.
/// A label out of range that the graph computes makes the loss NaN.
///
/// A third operand `[N]` holds a weight for each sample. The result is then the sum over N of each loss times its weight: a mean is weighted
/// by weights whose sum is 1. A sample of weight 0 adds nothing, whatever its loss.
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
    try CrossEntropySamples.check(self, operands, labelSmoothing.value)
    return [TensorType(operands[0].dtype, [])]
  }

  package func differentiability(operand: Int) -> Differentiability {
    [.differentiable, .zeroDerivative, .notDifferentiable][min(operand, 2)]
  }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let gradient = try builder.add(CrossEntropyGradient(labelSmoothing: labelSmoothing.value), context.operands)[0]
    let scale = try builder.broadcast(context.adjoint(), builder.shape(of: context.operands[0]), axes: [])
    return [try builder.multiply(gradient, scale)] + context.operands.dropFirst().map { _ in nil }
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
    let labels: [Int32] = try Evaluation.elements(operands[1])
    let logProbabilities = try LogSoftmax(axis: 1).evaluate([operands[0].converted(to: .f64)])[0].numbers
    let smoothing = labelSmoothing.value
    let weights = operands.count > 2 ? operands[2].numbers : nil
    var sum = 0.0
    for row in 0..<rows {
      let label = Int(labels[row])
      let weight = weights?[row] ?? 1 / Double(rows)
      guard weight != 0 else { continue }
      guard (0..<classes).contains(label) else {
        sum = .nan
        continue
      }
      sum -= weight * (1 - smoothing) * logProbabilities[row * classes + label]
      guard smoothing > 0 else { continue }
      let all = (0..<classes).reduce(0) { $0 + logProbabilities[row * classes + $1] }
      sum -= weight * smoothing / Double(classes) * all
    }
    return [HostTensor(TensorType(operands[0].dtype, []), numbers: [sum])]
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
      guard smoothing > 0 else { return try weighted(loss, n, context) }
      let uniform = try context.sum(over: [("j", classes)], type.dtype) { logarithm - (try context.read(0, [n, $0[0]]) - shift) }
      return try weighted(loss * loss.constant(1 - smoothing) + uniform * loss.constant(smoothing / Double(classes)), n, context)
    }
    return [context.operandTypes.count > 2 ? sum : sum / sum.constant(Double(rows))]
  }

  private func weighted(_ loss: Element, _ n: Index, _ context: ElementContext) throws -> Element {
    guard context.operandTypes.count > 2 else { return loss }
    let weight = try context.read(2, [n])
    return .select(.compare(.eq, weight, weight.constant(0)), weight.constant(0), loss * weight)
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 13 * operands[0].elementCount }
}

extension GraphBuilder {
  package func crossEntropy(_ logits: Value, _ labels: Value, weights: Value? = nil, labelSmoothing: Double = 0) throws -> Value {
    try add(CrossEntropy(labelSmoothing: labelSmoothing), [logits, labels] + (weights.map { [$0] } ?? []))[0]
  }
}

enum CrossEntropySamples {
  static func make(_ operation: (Double) -> any TensorOperation) -> [OperationSample] {
    [(4, 10, 0, false), (7, 3, 0, false), (3, 17, 0.1, false), (5, 9, 0, true), (4, 18, 0.2, true)].map {
      (rows: Int, classes: Int, smoothing: Double, isWeighted: Bool) in
      let weights: [(TensorType, OperationSample.Fill)] = isWeighted ? [(TensorType(.f32, [rows]), .uniform(0.1, 1))] : []
      return OperationSample(
        operation(smoothing),
        [(TensorType(.f32, [rows, classes]), .uniform(-3, 3)), (TensorType(.i32, [rows]), .integers(0, classes))] + weights)
    }
  }

  static func check(_ operation: some TensorOperation, _ operands: [TensorType], _ smoothing: Double) throws {
    try operation.expectOperands(operands.count == 3 ? 3 : 2, operands)
    let (logits, labels) = (operands[0], operands[1])
    guard logits.dtype.isFloatingPoint, logits.shape.rank == 2, logits.shape[0] > 0, logits.shape[1] > 0,
      labels == TensorType(.i32, [logits.shape[0]])
    else {
      throw operation.invalid(
        "expected logits [N, K] and labels i32[N], found \(logits) and \(labels)",
        advice: labels.dtype != .i32
          ? "Convert the labels to i32, numbers of classes from 0 on."
          : "Give a row of scores and one number of a class, not a list of probabilities, for each sample.")
    }
    let weights = TensorType(logits.dtype, [logits.shape[0]])
    if operands.count == 3, operands[2] != weights {
      throw operation.invalid(
        "expected \(weights) as weights of the samples, found \(operands[2])",
        advice: "Weights of classes become weights of samples with gather, by the labels.")
    }
    guard smoothing >= 0, smoothing < 1 else {
      throw MartletError(
        GraphErrorCode.attributeValue,
        "\(type(of: operation).mnemonic): label_smoothing must be at least 0 and below 1, found \(smoothing)",
        advice: "Give a small number such as 0.1.")
    }
  }
}
