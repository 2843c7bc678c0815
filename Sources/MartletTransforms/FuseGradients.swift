import MartletCore
import MartletGraph

// The pass `fuse-gradients`: joins what the gradients of a layer share. Behind a max-pooling that is the spread gradient, of which at most
// one element a window is not zero: a kernel that knows it visits the windows instead of the pixels, and the image is never written. Elsewhere
// the gradient of the bias joins that of the weights, because both sum the same gradient over the batch.
//
// Legal because operations are pure. The spread gradient is used by these nodes alone: it is read by each as before, inside one region; the
// gradient that bias and weights share stays outside. The region has several results of several shapes; a fusion that no template takes is
// split into its nodes again.
//
//   %0 = relu_grad(%d, %y) : f32[64, 16, 7, 7]
//   %1 = max_pool2d_grad(%0, %p) {window = [2, 2], …} : …                %0, %1, %2 = fusion @relu_grad_max_pool2d_grad_…(%d, %y, %p, %x, %w) {
//   %2 = reduce_sum(%1) {axes = [0, 2, 3]} : f32[16]              =>       …
//   %3 = conv2d_input_grad(%1, %w) {…} : f32[64, 8, 14, 14]              } : f32[16], f32[64, 8, 14, 14], f32[16, 8, 3, 3]
//   %4 = conv2d_filter_grad(%x, %1) {…} : f32[16, 8, 3, 3]
//
//   %0 = reduce_sum(%d) {axes = [0]} : f32[10]                           %0, %1 = fusion @reduce_sum_matmul(%d, %x) {
//   %1 = matmul(%d, %x) {transpose_lhs = true} : f32[10, 1568]    =>       …
//                                                                        } : f32[10], f32[10, 1568]

extension Pass {
  package static let fuseGradients = Pass("fuse-gradients", "joins the gradients of a layer, and that of the pooling behind it") {
    graph, log in
    let users = graph.users
    func isResult(_ value: Value) -> Bool { graph.results.contains { $0.value == value } }
    func isGradient(_ user: Int, of spread: Value) -> Bool {
      let node = graph.nodes[user]
      switch node.operation {
      case is Convolution2DInputGradient: return node.operands[0] == spread && node.operands[1] != spread
      case is Convolution2DFilterGradient: return node.operands[1] == spread && node.operands[0] != spread
      case let sum as ReduceSum: return sum.axes == [0, 2, 3]
      default: return false
      }
    }
    var groups: [FusionGroup] = []
    for (index, node) in graph.nodes.enumerated() {
      guard let pooling = node.operation as? MaxPool2DGradient, pooling.geometry.tilesImage, !isResult(node.results[0])
      else { continue }
      let own = Set(users[node.results[0].id]).sorted()
      guard own.allSatisfy({ isGradient($0, of: node.results[0]) }),
        own.filter({ graph.nodes[$0].operation is Convolution2DFilterGradient }).count == 1,
        let filter = own.first(where: { graph.nodes[$0].operation is Convolution2DFilterGradient })
      else { continue }
      var group = [index] + own
      if let mask = graph.definition(of: node.operands[0]).nodeIndex, graph.nodes[mask].operation is ReluGradient,
        Set(users[node.operands[0].id]) == [index], !isResult(node.operands[0])
      {
        group.insert(mask, at: 0)
      }
      groups.append(FusionGroup(nodes: group, results: own.map { graph.nodes[$0].results[0] }, origin: graph.nodes[filter].origin))
    }
    groups += biasGroups(graph, users, taken: Set(groups.flatMap(\.nodes)))
    // Views stay outside: a template finds the memory that they see.
    return try graph.fusing(groups, isView: graph.nodes.map { _ in false }, "fuse-gradients", log)
  }
}

/// The gradient of weights, and the one of the bias that sums the same gradient.
private func biasGroups(_ graph: Graph, _ users: [[Int]], taken: Set<Int>) -> [FusionGroup] {
  var taken = taken
  var groups: [FusionGroup] = []
  for (index, node) in graph.nodes.enumerated() where !taken.contains(index) {
    let (summed, axes): (Value, [Int])
    switch node.operation {
    case is Convolution2DFilterGradient: (summed, axes) = (node.operands[1], [0, 2, 3])
    case let product as MatrixMultiply where product.transposeLHS && !product.transposeRHS && node.resultTypes[0].shape.rank == 2:
      (summed, axes) = (node.operands[0], [0])
    default: continue
    }
    let bias = users[summed.id].first { user in
      (graph.nodes[user].operation as? ReduceSum)?.axes == axes && !taken.contains(user)
    }
    guard let bias, summed != node.operands[summed == node.operands[0] ? 1 : 0] else { continue }
    taken.formUnion([index, bias])
    groups.append(
      FusionGroup(nodes: [bias, index].sorted(), results: [graph.nodes[bias].results[0], node.results[0]], origin: node.origin))
  }
  return groups
}

extension Graph.Definition {
  var nodeIndex: Int? {
    guard case .node(let index, _) = self else { return nil }
    return index
  }
}
