import MartletCore
import MartletGraph

// The pass `simplify`: replaces a node by something cheaper that has the same bits, one rule a file in this folder.
//
// Legal rule by rule; none changes a NaN, an infinity or the sign of a zero: `x + 0` is left alone (-0 + 0 is 0), `x - 0` goes.
//
//   %0 = constant() {value = 1.0} : f32[4]
//   %1 = mul(%x, %0) : f32[4]                    =>        %0 = exp(%x) : f32[4]
//   %2 = exp(%1) : f32[4]

extension Pass {
  package static let simplify = Pass("simplify", "replaces nodes by cheaper ones with the same bits") { graph, log in
    var current = graph
    // Rules enable each other; each round removes or shrinks something, so this ends.
    for _ in 0..<SimplificationRule.mostRounds {
      let next = try simplifiedOnce(current, log)
      if next == current { return current }
      current = next
    }
    return current
  }

  private static func simplifiedOnce(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
    let producers = Producers()
    return try graph.rebuilt { builder, index, operands in
      let node = graph.nodes[index]
      let context = SimplificationContext(builder: builder, node: node, operands: operands, producers: producers)
      for rule in SimplificationRule.all {
        guard let replacement = try rule.apply(context), log.permits(rule.name, [index], of: graph) else { continue }
        switch replacement {
        case .value(let value): return [value]
        case .node(let operation, let newOperands):
          let values = try builder.add(operation, newOperands)
          if values.count == 1 { producers.of[values[0]] = (operation, newOperands) }
          return values
        }
      }
      let values = try builder.add(node.operation, operands)
      if values.count == 1 { producers.of[values[0]] = (node.operation, operands) }
      return values
    }
  }
}

/// What made each value of the new graph. One object for all nodes: a dictionary would be copied for each of them.
final class Producers {
  var of: [Value: (operation: any TensorOperation, operands: [Value])] = [:]
}

/// A node to be simplified, and what its operands are made of.
struct SimplificationContext {
  let builder: GraphBuilder
  let node: Node
  let operands: [Value]
  let producers: Producers

  func type(_ operand: Int) -> TensorType { builder.type(of: operands[operand]) }

  /// The operation that makes an operand, if it is of this type, with its own operands.
  func producer<Made: TensorOperation>(_ operand: Int, _ type: Made.Type = Made.self) -> (operation: Made, operands: [Value])? {
    guard let producer = producers.of[operands[operand]], let operation = producer.operation as? Made else { return nil }
    return (operation, producer.operands)
  }

  /// Whether an operand is one number everywhere, equal in all bits to `number`.
  func isConstant(_ operand: Int, _ number: Double) -> Bool {
    producer(operand, Constant.self)?.operation.splat?.bitPattern == number.bitPattern
  }
}

/// One way to simplify a node.
struct SimplificationRule: Sendable {
  enum Replacement {
    case value(Value)
    case node(any TensorOperation, [Value])
  }

  static let mostRounds = 16

  let name: String
  let apply: @Sendable (SimplificationContext) throws -> Replacement?

  init(_ name: String, _ apply: @escaping @Sendable (SimplificationContext) throws -> Replacement?) {
    self.name = name
    self.apply = apply
  }

  static let all: [SimplificationRule] = [
    .multiplyByOne, .divideByOne, .subtractZero, .doubleNegation, .repeatedRelu, .equalChoices, .identityConversion, .reshapes, .transposes,
    .broadcasts, .viewsOfConstants,
  ]
}
