import MartletCore

/// A value of a graph: a parameter or one result of a node. Ids are dense, parameters first, then results in the order of the nodes.
public struct Value: Hashable, Sendable {
  package let id: Int
  package init(id: Int) { self.id = id }
}

/// Where a node came from: the layer of the model and the line that made it. Not part of a graph's equality.
package struct Origin: Hashable, Sendable {
  /// The layer's path, as in `conv1.0`.
  package var layer: String?
  package var location: SourcePosition?
  /// The number of the node in an earlier graph that this one goes back to: `Graph.numbered`.
  package var source: Int?

  package init(layer: String? = nil, location: SourcePosition? = nil, source: Int? = nil) {
    self.layer = layer
    self.location = location
    self.source = source
  }
}

/// An operation applied to operands.
public struct Node: Hashable, Sendable {
  /// What the node computes, with its attributes.
  public var operation: any TensorOperation
  /// What it reads, in the operation's order.
  public var operands: [Value]
  /// What it computes: one value or more, each defined here only.
  public var results: [Value]
  package var resultTypes: [TensorType]
  package var origin: Origin?

  /// Whether operation, operands, results and types are equal; where the nodes came from does not count.
  public static func == (a: Node, b: Node) -> Bool {
    a.operands == b.operands && a.results == b.results && a.resultTypes == b.resultTypes && a.operation.isEqual(to: b.operation)
  }

  /// Consistent with `==`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(operands)
    hasher.combine(resultTypes)
    operation.hash(into: &hasher)
  }

  package var mnemonic: String { type(of: operation).mnemonic }
}

/// A static computation: typed parameters with roles, nodes in topological order, named results. A value: passes build new graphs.
///
/// A result named like a parameter or state is that variable's new value, kept in the same storage.
public struct Graph: Hashable, Sendable {
  /// A value that the caller gives: an input, a parameter that is trained, or a state.
  public struct Parameter: Hashable, Sendable {
    /// Unique among the parameters of the graph; `%name` in text.
    public var name: String
    /// What it is for.
    public var role: ParameterRole
    /// Element type and shape.
    public var type: TensorType
    /// Of an input that is divided into samples: the axis that counts them. In text `{batch = 0}`.
    public var batchAxis: Int?

    package init(_ name: String, _ role: ParameterRole, _ type: TensorType, batchAxis: Int? = nil) {
      self.name = name
      self.role = role
      self.type = type
      self.batchAxis = batchAxis
    }
  }

  /// A value that the graph returns.
  public struct Result: Hashable, Sendable {
    /// Unique among the results of the graph. Named like a parameter or state, it is that variable's new value.
    public var name: String
    /// The value that is returned.
    public var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// What makes a value.
  package enum Definition: Hashable, Sendable {
    case parameter(Int)
    case node(Int, result: Int)

    var isNode: Bool {
      if case .node = self { return true }
      return false
    }
  }

  /// `@name` in text.
  public let name: String
  /// In the order of the arguments of `evaluate`.
  public let parameters: [Parameter]
  /// Each behind the nodes that it reads.
  public let nodes: [Node]
  /// In the order in which `evaluate` returns them.
  public let results: [Result]
  /// Indexed by value id.
  package let types: [TensorType]
  package let definitions: [Definition]

  /// Values are renumbered: parameters first, then the results of the nodes in order. Use `verify()` on what did not come from a builder.
  package init(name: String, parameters: [Parameter], nodes: [Node], results: [Result]) {
    self.name = name
    self.parameters = parameters
    self.nodes = nodes
    self.results = results
    types = parameters.map(\.type) + nodes.flatMap(\.resultTypes)
    definitions =
      parameters.indices.map { .parameter($0) }
      + nodes.enumerated().flatMap { index, node in node.resultTypes.indices.map { .node(index, result: $0) } }
  }

  /// The same graph, every node with its own number as the source of its origin: what passes make of it can be followed.
  package var numbered: Graph {
    Graph(
      name: name, parameters: parameters,
      nodes: nodes.enumerated().map { index, node in
        var copy = node
        copy.origin = Origin(layer: node.origin?.layer, location: node.origin?.location, source: index)
        return copy
      }, results: results)
  }

  /// The type of a value of this graph.
  public func type(of value: Value) -> TensorType { types[value.id] }
  package func definition(of value: Value) -> Definition { definitions[value.id] }

  package func producer(of value: Value) -> Node? {
    guard case .node(let index, _) = definitions[value.id] else { return nil }
    return nodes[index]
  }

  package func parameterValue(_ index: Int) -> Value { Value(id: index) }

  package func result(named name: String) -> Value? { results.first { $0.name == name }?.value }
  package func parameterIndex(named name: String) -> Int? { parameters.firstIndex { $0.name == name } }

  /// For each value the indices of the nodes that read it, an index for each use.
  package var users: [[Int]] {
    var users = [[Int]](repeating: [], count: types.count)
    for (index, node) in nodes.enumerated() {
      for operand in node.operands { users[operand.id].append(index) }
    }
    return users
  }

  /// Whether the graph has updates of its parameters: a whole training step. Updates of state alone, such as the running statistics of
  /// batch normalisation, make none.
  package var isTrainingStep: Bool {
    results.contains { result in parameters.contains { $0.name == result.name && $0.role == .parameter } }
  }

  /// Arithmetic operations of one execution.
  package var floatingPointOperations: Int {
    nodes.reduce(0) { sum, node in
      let (next, overflow) = sum.addingReportingOverflow(node.operation.floatingPointOperations(node.operands.map { type(of: $0) }))
      return overflow ? .max : next
    }
  }
}
