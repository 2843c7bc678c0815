import MartletCore
import MartletGraph
import MartletLoopIR

/// Chooses the layout of every intermediate value. The results of convolutions and poolings are channels last, padded to whole
/// vectors, and so is what is computed of them element by element; everything else is row-major.
struct LayoutAssignment {
  private let isChannelsLast: [Bool]
  /// Maps a flattened value to the 4-D value whose layout it shares.
  private let images: [Int: Value]
  private let target: Target

  /// Everything row-major.
  init(rowMajor graph: Graph, _ target: Target) {
    self.target = target
    isChannelsLast = graph.types.map { _ in false }
    images = [:]
  }

  /// What is computed a second time has the layout of the first time: where layouts differ, sums are added in another order.
  init(_ ordered: OrderedGraph, _ roles: [BatchRole], _ elements: [NodeElements?], _ target: Target) {
    let graph = ordered.graph
    self.target = target
    var parent = ordered.firsts
    func root(_ value: Int) -> Int {
      var value = value
      while parent[value] != value { value = parent[value] }
      return value
    }
    func isImage(_ value: Value) -> Bool { graph.type(of: value).shape.rank == 4 && roles[value.id] == .sample }
    var marked = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      let images = (node.operands + node.results).filter(isImage)
      if elements[index]?.isPointwise ?? false {
        for value in images.dropFirst() { parent[root(value.id)] = root(images[0].id) }
      }
      if LayoutAssignment.makesImages(node) { for result in node.results where isImage(result) { marked.insert(result.id) } }
      for operand in LayoutAssignment.vectorOperands(node) where isImage(operand) { marked.insert(operand.id) }
    }
    let roots = Set(marked.map(root))
    let isChannelsLast = graph.types.indices.map { roots.contains(root($0)) && graph.types[$0].shape.rank == 4 }
    var images: [Int: Value] = [:]
    let useCounts = ordered.useCounts
    for node in graph.nodes where node.operation is Reshape {
      // Axes of extent 1 can leave no way to see the image's layout through the other shape: then the image is converted.
      let image = node.resultTypes[0].shape
      guard useCounts[node.operands[0].id] == 1, isChannelsLast[node.results[0].id],
        graph.type(of: node.operands[0]).shape.extents.first == node.resultTypes[0].shape[0],
        !graph.results.contains(where: { $0.value == node.operands[0] }),
        StorageLayout.channelsLast(image, multiple: target.channelLanes(image[1])).flattened(
          from: image, to: graph.type(of: node.operands[0]).shape) != nil
      else { continue }
      images[node.operands[0].id] = node.results[0]
    }
    self.images = images
    self.isChannelsLast = isChannelsLast
  }

  private static func makesImages(_ node: Node) -> Bool {
    if let fusion = node.operation as? Fusion { return fusion.region.nodes.contains(where: makesImages) }
    return node.operation is Convolution2D || node.operation is Convolution2DInputGradient || node.operation is ConvolutionTranspose2D
      || node.operation is MaxPool2D
      || node.operation is MaxPool2DGradient || node.operation is AveragePool2D || node.operation is AveragePool2DGradient
  }

  /// The 4-D value whose layout a flattened value shares.
  func image(of value: Value) -> Value? { images[value.id] }

  /// What is read by vectors of channels: the gradient of a convolution's output, and what spreads a pooled gradient.
  private static func vectorOperands(_ node: Node) -> [Value] {
    switch node.operation {
    case is Convolution2DFilterGradient: return [node.operands[1]]
    case is MaxPool2DGradient, is ReluGradient: return node.operands
    case let fusion as Fusion:
      guard fusion.region.nodes.contains(where: { makesImages($0) || $0.operation is Convolution2DFilterGradient }) else { return [] }
      return fusion.region.nodes.flatMap(vectorOperands).compactMap { value in
        guard case .parameter(let index) = fusion.region.definition(of: value) else { return nil }
        return node.operands[index]
      }
    default: return []
    }
  }

  func layout(_ value: Value, _ graph: Graph) -> StorageLayout {
    let shape = graph.type(of: value).shape
    if let image = images[value.id] {
      let imageShape = graph.type(of: image).shape
      return layout(image, graph).flattened(from: imageShape, to: shape) ?? .rowMajor(shape)
    }
    guard isChannelsLast[value.id] else { return .rowMajor(shape) }
    return .channelsLast(shape, multiple: target.channelLanes(shape[1]))
  }
}

extension Target {
  /// Lanes of a vector of channels: no more than the channels fill.
  func channelLanes(_ channels: Int) -> Int {
    var lanes = lanes(.f32)
    while lanes > 8, lanes > channels { lanes /= 2 }
    return lanes
  }
}
