import Glibc
import MartletCore

/// `(softmax(logits) - target) / N`; the incoming gradient multiplies outside. With weights of the samples as a third operand `[N]` each row
/// is multiplied by its weight in place of `1 / N`; a row of weight 0 is 0, whatever its logits are. A label out of range that the graph computes
/// gives a row of NaN.
package struct CrossEntropyGradient: WithoutDerivative {
  package static let mnemonic = "cross_entropy_grad"
  package static var samples: [OperationSample] { CrossEntropySamples.make { CrossEntropyGradient(labelSmoothing: $0) } }

  package let labelSmoothing: ExactDouble

  package init(labelSmoothing: Double = 0) { self.labelSmoothing = ExactDouble(labelSmoothing) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    labelSmoothing = ExactDouble(try attributes.number("label_smoothing", default: 0))
  }

  package var attributes: [Attribute] { Attribute.unlessDefault("label_smoothing", .number(labelSmoothing), .number(0)) }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try CrossEntropySamples.check(self, operands, labelSmoothing.value)
    return [operands[0]]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
    let labels: [Int32] = try Evaluation.elements(operands[1])
    let logProbabilities = try LogSoftmax(axis: 1).evaluate([operands[0].converted(to: .f64)])[0].numbers
    let smoothing = labelSmoothing.value
    let weights = operands.count > 2 ? operands[2].numbers : nil
    let gradient = logProbabilities.indices.map { position -> Double in
      let weight = weights?[position / classes] ?? 1 / Double(rows)
      guard weight != 0 else { return 0 }
      let label = Int(labels[position / classes])
      guard (0..<classes).contains(label) else { return Double.nan }
      let target = (position % classes == label ? 1 - smoothing : 0) + smoothing / Double(classes)
      return (exp(logProbabilities[position]) - target) * weight
    }
    return [HostTensor(operands[0].type, numbers: gradient)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let (rows, classes) = (type.shape[0], type.shape[1])
    let n = index[0]
    let smoothing = labelSmoothing.value
    let shift = try context.maximum(over: [("j", classes)], type.dtype) { try context.read(0, [n, $0[0]]) }
    let sum = try context.sum(over: [("j", classes)], type.dtype) { .unary(.exp, try context.read(0, [n, $0[0]]) - shift) }
    let probability = Element.unary(.exp, try context.read(0, [n, index[1]]) - shift) / sum
    let gradient = try context.withCheckedIndex(context.read(1, [n]), below: classes) { label in
      let target = Element.select(
        .compare(.eq, .index(index[1]), .index(label)), sum.constant(1 - smoothing + smoothing / Double(classes)),
        sum.constant(smoothing / Double(classes)))
      return probability - target
    }
    guard context.operandTypes.count > 2 else { return [gradient / sum.constant(Double(rows))] }
    let weight = try context.read(2, [n])
    return [.select(.compare(.eq, weight, weight.constant(0)), weight.constant(0), gradient * weight)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 13 * operands[0].elementCount }
}
