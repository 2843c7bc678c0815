import MartletCore
import MartletGraph
import MartletLowering

/// Compares what a device computes with the interpreter, and finds the node whose kernels are to blame.
package struct DeviceComparison {
  package struct Finding {
    /// The first result that differs, and how far it is away relative to its largest element.
    package let result: String
    package let distance: Double
    /// The first node that differs although it was given the interpreter's operands, and how far its result is away; nil when every node
    /// alone is right: what is wrong is the schedule or the memory plan.
    package let node: (index: Int, distance: Double)?
  }

  private let device: any ExecutionDevice
  private let options: Lowering.Options
  private let tolerance: Double

  package init(_ device: any ExecutionDevice, _ options: Lowering.Options, tolerance: Double) {
    self.device = device
    self.options = options
    self.tolerance = tolerance
  }

  /// Nil when all results agree.
  package func run(_ graph: Graph, _ arguments: [HostTensor]) throws -> Finding? {
    // Every value of the graph as a result: the operands of each node.
    let values = try withFlushToZero {
      try Graph(
        name: graph.name, parameters: graph.parameters, nodes: graph.nodes,
        results: graph.types.indices.map { Graph.Result("value\($0)", Value(id: $0)) }
      ).evaluate(arguments)
    }
    let found = try device.run(graph, arguments, options)
    var first: (result: String, distance: Double)?
    for (result, tensor) in zip(graph.results, found) where first == nil {
      let distance = tensor.distance(from: values[result.value.id])
      if distance > tolerance { first = (result.name, distance) }
    }
    guard let first else { return nil }
    for (index, node) in graph.nodes.enumerated() {
      let alone = try graph.isolating(node)
      let results = try device.run(alone, node.operands.map { values[$0.id] }, options)
      let distance = zip(results, node.results).map { $0.distance(from: values[$1.id]) }.max() ?? 0
      if distance > tolerance { return Finding(result: first.result, distance: first.distance, node: (index, distance)) }
    }
    return Finding(result: first.result, distance: first.distance, node: nil)
  }
}

extension Graph {
  /// A graph of one node, whose operands are inputs.
  fileprivate func isolating(_ node: Node) throws -> Graph {
    let builder = GraphBuilder(name: name)
    let operands = try node.operands.enumerated().map { try builder.parameter("operand\($0.offset)", .input, type(of: $0.element)) }
    for (position, value) in try builder.add(node.operation, operands, origin: node.origin).enumerated() {
      builder.result("result\(position)", value)
    }
    return try builder.finish()
  }
}
