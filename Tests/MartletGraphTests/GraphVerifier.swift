import MartletCore
@testable import MartletGraph
import Testing

/// Graphs that no builder makes: each is refused.
@Suite struct GraphVerifier {
  private let x = Graph.Parameter("x", .input, TensorType(.f32, [4]))

  private func node(_ operation: any TensorOperation, _ operands: [Int], _ results: [Int], _ type: TensorType) -> Node {
    Node(operation: operation, operands: operands.map(Value.init), results: results.map(Value.init), resultTypes: [type], origin: nil)
  }

  private func refuses(_ graph: Graph, _ message: String) throws {
    let error = try #require(throws: MartletError.self) { try graph.verify() }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func useBeforeDefinition() throws {
    let type = TensorType(.f32, [4])
    let nodes = [node(Negate(), [2], [1], type), node(Negate(), [0], [2], type)]
    try refuses(Graph(name: "g", parameters: [x], nodes: nodes, results: []), "before the node that makes it")
  }

  @Test func wrongResultType() throws {
    let nodes = [node(Negate(), [0], [1], TensorType(.f32, [5]))]
    try refuses(Graph(name: "g", parameters: [x], nodes: nodes, results: []), "gives f32[4], but f32[5]")
  }

  @Test func wrongResultNumbers() throws {
    let nodes = [node(Negate(), [0], [7], TensorType(.f32, [4]))]
    try refuses(Graph(name: "g", parameters: [x], nodes: nodes, results: []), "not numbered in order")
  }

  @Test func twoParametersOfOneName() throws {
    try refuses(Graph(name: "g", parameters: [x, x], nodes: [], results: []), "unique")
  }

  @Test func twoResultsOfOneName() throws {
    let results = [Graph.Result("y", Value(id: 0)), Graph.Result("y", Value(id: 0))]
    try refuses(Graph(name: "g", parameters: [x], nodes: [], results: results), "unique")
  }

  @Test func missingResult() throws {
    try refuses(Graph(name: "g", parameters: [x], nodes: [], results: [Graph.Result("y", Value(id: 3))]), "does not exist")
  }

  @Test func attributeOutOfRange() throws {
    let image = Graph.Parameter("x", .input, TensorType(.f32, [1, 1, 4, 4]))
    let pool = MaxPool2D(PoolingGeometry(window: [2, 2], padding: [2, 0, 0, 0]))
    let nodes = [node(pool, [0], [1], TensorType(.f32, [1, 1, 3, 2]))]
    try refuses(Graph(name: "g", parameters: [image], nodes: nodes, results: []), "padding")
  }

  @Test func regionOfAFusion() throws {
    let type = TensorType(.f32, [4])
    let region = Fusion.makeRegion(
      name: "f", parameterTypes: [type], nodes: [node(Negate(), [0], [1], TensorType(.f32, [3]))], results: [Value(id: 1)])
    let nodes = [node(Fusion(name: "f", region: region), [0], [1], TensorType(.f32, [3]))]
    try refuses(Graph(name: "g", parameters: [x], nodes: nodes, results: []), "gives f32[4]")
  }

  @Test func impossibleShapes() throws {
    let huge = Graph.Parameter("x", .input, TensorType(.f32, [1 << 40, 1 << 40]))
    try refuses(Graph(name: "g", parameters: [huge], nodes: [], results: []), "impossible shape")
  }
}
