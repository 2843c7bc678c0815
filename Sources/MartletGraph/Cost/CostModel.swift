import MartletCore

/// What running a node takes at least, on a machine of a given speed: the larger of computing and of moving every operand and result once.
///
/// Source: S. Williams, A. Waterman and D. Patterson, "Roofline", 2009.
package struct CostModel: Hashable, Sendable {
  /// Arithmetic operations a second, a multiply-add counted as two.
  package var operationsPerSecond: Double
  /// Bytes a second to and from memory.
  package var bytesPerSecond: Double

  package init(operationsPerSecond: Double, bytesPerSecond: Double) {
    self.operationsPerSecond = operationsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }

  package func seconds(_ cost: NodeCost) -> Double {
    max(Double(cost.operations) / operationsPerSecond, Double(cost.bytes) / bytesPerSecond)
  }

  /// The cost in words: `14.5 MFLOP, 1.84 MB, 7.85 FLOP/B, 92.0 us`.
  package func text(_ cost: NodeCost) -> String {
    let intensity = cost.bytes == 0 ? "" : "\(NumberText.significant(cost.intensity)) FLOP/B, "
    return "\(NumberText.scaled(Double(cost.operations), "FLOP")), \(NumberText.scaled(Double(cost.bytes), "B")), \(intensity)"
      + "\(NumberText.significant(seconds(cost) * 1e6)) us"
  }
}

/// What a node computes and moves.
package struct NodeCost: Hashable, Sendable {
  /// Arithmetic operations; taps on padding count.
  package var operations: Int
  /// Bytes of the operands and results, each once; a view moves nothing.
  package var bytes: Int

  package init(operations: Int, bytes: Int) {
    self.operations = operations
    self.bytes = bytes
  }

  /// Operations a byte.
  package var intensity: Double { bytes == 0 ? 0 : Double(operations) / Double(bytes) }

  package static func + (a: NodeCost, b: NodeCost) -> NodeCost {
    func sum(_ a: Int, _ b: Int) -> Int {
      let (sum, overflow) = a.addingReportingOverflow(b)
      return overflow ? .max : sum
    }
    return NodeCost(operations: sum(a.operations, b.operations), bytes: sum(a.bytes, b.bytes))
  }
}

extension Graph {
  /// What a node computes and moves. Inside a fusion nothing is moved: its operands and results are what counts.
  package func cost(of node: Node) -> NodeCost {
    let types = node.operands.map { type(of: $0) }
    let isView = !(node.operation is Fusion) && (node.isTable || (try? NodeElements(node, self))?.isView ?? false)
    let moved = isView ? [] : types + node.resultTypes
    return moved.reduce(NodeCost(operations: node.operation.floatingPointOperations(types), bytes: 0)) {
      $0 + NodeCost(operations: 0, bytes: $1.byteCount)
    }
  }

  /// The sum over all nodes.
  package var cost: NodeCost { nodes.reduce(NodeCost(operations: 0, bytes: 0)) { $0 + cost(of: $1) } }
}
