import MartletCore

/// A group of nodes that becomes one kernel: an operation that owns a graph. Made by passes only, after differentiation.
///
/// Elements of fused values are nested into those of their users, so inner values are never stored.
package struct Fusion: WithoutDerivative {
  package static let mnemonic = "fusion"
  package static let samples: [OperationSample] = []

  /// The kernel's name: the operations it holds.
  package let name: String
  /// Parameters are named `0`, `1`, … after the operands; results likewise.
  package let region: Graph

  package init(name: String, region: Graph) {
    self.name = name
    self.region = region
  }

  /// The region in its canonical form, so that equal regions compare equal.
  package static func makeRegion(name: String, parameterTypes: [TensorType], nodes: [Node], results: [Value]) -> Graph {
    Graph(
      name: name, parameters: parameterTypes.enumerated().map { Graph.Parameter(String($0.offset), .input, $0.element) }, nodes: nodes,
      results: results.enumerated().map { Graph.Result("result\($0.offset)", $0.element) })
  }

  /// The same computation with each of its operands once: inside, an operand has one name.
  func mergingOperands(_ operands: [Value]) -> (Fusion, [Value]) {
    var distinct: [Value] = []
    let positions = operands.map { operand in
      if let known = distinct.firstIndex(of: operand) { return known }
      distinct.append(operand)
      return distinct.count - 1
    }
    let removed = operands.count - distinct.count
    func mapped(_ value: Value) -> Value { Value(id: value.id < operands.count ? positions[value.id] : value.id - removed) }
    let nodes = region.nodes.map { node in
      var copy = node
      copy.operands = node.operands.map(mapped)
      copy.results = node.results.map(mapped)
      return copy
    }
    let types = distinct.indices.map { new in region.parameters[positions.firstIndex(of: new) ?? new].type }
    return (
      Fusion(
        name: name,
        region: Fusion.makeRegion(name: name, parameterTypes: types, nodes: nodes, results: region.results.map { mapped($0.value) })),
      distinct
    )
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    throw MartletError(GraphErrorCode.missingPart, "a fusion needs a region: fusion @name(…) { … }")
  }

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    guard operands == region.parameters.map(\.type) else {
      throw invalid(
        "the operands are \(operands.map(\.description)), but the region takes \(region.parameters.map(\.type.description))",
        advice: "Write the types of the operands behind the names of the region.")
    }
    return region.results.map { region.type(of: $0.value) }
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] { try region.evaluate(operands) }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let reader = RegionReader(region: region, context: context)
    return try region.results.map { try reader.element(of: $0.value, at: index) }
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { region.floatingPointOperations }
}

/// Nests the elements of a region's nodes: a read of a value becomes its node's element at that index, made once an index.
private final class RegionReader {
  private let region: Graph
  private let context: ElementContext
  private var known: [Key: [Element]] = [:]

  private struct Key: Hashable {
    var node: Int
    var index: [Index]
  }

  init(region: Graph, context: ElementContext) {
    self.region = region
    self.context = context
  }

  func element(of value: Value, at index: [Index]) throws -> Element {
    switch region.definition(of: value) {
    case .parameter(let parameter): return try context.read(parameter, index)
    case .node(let position, let result):
      let key = Key(node: position, index: index)
      if let elements = known[key] { return elements[result] }
      let node = region.nodes[position]
      let inner = context.nested(
        operandTypes: node.operands.map { region.type(of: $0) },
        readers: node.operands.map { operand in { try self.element(of: operand, at: $0) } })
      let elements = try node.operation.elements(inner, at: index)
      known[key] = elements
      return elements[result]
    }
  }
}
