import MartletGraph

// The pass `cse`: computes equal nodes once.
//
// Legal because operations are pure: equal operations on equal operands give equal results. Attributes are compared by bits, so a
// constant 0 and a constant -0 stay two.
//
//   %0 = exp(%x) : f32[4]                   %0 = exp(%x) : f32[4]
//   %1 = exp(%x) : f32[4]         =>        %1 = add(%0, %0) : f32[4]
//   %2 = add(%0, %1) : f32[4]

extension Pass {
  package static let eliminateCommonSubexpressions = Pass("cse", "computes equal nodes once") { graph, log in
    var known: [Key: [Value]] = [:]
    return try graph.rebuilt { builder, index, operands in
      let node = graph.nodes[index]
      let key = Key(operation: node.operation, operands: operands)
      if let values = known[key], log.permits("cse", [index], of: graph) { return values }
      let values = try builder.add(node.operation, operands)
      known[key] = values
      return values
    }
  }

  private struct Key: Hashable {
    var operation: any TensorOperation
    var operands: [Value]

    static func == (a: Key, b: Key) -> Bool { a.operands == b.operands && a.operation.isEqual(to: b.operation) }

    func hash(into hasher: inout Hasher) {
      hasher.combine(operands)
      operation.hash(into: &hasher)
    }
  }
}
