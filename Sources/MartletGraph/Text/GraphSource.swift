import MartletCore

/// What a text of graph IR says, also where it has errors: for tools that show it.
package struct GraphSource {
  /// A value of the text.
  package struct NamedValue: Sendable {
    /// Nil where the line that defines it has an error.
    package var type: TensorType?
    /// Of a parameter of the graph.
    package var role: ParameterRole?
    /// The number of the node that computes it.
    package var node: Int?
  }

  /// A node of the text without errors.
  package struct NamedNode: Sendable {
    package var mnemonic: Token
    package var operation: any TensorOperation
    package var operandTypes: [TensorType]
    package var resultTypes: [TensorType]
    /// Whether its results are in memory: not inside a fusion.
    package var isStored: Bool

    /// What it computes and moves, without the rest of the graph, which may have errors.
    package var cost: NodeCost {
      let operands = operandTypes.indices.map(Value.init(id:))
      let results = resultTypes.indices.map { Value(id: operandTypes.count + $0) }
      let node = Node(operation: operation, operands: operands, results: results, resultTypes: resultTypes, origin: nil)
      let parameters = operandTypes.enumerated().map { Graph.Parameter("x\($0.offset)", .input, $0.element) }
      return Graph(name: "alone", parameters: parameters, nodes: [node], results: []).cost(of: node)
    }
  }

  /// Nil where the text has errors.
  package internal(set) var graph: Graph?
  package internal(set) var errors = TextErrors()
  package internal(set) var names = NameIndex()
  /// By the number of the definition.
  package internal(set) var values: [Int: NamedValue] = [:]
  package internal(set) var nodes: [NamedNode] = []

  package init(_ text: String, file: String) {
    var reader = TokenReader(text, file: file)
    guard reader.isAt("graph") else {
      // This is some other text: nothing else is said of it.
      errors.add(reader.faults.first { $0.position == 0 }?.error ?? reader.unexpected("'graph'"))
      return
    }
    for fault in reader.faults { errors.add(fault.error) }
    var parser = GraphTextParser(source: self)
    let parsed = parser.graph(&reader)
    self = parser.source
    graph = errors.isEmpty ? parsed : nil
  }
}
