import MartletCore
import MartletGraph
import MartletLoopIR

/// The gradient of a layer's weights, alone or in a fusion with that of its bias, as the pass `fuse-gradients` makes it: both sum the same
/// gradient over the batch, and who reads it for the one adds it up for the other.
struct WeightGradient {
  /// A filter gradient, or the product of a linear layer.
  let chain: OperationChain
  /// The numbers of both among the node's results.
  let weightResult: Int
  let biasResult: Int?

  /// The gradient that is summed.
  var summed: OperationChain.Operand { chain.operands[chain.root is MatrixMultiply ? 0 : 1] }
}

extension WeightGradient {
  /// The layouts of the sums' shards, by the number of the result: the one that is written by whole vectors.
  func sumLayouts(_ view: NodeView, _ layouts: LayoutAssignment) -> [Int: StorageLayout] {
    let shape = view.type(of: view.node.results[weightResult]).shape
    let lanes = view.target.channelLanes(shape[0])
    var result: [Int: StorageLayout] = [:]
    if let bias = biasResult { result[bias] = .padded([shape[0]], lanes: lanes) }
    if let convolution = chain.root as? Convolution2DFilterGradient {
      if convolution.geometry.groups == 1 { result[weightResult] = .filterGradient(shape, lanes: lanes) }
    } else if let features = layouts.memory(of: chain.operands[1].value, as: chain.operands[1].shape), features.isSamplesOfFeatures {
      result[weightResult] = .weights(shape, features: features, axis: 1)
    }
    return result
  }
}

extension WeightGradient {
  /// Nil for any other node.
  init?(_ node: Node, _ graph: Graph) {
    if let fusion = node.operation as? Fusion {
      self.init(fusion, node.operands)
      return
    }
    guard WeightGradient.isWeightGradient(node), let chain = OperationChain(node, graph) else { return nil }
    self.init(chain: chain, weightResult: 0, biasResult: nil)
  }

  /// Nil for any other fusion.
  init?(_ fusion: Fusion, _ operands: [Value]) {
    let region = fusion.region
    guard region.nodes.count == 2, region.results.count == 2, let weights = region.nodes.first(where: WeightGradient.isWeightGradient),
      let bias = region.nodes.first(where: { $0.operation is ReduceSum }), let sum = bias.operation as? ReduceSum,
      let weightResult = region.results.firstIndex(where: { $0.value == weights.results[0] }),
      let biasResult = region.results.firstIndex(where: { $0.value == bias.results[0] })
    else { return nil }
    let inner = weights.operands.compactMap { value -> OperationChain.Operand? in
      guard case .parameter(let index) = region.definition(of: value) else { return nil }
      return OperationChain.Operand(value: operands[index], shape: region.type(of: value).shape)
    }
    guard inner.count == weights.operands.count else { return nil }
    let isProduct = weights.operation is MatrixMultiply
    guard bias.operands[0] == weights.operands[isProduct ? 0 : 1], sum.axes == (isProduct ? [0] : [0, 2, 3]) else { return nil }
    self.init(
      chain: OperationChain(root: weights.operation, operands: inner, steps: []), weightResult: weightResult, biasResult: biasResult)
  }

  private static func isWeightGradient(_ node: Node) -> Bool {
    if let product = node.operation as? MatrixMultiply {
      return product.transposeLHS && !product.transposeRHS && node.resultTypes[0].shape.rank == 2
    }
    return node.operation is Convolution2DFilterGradient
  }
}

/// The gradient of a bias while a kernel adds to it: vectors of channels in a worker's shard.
struct BiasGradientSum {
  let memory: TemplateKernel.Memory
  let lanes: Int

  /// Nil when the shard is not made of whole vectors.
  init?(_ kernel: TemplateKernel, _ sum: ShardedSum, lanes: Int, _ access: AccessMode = .update) {
    guard sum.layout.axes.count == 1, sum.layout.axes[0].extent % lanes == 0 else { return nil }
    memory = kernel.memory("db", access, sum.place)
    self.lanes = lanes
  }

  /// Adds a vector to the channels from a number on.
  func add(_ value: Expr, at channel: Index) {
    memory.buffer.store(memory.buffer[[channel], lanes: lanes] + value, [channel], lanes: lanes)
  }

  /// Adds up an image for each vector of channels. Four sums take turns: one alone would be bound by the latency of an addition.
  func addAll(_ k: KernelBuilder, rows: Int, columns: Int, vectors: Int, load: (_ row: Index, _ column: Index, _ vector: Index) -> Expr) {
    let turns = min(columns, 4)
    // A large image is added up row by row: `CascadedSum`.
    let isLarge = rows * columns > CascadedSum.longestPlainSum
    k.loop(0..<vectors, .serial, "u") { u in
      let sums = k.registers(.f32(lanes), [turns], .number(0), "sum")
      k.loop(0..<rows, .serial, "r") { r in
        let own = isLarge ? k.registers(.f32(lanes), [turns], .number(0), "row") : sums
        let whole = columns / turns * turns
        k.loop(Index(0), Index(whole), step: Index(turns), .serial, "l") { l in
          k.loop(0..<turns, .unrolled, "e") { e in own[e] = own[e] + load(r, l + e, u) }
        }
        k.loop(0..<columns - whole, .unrolled, "e") { e in own[e] = own[e] + load(r, e + whole, u) }
        if isLarge { k.loop(0..<turns, .unrolled, "e") { e in sums[e] = sums[e] + own[e] } }
      }
      add(ShardedSum.tree((0..<turns).map { sums[Index($0)] }), at: u * lanes)
    }
  }
}
