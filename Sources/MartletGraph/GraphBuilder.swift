import MartletCore

/// Builds a graph node by node, inferring and checking types on the way.
public final class GraphBuilder {
  private let name: String
  private var parameters: [(parameter: Graph.Parameter, value: Value)] = []
  /// For each name its place in `parameters`.
  private var parameterNumbers: [String: Int] = [:]
  private var nodes: [Node] = []
  private var results: [Graph.Result] = []
  private var types: [TensorType] = []

  /// Given to every node that is added from now on.
  package var origin: Origin?

  /// An empty graph of this name.
  public init(name: String) { self.name = name }

  /// The type of a value that this builder made.
  public func type(of value: Value) -> TensorType { types[value.id] }
  package func shape(of value: Value) -> Shape { types[value.id].shape }

  private func newValue(_ type: TensorType) -> Value {
    types.append(type)
    return Value(id: types.count - 1)
  }

  /// Parameters may be added at any time; in the graph they stand first, in the order in which they were added.
  /// `batchAxis` is the axis that counts the samples of an input.
  public func parameter(_ name: String, _ role: ParameterRole, _ type: TensorType, batchAxis: Int? = nil) throws -> Value {
    try parameter(Graph.Parameter(name, role, type, batchAxis: batchAxis))
  }

  /// Adds a parameter as it stands in another graph.
  package func parameter(_ parameter: Graph.Parameter) throws -> Value {
    guard parameterNumbers[parameter.name] == nil else {
      throw MartletError(
        GraphErrorCode.duplicateName, "two parameters of graph @\(name) are named %\(parameter.name); names must be unique")
    }
    try GraphBuilder.checkSize(parameter.type)
    let value = newValue(parameter.type)
    parameterNumbers[parameter.name] = parameters.count
    parameters.append((parameter, value))
    return value
  }

  package func parameterValue(named name: String) -> Value? { parameterNumbers[name].map { parameters[$0].value } }

  /// Adds a node and returns its results. Throws M304 and M305, which say what the operation takes, for another number of operands or other
  /// types, and M308 for a result that no machine holds.
  @discardableResult
  public func add(_ operation: any TensorOperation, _ operands: [Value]) throws -> [Value] { try add(operation, operands, origin: nil) }

  /// The same; without an origin the node gets the builder's.
  @discardableResult
  package func add(_ operation: any TensorOperation, _ operands: [Value], origin: Origin?) throws -> [Value] {
    if let fusion = operation as? Fusion, Set(operands).count < operands.count {
      let (merged, distinct) = fusion.mergingOperands(operands)
      return try add(merged, distinct, origin: origin)
    }
    if let scan = operation as? Scan, operands.count >= scan.firstWhole, let (merged, distinct) = scan.mergingOperands(operands) {
      return try add(merged, distinct, origin: origin)
    }
    let resultTypes = try operation.resultTypes(operands.map { types[$0.id] })
    for type in resultTypes { try GraphBuilder.checkSize(type) }
    let values = resultTypes.map(newValue)
    nodes.append(
      Node(operation: operation, operands: operands, results: values, resultTypes: resultTypes, origin: origin ?? self.origin))
    return values
  }

  private static func checkSize(_ type: TensorType) throws {
    guard Shape.checkedElementCount(type.shape.extents) != nil else {
      let isNegative = type.shape.extents.contains { $0 < 0 }
      throw MartletError(
        GraphErrorCode.impossibleShape, "a tensor of shape \(type.shape) is not possible",
        advice: isNegative
          ? "Extents are numbers from 0 on; no -1 stands for what is left: write it, for example shape[0] * shape[1]."
          : "A tensor has at most \(Shape.largestElementCount) elements: make the layer, the images or the batch smaller.")
    }
  }

  /// Adds a node and returns its first result: for operations that have one. Throws as with a list of operands.
  public func add(_ operation: any TensorOperation, _ operands: Value...) throws -> Value { try add(operation, operands)[0] }

  /// Makes a value a result. A result named like a parameter or state is the variable's new value. `finish` checks names and types.
  public func result(_ name: String, _ value: Value) { results.append(Graph.Result(name, value)) }

  /// The graph so far, with values renumbered. Throws what the verifier finds: M307 for names that are there twice, M312 for a variable's
  /// new value of another type.
  public func finish() throws -> Graph {
    var newIds = [Int](repeating: -1, count: types.count)
    var count = 0
    for entry in parameters {
      newIds[entry.value.id] = count
      count += 1
    }
    for node in nodes {
      for value in node.results {
        newIds[value.id] = count
        count += 1
      }
    }
    let renumbered = { (value: Value) in Value(id: newIds[value.id]) }
    let graph = Graph(
      name: name, parameters: parameters.map(\.parameter),
      nodes: nodes.map { node in
        var copy = node
        copy.operands = node.operands.map(renumbered)
        copy.results = node.results.map(renumbered)
        return copy
      },
      results: results.map { Graph.Result($0.name, renumbered($0.value)) })
    try graph.verify()
    return graph
  }
}

extension Graph {
  /// Builds a new graph from this one: `replace` is called for each node, with operands already mapped to the new graph, and either
  /// adds nodes of its own and returns the values that stand for the results, or returns nil to keep the node.
  ///
  /// Results keep their names; `finish` may add more before the graph is verified.
  package func rebuilt(
    replace: (GraphBuilder, Int, [Value]) throws -> [Value]?, finish: (GraphBuilder, [Value]) throws -> Void = { _, _ in }
  ) throws -> Graph {
    let builder = GraphBuilder(name: name)
    var mapped: [Value] = []
    for parameter in parameters { mapped.append(try builder.parameter(parameter)) }
    for (index, node) in nodes.enumerated() {
      builder.origin = node.origin
      let operands = node.operands.map { mapped[$0.id] }
      mapped += try replace(builder, index, operands) ?? builder.add(node.operation, operands)
    }
    builder.origin = nil
    for result in results { builder.result(result.name, mapped[result.value.id]) }
    try finish(builder, mapped)
    return try builder.finish()
  }
}
