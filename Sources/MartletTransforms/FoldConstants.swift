import MartletCore
import MartletGraph

// The pass `fold-constants`: computes nodes whose operands are all constants.
//
// Legal because `evaluate` is the meaning of the operation. Only results that are one number everywhere, or small, are kept: a constant is
// part of the text.
//
//   %0 = constant() {value = 2.0} : f32[8]
//   %1 = exp(%0) : f32[8]                        =>        %0 = constant() {value = 7.389056} : f32[8]
//   return %1                                              return %0

extension Pass {
  /// More elements than this are not computed at compile time.
  private static let largestFoldedCount = 1 << 16

  package static let foldConstants = Pass("fold-constants", "computes nodes whose operands are constants") { graph, log in
    var constants: [Value: HostTensor] = [:]
    return try graph.rebuilt { builder, index, operands in
      let node = graph.nodes[index]
      if let constant = node.operation as? Constant {
        let value = try builder.add(constant)
        if constant.type.elementCount <= largestFoldedCount { constants[value] = try constant.evaluate([])[0] }
        return [value]
      }
      let tensors = operands.compactMap { constants[$0] }
      guard !operands.isEmpty, tensors.count == operands.count, node.region == nil,
        node.resultTypes.allSatisfy({ $0.elementCount <= largestFoldedCount })
      else { return nil }
      let results = try node.operation.evaluate(tensors)
      let folded = results.compactMap { Constant(folding: $0) }
      guard folded.count == results.count, log.permits("fold-constants", [index], of: graph) else { return nil }
      return try zip(folded, results).map { constant, tensor in
        let value = try builder.add(constant)
        constants[value] = tensor
        return value
      }
    }
  }
}

extension Constant {
  /// The constant that a tensor is, if it is one number everywhere or small.
  init?(folding tensor: HostTensor) {
    let numbers = tensor.numbers
    guard let first = numbers.first else { return nil }
    if numbers.allSatisfy({ $0.bitPattern == first.bitPattern }) {
      self.init(first, tensor.type)
    } else {
      guard numbers.count <= Constant.largestWrittenCount else { return nil }
      self.init(numbers, tensor.type)
    }
  }
}
