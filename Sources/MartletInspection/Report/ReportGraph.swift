import MartletTraining
import MartletCore
import MartletGraph

/// A graph as the report's script reads it: boxes and edges without places, which the script finds, because they depend on what is folded.
///
/// `{"boxes": [{"id", "kind", "name", "layer", "details": […], "group", "part", "sources": […], "flop", "bytes", "microseconds", "changed"}],
/// "edges": [[from, to, type]]}`; `microseconds` is the least time of the cost model.
struct ReportGraph {
  let json: JSONValue
  /// What stands for each node: two nodes of two graphs are the same if these are.
  private(set) var keys: Set<String> = []

  /// Boxes of nodes that are not among `previous` are marked as changed; nil marks none.
  init(_ graph: Graph, _ outline: StepOutline, _ costs: CostModel, previous: ReportGraph?) {
    let drawn = GraphBoxes(graph)
    let users = graph.users
    let sources = graph.nodes.map(ReportGraph.sources)
    // A value by the node of the step that defines it: a number that changed, or what that node was fused with, counts for nothing.
    func name(_ value: Value) -> String {
      switch graph.definition(of: value) {
      case .parameter(let index): return "%\(graph.parameters[index].name)"
      case .node(let index, let result):
        let node = graph.nodes[index]
        if let region = node.region, case .node(let inner, let position) = region.definition(of: region.results[result].value) {
          return "\(region.nodes[inner].origin?.source ?? -1).\(position)"
        }
        return "\(node.origin?.source ?? -1).\(result)"
      }
    }
    var seen: Set<String> = []
    let boxes = drawn.boxes.map { box -> JSONValue in
      let number = Int(box.id.dropFirst()) ?? 0
      var own: [Int] = []
      var (cost, isChanged) = (NodeCost(operations: 0, bytes: 0), false)
      var place: (layer: String, part: StepOutline.Part) = ("", .forward)
      /// Inputs and optimizer states stand where they are first read.
      func placeOfFirstReader(_ value: Value) -> (String, StepOutline.Part) {
        guard let reader = users[value.id].min() else { return ("", .forward) }
        let part = outline.part(sources[reader])
        // The learning rate and the count of the steps are everybody's.
        return (part == .update ? "" : outline.layer(sources[reader]), part)
      }
      switch box.kind {
      case .input, .parameter, .state:
        let parameter = graph.parameters[number]
        place =
          box.kind == .input || !parameter.name.contains(".")
          ? placeOfFirstReader(graph.parameterValue(number)) : (parameter.name, box.kind == .state ? .update : .forward)
        if box.kind == .parameter { place.part = .forward }
      case .result:
        if case .node(let index, _) = graph.definition(of: graph.results[number].value) {
          place = (outline.layer(sources[index]), outline.part(sources[index]))
        }
      case .operation, .view, .fusion:
        let node = graph.nodes[number]
        own = sources[number]
        cost = graph.cost(of: node)
        place = (node.operation is Fusion ? box.layer ?? outline.layer(own) : outline.layer(own), outline.part(own))
        let attributes = node.operation.attributes.map { "\($0.name)=\($0.value.abbreviated)" }.joined(separator: ",")
        let key = "\(box.name){\(attributes)}(\(node.operands.map(name).joined(separator: ",")))\(own)"
        seen.insert(key)
        isChanged = previous.map { !$0.keys.contains(key) } ?? false
      }
      let isNode = box.id.hasPrefix("n")
      let microseconds = isNode && cost.operations + cost.bytes > 0 ? costs.seconds(cost) * 1e6 : nil
      return .object([
        "id": .string(box.id), "kind": .string(box.kind.rawValue), "name": .string(box.name), "layer": box.layer.map { .string($0) },
        "details": .list(box.details.map { .string($0) }), "group": .string(place.layer), "part": .integer(place.part.rawValue),
        "sources": own.isEmpty ? nil : .list(own.map { .integer($0) }),
        "flop": cost.operations > 0 ? .integer(cost.operations) : nil, "bytes": cost.bytes > 0 ? .integer(cost.bytes) : nil,
        "microseconds": microseconds.map { .number(NumberText.significant($0)) }, "changed": isChanged ? .flag(true) : nil,
      ])
    }
    let edges = drawn.edges.map { edge -> JSONValue in
      .list([.integer(edge.from), .integer(edge.to), .string(graph.type(of: edge.value).description)])
    }
    json = .object(["boxes": .list(boxes), "edges": .list(edges)])
    keys = seen
  }

  /// The nodes of the step that a node was made of.
  private static func sources(_ node: Node) -> [Int] {
    if let fusion = node.operation as? Fusion { return fusion.region.nodes.compactMap(\.origin?.source) }
    return node.origin?.source.map { [$0] } ?? []
  }
}
