import MartletGraph

/// Why the pass `fuse` leaves a producer and the node that reads it apart.
package enum FusionBarrier: Hashable, Sendable {
  case producerIsView
  /// A constant of many numbers.
  case producerIsTable
  case consumerIsView
  /// An earlier pass has put it into a fusion.
  case producerIsFused
  case consumerIsFused
  /// A `scan`: its steps are launches of kernels.
  case producerIsLoop
  case consumerIsLoop
  case producerIsUpdate
  case consumerIsUpdate
  case producerIsResult
  /// It is in the middle of another group.
  case producerIsTaken
  case otherShape
  /// Other nodes, by number, read it too.
  case fanOut([Int])
  case twoLoops
  /// The fusion would have too many nodes.
  case tooLong
  case consumerHasLoops
  /// A path leaves the group and comes back.
  case path

  /// In words, after "stored, because". `name` names a node by number.
  package func text(_ name: (Int) -> String) -> String {
    switch self {
    case .producerIsView: "it is a view: inlined into its readers, nothing is stored"
    case .producerIsTable: "it is a constant of many numbers: they are in memory from the beginning"
    case .consumerIsView: "the reader is a view: it computes nothing"
    case .producerIsFused: "it is a result of a fusion that an earlier pass made"
    case .consumerIsFused: "the reader is a fusion that an earlier pass made"
    case .producerIsLoop: "it is a loop: its kernels run once a step, and no kernel can hold them"
    case .consumerIsLoop: "the reader is a loop: it begins when its operands are stored, and each step reads its part of them"
    case .producerIsUpdate: "it is the new value of a variable and is written to the variable's memory"
    case .consumerIsUpdate: "the reader updates a variable: the gradient must be summed over all samples first"
    case .producerIsResult: "it is a result of the graph"
    case .producerIsTaken: "it is in the middle of another fusion"
    case .otherShape: "the two have different shapes: one loop cannot compute both element by element"
    case .fanOut(let others): "it is also read by \(others.map(name).joined(separator: ", ")): fusing it would compute it more than once"
    case .twoLoops: "both contain a reduction, a convolution or a product: a kernel has one"
    case .tooLong: "the fusion would have more than \(Fuser.mostNodes) nodes: its kernel would take long to compile"
    case .consumerHasLoops:
      "the reader is a reduction and reads each element several times: fusing would compute it again for each read"
    case .path: "a path leaves the fusion and returns to it: neither could run first"
    }
  }
}

/// What `fuse` does with a graph, edge by edge.
package struct FusionReport {
  private let fuser: Fuser

  /// Throws what `fuse` throws.
  package init(_ graph: Graph) throws {
    var fuser = try Fuser(graph)
    fuser.group()
    self.fuser = fuser
  }

  /// Whether a node is a view or a constant.
  package func isView(_ node: Int) -> Bool { fuser.isView[node] }

  /// Why two nodes, of which the second reads the first, are not in one fusion; nil when they are.
  package func barrier(from producer: Int, to consumer: Int) -> FusionBarrier? { fuser.barrier(from: producer, to: consumer) }
}
