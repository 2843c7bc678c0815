import MartletCore
import MartletGraph

/// Makes a graph that fails smaller while it still fails: results are left out or read earlier, values are replaced by others of their type or by fresh
/// inputs, and what nobody reads then goes.
package enum GraphShrinker {
  /// The smallest graph that was found; `isFailing` must hold for the given one. What it throws means that it does not hold.
  package static func shrunk(_ graph: Graph, isFailing: (Graph) throws -> Bool) -> Graph {
    var smallest = graph
    var isChanged = true
    while isChanged {
      isChanged = false
      for candidate in candidates(smallest) where size(candidate) < size(smallest) && ((try? isFailing(candidate)) ?? false) {
        smallest = candidate
        isChanged = true
        break
      }
    }
    return smallest
  }

  /// Nodes weigh most, then results, then parameters: a fresh input in place of a node is progress.
  private static func size(_ graph: Graph) -> Int { graph.nodes.count * 10_000 + graph.results.count * 100 + graph.parameters.count }

  /// Smaller graphs, those that lose most first.
  private static func candidates(_ graph: Graph) -> [Graph] {
    var found: [Graph] = []
    for position in graph.results.indices where graph.results.count > 1 {
      if let graph = try? edited(graph, withoutResult: position) { found.append(graph) }
    }
    for (position, result) in graph.results.enumerated() {
      for operand in graph.producer(of: result.value)?.operands ?? [] {
        var results = graph.results
        results[position].value = operand
        if let graph = try? edited(Graph(name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: results)) {
          found.append(graph)
        }
      }
    }
    for (index, node) in graph.nodes.enumerated().reversed() {
      for value in node.results {
        let type = graph.type(of: value)
        let others = graph.types.indices.prefix(graph.parameters.count + index).filter { graph.types[$0] == type && $0 < value.id }
        for other in others {
          if let graph = try? edited(graph, replacing: value, by: Value(id: other)) { found.append(graph) }
        }
        if let graph = try? edited(graph, replacing: value, by: nil) { found.append(graph) }
      }
    }
    return found.sorted { size($0) < size($1) }
  }

  private static func edited(_ graph: Graph, replacing: Value? = nil, by other: Value? = nil, withoutResult: Int? = nil) throws -> Graph {
    let results = graph.results.enumerated().filter { $0.offset != withoutResult }.map(\.element)
    func target(_ value: Value) -> Value? { value == replacing ? other : value }
    // What is still read, from the results backwards.
    var isNeeded = [Bool](repeating: false, count: graph.types.count)
    for result in results { if let value = target(result.value) { isNeeded[value.id] = true } }
    for node in graph.nodes.reversed() where node.results.contains(where: { isNeeded[$0.id] }) {
      for operand in node.operands { if let value = target(operand) { isNeeded[value.id] = true } }
    }
    let builder = GraphBuilder(name: graph.name)
    var made: [Value: Value] = [:]
    for (index, parameter) in graph.parameters.enumerated() where isNeeded[index] {
      made[Value(id: index)] = try builder.parameter(parameter)
    }
    if let replacing, other == nil {
      let names = Set(graph.parameters.map(\.name))
      let name = (0...).lazy.map { "cut\($0)" }.first { !names.contains($0) } ?? "cut"
      made[replacing] = try builder.parameter(name, .input, graph.type(of: replacing))
    }
    func mapped(_ value: Value) throws -> Value {
      guard let new = made[target(value) ?? value] else {
        throw MartletError(GraphErrorCode.brokenReference, "a value was lost while a graph was made smaller")
      }
      return new
    }
    for node in graph.nodes where node.results.contains(where: { isNeeded[$0.id] }) {
      for (old, new) in zip(node.results, try builder.add(node.operation, try node.operands.map(mapped))) where made[old] == nil {
        made[old] = new
      }
    }
    for result in results { builder.result(result.name, try mapped(result.value)) }
    return try builder.finish()
  }
}
