import MartletCompiler
import MartletTraining
import MartletCore
import MartletGraph

extension JSONValue {
  static func integer(_ value: Int) -> JSONValue { .number(String(value)) }
  static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }
}

/// A graph as JSON, for other programs: the same names as in the text.
///
/// `{"graph", "parameters": [{"name", "role", "dtype", "shape", "batch"}], "nodes": [{"operation", "operands", "results": [{"name", "dtype", "shape"}],
/// "attributes": {…}, "layer", "file", "line", "flop", "bytes", "fusion", "nodes", "returns"}], "results": [{"name", "value"}]}`; a fusion has the
/// nodes of its region.
struct GraphJSON {
  private let names: [String]
  private let abbreviates: Bool
  private var next = 0

  /// `abbreviates` shortens constants of many numbers.
  static func value(_ graph: Graph, abbreviates: Bool = false) -> JSONValue {
    var writer = GraphJSON(names: PrintedNames(of: graph).names, abbreviates: abbreviates)
    let parameters = graph.parameters.map { parameter in
      JSONValue.object([
        "name": .string(parameter.name), "role": .string(parameter.role.rawValue), "dtype": .string(parameter.type.dtype.rawValue),
        "shape": shape(parameter.type), "batch": parameter.batchAxis.map { .integer($0) },
      ])
    }
    let (nodes, values) = writer.nodes(graph, graph.parameters.map(\.name))
    let results = graph.results.map { JSONValue.object(["name": .string($0.name), "value": .string(values[$0.value.id])]) }
    return .object([
      "graph": .string(graph.name), "parameters": .list(parameters), "nodes": .list(nodes), "results": .list(results),
    ])
  }

  private init(names: [String], abbreviates: Bool) { (self.names, self.abbreviates) = (names, abbreviates) }

  private static func shape(_ type: TensorType) -> JSONValue { .list(type.shape.extents.map { .integer($0) }) }

  private mutating func nodes(_ graph: Graph, _ parameterNames: [String]) -> ([JSONValue], names: [String]) {
    var values = parameterNames
    var all: [JSONValue] = []
    for node in graph.nodes {
      let own = node.results.indices.map { names[next + $0] }
      next += own.count
      let operands = node.operands.map { values[$0.id] }
      values += own
      let results = zip(own, node.resultTypes).map { name, type in
        JSONValue.object(["name": .string(name), "dtype": .string(type.dtype.rawValue), "shape": GraphJSON.shape(type)])
      }
      let cost = graph.cost(of: node)
      let attributes = node.operation.attributes.map { JSONValue.Member(key: $0.name, value: attribute($0.value)) }
      var inner: (nodes: [JSONValue], returns: [JSONValue])?
      let fusion = node.operation as? Fusion
      if let fusion {
        let (nodes, regionNames) = self.nodes(fusion.region, operands)
        inner = (nodes, fusion.region.results.map { .string(regionNames[$0.value.id]) })
      }
      let scan = node.operation as? Scan
      if let scan {
        let steps = scan.region.parameters.prefix(scan.firstWhole).map { "\(own[0]).\($0.name)" }
        let (nodes, regionNames) = self.nodes(scan.region, steps + operands.dropFirst(scan.firstWhole))
        inner = (nodes, scan.region.results.map { .string(regionNames[$0.value.id]) })
      }
      all.append(
        .object([
          "operation": .string(node.mnemonic), "fusion": fusion.map { .string($0.name) },
          "loop": scan.map { .string($0.name) }, "operands": .list(operands.map { .string($0) }),
          "results": .list(results), "attributes": attributes.isEmpty ? nil : .object(attributes),
          "layer": node.origin?.layer.map { .string($0) }, "file": node.origin?.location.map { .string($0.file) },
          "line": node.origin?.location.map { .integer($0.line) }, "flop": .integer(cost.operations), "bytes": .integer(cost.bytes),
          "nodes": inner.map { .list($0.nodes) }, "returns": inner.map { .list($0.returns) },
        ]))
    }
    return (all, values)
  }

  private func attribute(_ value: AttributeValue) -> JSONValue {
    switch value {
    case .integer(let number): .integer(number)
    // JSON has no NaN and no infinity.
    case .number(let number): number.value.isFinite ? .number(value.description) : .string(value.description)
    case .element(let number, _): number.value.isFinite ? .number(value.description) : .string(value.description)
    case .flag(let flag): .flag(flag)
    case .word(let word): .string(word)
    case .list(let values): .list(values.map(attribute))
    case .bytes: .string(abbreviates ? value.abbreviated : value.description)
    }
  }
}
