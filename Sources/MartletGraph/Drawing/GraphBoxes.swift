import MartletCore

/// What a drawing of a graph shows, without places: a box for each value that is drawn, and an edge for each read of one.
///
/// A value is one box, however many nodes read it. An optimizer's state that one node alone reads, and new values of variables, are lines in the box of
/// that node: as boxes they would be half of a training step.
package struct GraphBoxes: Sendable {
  package struct Box: Sendable {
    /// `p3`, `n12` or `r0`: a parameter, node or result by number.
    package let id: String
    package let kind: GraphDrawing.Kind
    /// The path of the layer that the node belongs to.
    package let layer: String?
    /// What the box is without its layer: an operation, a fusion or the name of a parameter or result.
    package let name: String
    /// The lines below the title: results and types, states, new values of variables.
    package fileprivate(set) var details: [String]

    /// The first line.
    package var title: String { [layer, name].compactMap { $0 }.joined(separator: ": ") }
  }

  /// A read of a value.
  package struct Edge: Sendable {
    /// Numbers of boxes.
    package let from: Int
    package let to: Int
    package let value: Value
  }

  package let boxes: [Box]
  package let edges: [Edge]

  package init(_ graph: Graph) {
    let names = graph.printedNames
    let users = graph.users
    func isFolded(_ parameter: Int) -> Bool {
      graph.parameters[parameter].role == .state && Set(users[graph.parameterValue(parameter).id]).count == 1
        && !graph.results.contains { $0.value == graph.parameterValue(parameter) }
    }
    func isUpdate(_ result: Graph.Result) -> Bool {
      graph.parameterIndex(named: result.name) != nil && graph.definition(of: result.value).isNode
    }
    var boxes: [Box] = []
    var boxOf: [Graph.Definition: Int] = [:]
    for (index, parameter) in graph.parameters.enumerated() where !isFolded(index) {
      boxOf[.parameter(index)] = boxes.count
      let kind: GraphDrawing.Kind =
        switch parameter.role {
        case .input: .input
        case .parameter: .parameter
        case .state: .state
        }
      boxes.append(
        Box(id: "p\(index)", kind: kind, layer: nil, name: "%\(parameter.name)", details: [parameter.type.description]))
    }
    // The results of a node that are a variable's new value, found in one pass over the results.
    var updatesOf: [Value: [String]] = [:]
    for result in graph.results where isUpdate(result) { updatesOf[result.value, default: []].append(result.name) }
    var nodeBoxes: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      for result in node.results.indices { boxOf[.node(index, result: result)] = boxes.count }
      let fusion = node.operation as? Fusion
      let isView = fusion == nil && (node.isTable || (try? NodeElements(node, graph))?.isView ?? false)
      let results = node.results.map { "%\(names[$0.id])" }.joined(separator: ", ")
      let types = node.resultTypes.map(\.description).joined(separator: ", ")
      var details = ["\(results): \(types)"]
      let states = node.operands.compactMap { operand -> String? in
        guard case .parameter(let index) = graph.definition(of: operand), isFolded(index) else { return nil }
        // `exp_avg`: whose it is the title says.
        return graph.parameters[index].name.split(separator: ".").last.map(String.init)
      }
      if !states.isEmpty { details.append("state \(states.joined(separator: ", "))") }
      let updates = node.results.flatMap { updatesOf[$0] ?? [] }
      if let first = updates.first { details.append("new %\(first)\(updates.count > 1 ? " and state" : "")") }
      nodeBoxes.append(boxes.count)
      boxes.append(
        Box(
          id: "n\(index)", kind: fusion != nil ? .fusion : isView ? .view : .operation, layer: node.origin?.layer,
          name: fusion.map { "@\($0.name)" } ?? node.loopTitle ?? node.mnemonic, details: details))
    }
    var resultBoxes: [(result: Int, box: Int)] = []
    for (index, result) in graph.results.enumerated() where !isUpdate(result) {
      resultBoxes.append((index, boxes.count))
      boxes.append(Box(id: "r\(index)", kind: .result, layer: nil, name: result.name, details: []))
    }
    var edges: [Edge] = []
    func connect(_ value: Value, _ to: Int) {
      if let from = boxOf[graph.definition(of: value)] { edges.append(Edge(from: from, to: to, value: value)) }
    }
    for (index, node) in graph.nodes.enumerated() {
      for operand in node.operands { connect(operand, nodeBoxes[index]) }
    }
    for (result, box) in resultBoxes { connect(graph.results[result].value, box) }
    self.boxes = boxes
    self.edges = edges
  }
}
