import MartletCore
import MartletGraph
import MartletLoopIR

// Products of samples and weights: what a linear layer computes forward, and both of its gradients. Several samples are worked on at a time,
// so that each load of weights serves all of them.

extension StorageLayout {
  /// Weights whose axis of features has the layout of the samples' features: `axis` is that axis, of two.
  static func weights(_ shape: Shape, features samples: StorageLayout, axis: Int) -> StorageLayout {
    let other = 1 - axis
    let features = samples.axes.dropFirst().map { part in
      var part = part
      part.axis = axis
      return part
    }
    return StorageLayout(axes: [Axis(axis: other, count: shape[other], extent: shape[other])] + features).joined
  }

  /// Whether this is samples of one run of features, without padding.
  var isSamplesOfFeatures: Bool {
    guard let first = axes.first, axes.count >= 2 else { return false }
    return first.axis == 0 && first.divisor == 1 && axes.dropFirst().allSatisfy { $0.axis == 1 } && isPlain
  }
}

extension Place {
  /// The same memory with all axes but the first as one.
  var asMatrix: Place {
    let shape = layout.shape.extents
    let matrix = Shape([shape[0], shape.dropFirst().reduce(1, *)])
    return Place(storage: storage, type: TensorType(type.dtype, matrix), layout: .rowMajor(matrix), space: space)
  }
}

/// The products of samples and weights, and of samples that are summed over the batch.
enum SampleProducts: Strategy {
  static func plan(_ view: NodeView) -> Plan? {
    if let gradient = view.sampleWeightGradient { return weightGradient(view, gradient) }
    guard let chain = view.sampleChain, let product = chain.root as? MatrixMultiply, !product.transposeLHS, isMatrixProduct(chain, view),
      view.node.results.count == 1, view.type(of: chain.operands[1].value).shape == chain.operands[1].shape
    else { return nil }
    // Weights are packed as they are, not as a region reshapes them.
    return product.transposeRHS ? dots(view, chain) : sumOfRows(view, chain)
  }

  private static func isMatrixProduct(_ chain: OperationChain, _ view: NodeView) -> Bool {
    chain.operands.allSatisfy { $0.shape.rank == 2 } && view.type(of: chain.operands[0].value).dtype == .f32
  }

  private static func dots(_ view: NodeView, _ chain: OperationChain) -> Plan? {
    for (position, step) in chain.steps.enumerated() {
      switch step {
      case .bias(let value, axis: 1) where position == 0 && view.role(of: value) == .whole: continue
      case .relu: continue
      case .bias, .add, .reluGradient, .maxPool: return nil
      }
    }
    var plan = Plan { try SampleProduct($0, chain).emitDots() }
    plan.demands = [LayoutDemand(chain.operands[0], .samplesOfFeatures), view.demand(view.node.results[0], .rowMajor)]
    return plan
  }

  private static func sumOfRows(_ view: NodeView, _ chain: OperationChain) -> Plan? {
    let result = view.node.results[0]
    guard view.type(of: result).shape.rank >= 2 else { return nil }
    var plan = Plan { try SampleProduct($0, chain).emitSumOfRows() }
    plan.demands = [
      LayoutDemand(chain.operands[0], .rowMajor), LayoutDemand(result, view.type(of: result).shape.asMatrix, .samplesOfFeatures),
    ]
    for (position, step) in chain.steps.enumerated() {
      guard case .reluGradient(let output) = step, position == 0, view.type(of: output).shape.rank >= 2 else { return nil }
      plan.demands.append(LayoutDemand(output, view.type(of: output).shape.asMatrix, .like(result)))
    }
    return plan
  }

  private static func weightGradient(_ view: NodeView, _ gradient: WeightGradient) -> Plan? {
    guard gradient.chain.root is MatrixMultiply, isMatrixProduct(gradient.chain, view) else { return nil }
    let operands = gradient.chain.operands
    var plan = Plan { try SampleProduct($0, gradient.chain).emitOuterProducts(gradient) }
    plan.demands = [LayoutDemand(operands[0], .rowMajor), LayoutDemand(operands[1], .samplesOfFeatures)]
    plan.oncePerShard = ShardTrade(result: gradient.weightResult, operands: operands.map(\.value))
    plan.sums = { gradient.sumLayouts(view, $0).mapValues { SumForm(layout: $0) } }
    return plan
  }
}

extension Shape {
  /// All axes but the first as one.
  var asMatrix: Shape { Shape([self[0], extents.dropFirst().reduce(1, *)]) }
}
