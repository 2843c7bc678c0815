import MartletCore
import MartletGraph

// The pass `fuse-pooling`: joins a convolution, its bias, relu and the max-pooling of its result into one `fusion`. The kernel keeps the
// pixels of whole windows in registers and never writes the image in full size.
//
// Legal because every value on the way is used by the next step alone and is no result: nothing is computed twice. Windows must not overlap
// and need no padding, so that each pixel belongs to at most one window.
//
//   %0 = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[64, 8, 28, 28]
//   %1 = broadcast(%b) {…} : f32[64, 8, 28, 28]
//   %2 = add(%0, %1) : f32[64, 8, 28, 28]                        =>     %0, %1 = fusion @conv2d_add_max_pool2d_relu(%x, %w, %b) {
//   %3, %4 = max_pool2d(%2) {window = [2, 2]} : …                         …
//   %5 = relu(%3) : f32[64, 8, 14, 14]                                  } : f32[64, 8, 14, 14], u8[64, 8, 14, 14]

extension Pass {
  package static let fusePooling = Pass("fuse-pooling", "joins convolution, bias, relu and max-pooling") { graph, log in
    let users = graph.users
    let isView = try graph.nodes.map { $0.operation is Fusion || $0.isTable ? false : try NodeElements($0, graph).isView }
    func isResult(_ value: Value) -> Bool { graph.results.contains { $0.value == value } }
    /// The only user of a value that leaves by no other way.
    func onlyUser(_ value: Value) -> Int? {
      guard !isResult(value), let first = users[value.id].first, users[value.id].allSatisfy({ $0 == first }) else { return nil }
      return first
    }
    func isStep(_ node: Node, after value: Value) -> Bool {
      if node.operation is Relu { return true }
      guard node.operation is Add else { return false }
      // The other operand is a bias; a sum of two images is left to the pass `fuse`.
      let other = node.operands[0] == value ? node.operands[1] : node.operands[0]
      return graph.producer(of: other)?.operation is Broadcast
    }
    var groups: [FusionGroup] = []
    for (index, node) in graph.nodes.enumerated() where node.operation is Convolution2D {
      var group = [index]
      var value = node.results[0]
      var positions: Value?
      while let user = onlyUser(value) {
        let next = graph.nodes[user]
        if let pool = next.operation as? MaxPool2D, positions == nil {
          guard pool.geometry.strides == pool.geometry.window, pool.geometry.padding == [0, 0, 0, 0] else { break }
          positions = next.results[1]
        } else if !isStep(next, after: value) {
          break
        }
        group.append(user)
        value = next.results[0]
      }
      guard let positions else { continue }
      let hasUsers = isResult(positions) || !users[positions.id].isEmpty
      groups.append(FusionGroup(nodes: group, results: [value] + (hasUsers ? [positions] : []), origin: node.origin))
    }
    return try graph.fusing(groups, isView: isView, "fuse-pooling", log)
  }
}
