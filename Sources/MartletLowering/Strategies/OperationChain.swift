import MartletCore
import MartletGraph

/// A node, or a fusion, seen as one operation with loops and the steps that follow it element by element: what strategies match.
struct OperationChain {
  /// What happens to the result of the root.
  enum Step {
    /// Adds a vector along an axis of the result.
    case bias(Value, axis: Int)
    /// Adds a tensor of the same shape.
    case add(Value)
    case relu
    /// Keeps the gradient where the output of the relu was positive.
    case reluGradient(output: Value)
    case maxPool(PoolingGeometry)
  }

  /// A value of the graph, perhaps seen under another shape.
  struct Operand {
    let value: Value
    let shape: Shape
  }

  let root: any TensorOperation
  let operands: [Operand]
  let steps: [Step]
}

extension OperationChain {
  /// A transposed convolution is the input gradient of another one.
  fileprivate static func root(_ node: Node, _ graph: Graph) -> any TensorOperation {
    guard let transposed = node.operation as? ConvolutionTranspose2D else { return node.operation }
    return (try? transposed.inputGradient(node.operands.map { graph.type(of: $0) })) ?? node.operation
  }

  /// Nil when the node is no such chain.
  init?(_ node: Node, _ graph: Graph) {
    guard let fusion = node.operation as? Fusion else {
      let operands = node.operands.map { Operand(value: $0, shape: graph.type(of: $0).shape) }
      self.init(root: OperationChain.root(node, graph), operands: operands, steps: [])
      return
    }
    guard let chain = RegionReader(region: fusion.region, operands: node.operands).chain() else { return nil }
    self.init(root: chain.0, operands: chain.1, steps: chain.2)
  }
}

private struct RegionReader {
  let region: Graph
  /// The graph's values behind the region's parameters.
  let operands: [Value]

  func chain() -> (any TensorOperation, [OperationChain.Operand], [OperationChain.Step])? {
    let loops = region.nodes.filter { node in
      node.operation is Convolution2D || node.operation is Convolution2DInputGradient || node.operation is MatrixMultiply
        || node.operation is ConvolutionTranspose2D
    }
    guard loops.count == 1, let root = loops.first else { return nil }
    let rootOperands = root.operands.compactMap(operand)
    guard rootOperands.count == root.operands.count else { return nil }
    let isProduct = root.operation is MatrixMultiply
    // Filters are packed as they are.
    guard isProduct || outer(root.operands[1]) != nil else { return nil }
    var isReshaped = false
    var current = root.results[0]
    var steps: [OperationChain.Step] = []
    var positions: Value?
    let users = region.users
    while current != region.results[0].value {
      guard users[current.id].count == 1, let user = users[current.id].first else { return nil }
      if region.nodes[user].operation is Reshape {
        current = region.nodes[user].results[0]
        isReshaped = true
        continue
      }
      // What follows the elements of an image reads other images at the same place: under one shape only.
      guard isProduct || !isReshaped else { return nil }
      guard let step = step(region.nodes[user], current) else { return nil }
      steps.append(step)
      if region.nodes[user].results.count == 2 { positions = region.nodes[user].results[1] }
      current = region.nodes[user].results[0]
    }
    // A second result is where the maxima were.
    guard region.results.dropFirst().allSatisfy({ $0.value == positions }), region.results.count <= 2 else { return nil }
    return (OperationChain.root(root, region), rootOperands, steps)
  }

  private func step(_ node: Node, _ current: Value) -> OperationChain.Step? {
    switch node.operation {
    case is Relu: return .relu
    case let pool as MaxPool2D: return .maxPool(pool.geometry)
    case is ReluGradient where node.operands[0] == current: return outer(node.operands[1]).map { .reluGradient(output: $0) }
    case is Add:
      let other = node.operands[0] == current ? node.operands[1] : node.operands[0]
      if let value = outer(other) { return .add(value) }
      guard let producer = region.producer(of: other), let broadcast = producer.operation as? Broadcast, broadcast.axes.count == 1,
        let value = outer(producer.operands[0])
      else { return nil }
      return .bias(value, axis: broadcast.axes[0])
    default: return nil
    }
  }

  private func outer(_ value: Value) -> Value? {
    guard case .parameter(let index) = region.definition(of: value) else { return nil }
    return operands[index]
  }

  private func operand(_ value: Value) -> OperationChain.Operand? {
    let shape = region.type(of: value).shape
    if let outer = outer(value) { return OperationChain.Operand(value: outer, shape: shape) }
    guard let producer = region.producer(of: value), producer.operation is Reshape, let outer = outer(producer.operands[0]) else {
      return nil
    }
    return OperationChain.Operand(value: outer, shape: shape)
  }
}
