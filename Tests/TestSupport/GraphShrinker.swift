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

  /// Nodes weigh most, those of loops' steps too, then results, then parameters: a fresh input in place of a node is progress, and so is a constant.
  private static func size(_ graph: Graph) -> Int {
    graph.nodes.reduce(graph.results.count * 100 + graph.parameters.count) { sum, node in
      sum + (node.operation is Constant ? 5000 : 10_000) + ((node.operation as? Scan).map { size($0.region) } ?? 0)
    }
  }

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
      guard let scan = node.operation as? Scan else { continue }
      for region in steps(scan.region) {
        let (smaller, operands) = scan.withoutUnread(region, node.operands)
        let other = try? graph.rebuilt(replace: { builder, position, mapped in
          guard position == index else { return nil }
          let kept = operands.map { operand in mapped[node.operands.firstIndex(of: operand) ?? 0] }
          return try builder.add(smaller, kept)
        })
        if let other { found.append(other) }
      }
    }
    return found.sorted { size($0) < size($1) }
  }

  /// Smaller steps of a loop, with the same parameters and results: values are replaced by others of the step or by constants.
  private static func steps(_ region: Graph) -> [Graph] {
    var found: [Graph] = []
    for (index, node) in region.nodes.enumerated().reversed() {
      guard !(node.operation is Constant) else { continue }
      for value in node.results {
        let type = region.type(of: value)
        let others = region.types.indices.prefix(region.parameters.count + index).filter { region.types[$0] == type && $0 < value.id }
        for other in others.map({ Value(id: $0) }) + [nil] {
          if let smaller = try? replaced(region, value, by: other) { found.append(smaller) }
        }
      }
      guard let scan = node.operation as? Scan else { continue }
      for inner in steps(scan.region) {
        let smaller = try? region.rebuilt(replace: { builder, position, mapped in
          position == index ? try builder.add(scan.replacingRegion(inner), mapped) : nil
        })
        if let smaller { found.append(smaller) }
      }
    }
    return found
  }

  /// The graph with another value in place of one, or a constant, without the nodes that nothing reads then.
  private static func replaced(_ graph: Graph, _ value: Value, by other: Value?) throws -> Graph {
    func target(_ read: Value) -> Value? { read == value ? other : read }
    var isNeeded = [Bool](repeating: false, count: graph.types.count)
    for result in graph.results { if let value = target(result.value) { isNeeded[value.id] = true } }
    for node in graph.nodes.reversed() where node.results.contains(where: { isNeeded[$0.id] }) {
      for operand in node.operands { if let value = target(operand) { isNeeded[value.id] = true } }
    }
    let builder = GraphBuilder(name: graph.name)
    var made = [Value?](repeating: nil, count: graph.types.count)
    for (index, parameter) in graph.parameters.enumerated() { made[index] = try builder.parameter(parameter) }
    func mapped(_ read: Value) throws -> Value {
      if read == value, other == nil { return try builder.add(Constant(1, graph.type(of: value))) }
      guard let new = made[(other != nil && read == value ? other ?? read : read).id] else {
        throw MartletError(GraphErrorCode.brokenReference, "a value was lost while a step was made smaller")
      }
      return new
    }
    for node in graph.nodes where node.results.contains(where: { isNeeded[$0.id] }) {
      for (old, new) in zip(node.results, try builder.add(node.operation, try node.operands.map(mapped))) { made[old.id] = new }
    }
    for result in graph.results { builder.result(result.name, try mapped(result.value)) }
    return try builder.finish()
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

extension Scan {
  /// The loop with such a step, without operands that no step reads any more.
  fileprivate func withoutUnread(_ region: Graph, _ operands: [Value]) -> (Scan, [Value]) {
    let read = Set(region.nodes.flatMap(\.operands) + region.results.map(\.value))
    let kept = region.parameters.indices.filter { $0 < firstWhole || read.contains(Value(id: $0)) }
    let names = kept.map { region.parameters[$0].name }
    guard let smaller = try? region.permutingParameters(names) else { return (replacingRegion(region), operands) }
    return (replacingRegion(smaller), kept.map { operands[$0] })
  }
}
