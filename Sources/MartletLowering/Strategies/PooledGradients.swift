import MartletCore
import MartletGraph
import MartletLoopIR

/// A fusion of a max-pooling's gradient with those of the convolution before it, as the pass `fuse-gradients` makes it.
struct PooledGradients {
  /// The gradient of the pooled images, what masks it, and where the maxima were.
  let gradient: Value
  let mask: Value?
  let position: Value
  let pooling: PoolingGeometry
  /// Rows and columns of the pooled images.
  let pooled: [Int]
  let convolution: ConvolutionGeometry
  /// The input of the convolution, and the number of the filter gradient among the results.
  let x: Value
  let filter: Shape
  let filterResult: Int
  let image: [Int]
  let channels: Int
  /// The weights, and the number of the input gradient.
  let input: (weights: Value, result: Int)?
  let biasResult: Int?

  /// Nil for any other fusion.
  init?(_ fusion: Fusion, _ operands: [Value]) {
    let region = fusion.region
    func outer(_ value: Value) -> Value? {
      guard case .parameter(let index) = region.definition(of: value) else { return nil }
      return operands[index]
    }
    guard let spread = region.nodes.first(where: { $0.operation is MaxPool2DGradient }),
      let pooling = spread.operation as? MaxPool2DGradient, pooling.geometry.tilesImage, let position = outer(spread.operands[1]),
      let filterNode = region.nodes.first(where: { $0.operation is Convolution2DFilterGradient }),
      let filterOperation = filterNode.operation as? Convolution2DFilterGradient, let x = outer(filterNode.operands[0]),
      filterNode.operands[1] == spread.results[0],
      region.type(of: spread.results[0]).dtype == .f32, filterOperation.geometry.groups == 1
    else { return nil }
    var known = 2
    if let direct = outer(spread.operands[0]) {
      (gradient, mask) = (direct, nil)
    } else {
      guard let relu = region.producer(of: spread.operands[0]), relu.operation is ReluGradient, let d = outer(relu.operands[0]),
        let y = outer(relu.operands[1])
      else { return nil }
      (gradient, mask) = (d, y)
      known += 1
    }
    self.position = position
    self.pooling = pooling.geometry
    convolution = filterOperation.geometry
    self.x = x
    pooled = Array(region.type(of: spread.operands[0]).shape.extents.suffix(2))
    filter = filterNode.resultTypes[0].shape
    let images = region.type(of: filterNode.operands[0]).shape
    image = Array(images.extents.suffix(2))
    channels = images[1]
    func result(_ node: Node) -> Int? { region.results.firstIndex { $0.value == node.results[0] } }
    guard let filterResult = result(filterNode) else { return nil }
    self.filterResult = filterResult
    var input: (weights: Value, result: Int)?
    var biasResult: Int?
    for node in region.nodes {
      switch node.operation {
      case let operation as Convolution2DInputGradient:
        guard input == nil, operation.geometry == convolution, node.operands[0] == spread.results[0], let w = outer(node.operands[1]),
          let result = result(node), operation.extent == image
        else { return nil }
        input = (w, result)
        known += 1
      case let operation as ReduceSum:
        guard biasResult == nil, operation.axes == [0, 2, 3], node.operands[0] == spread.results[0], let result = result(node) else {
          return nil
        }
        biasResult = result
        known += 1
      default: continue
      }
    }
    (self.input, self.biasResult) = (input, biasResult)
    guard region.nodes.count == known, region.results.count == 1 + (input == nil ? 0 : 1) + (biasResult == nil ? 0 : 1) else { return nil }
  }

  /// The axes of the convolution.
  var axes: (rows: TapAxis, columns: TapAxis) {
    let axes = convolution.axes(input: image, kernel: [filter[2], filter[3]])
    return (.forward(axes[0]), .forward(axes[1]))
  }

  /// The gradients in a node that runs sample by sample; nil for any other node.
  init?(_ view: NodeView) {
    guard let fusion = view.operation as? Fusion, view.runsBySample else { return nil }
    self.init(fusion, view.node.operands)
  }

  /// The plan of a kernel that computes all gradients: lanes of output channels read what is behind the pooling, the filter's sum has a layout.
  func plan(
    _ view: NodeView, outputLanes: Int, filterLayout: StorageLayout, _ emit: @escaping (KernelSite) throws -> Void
  ) throws(StrategyRefusal) -> Plan {
    let results = view.node.results
    try StrategyRefusal.unless(view.role(of: results[filterResult]) == .sum, "the gradient of the filter is no sum over the batch")
    var plan = Plan(emit: emit)
    plan.demands = ([gradient, position] + (mask.map { [$0] } ?? [])).map { view.demand($0, .channelsLast(lanes: outputLanes)) }
    plan.demands.append(view.demand(x, .any))
    plan.images = view.node.imageValues
    if let input { plan.demands.append(view.demand(results[input.result], .channelsLast(lanes: view.target.channelLanes(channels)))) }
    plan.sums = { _ in
      var sums = [filterResult: SumForm(layout: filterLayout)]
      if let bias = biasResult { sums[bias] = SumForm(layout: .padded([outputs], lanes: view.target.channelLanes(outputs))) }
      return sums
    }
    return plan
  }

  var windowArea: Int { pooling.window[0] * pooling.window[1] }
  var outputs: Int { filter[0] }
}
